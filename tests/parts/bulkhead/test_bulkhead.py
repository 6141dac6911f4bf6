"""Bulkheads: one slow callee takes no more than its share of a caller's workers."""

import numpy as np
import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.theory import erlang_b
from tests.support.statistics import proportion_agrees
from tests.truth.measuring import checked, sweep
from tests.truth.systems import exponential, poisson, system


def shop(bulkhead, duration=20.05, slow="1s", **call):
    """`register` calls the database and then a mailing list that is slow; half of the customers need no mail."""
    mail = {"call": {"service": "mailing-list", "bulkhead": bulkhead, "on_error": "ignore", **call}}
    services = {
        "register": {"workers": 10, "handle": [{"call": "database"}, {"maybe": {"probability": 0.5, "then": [mail]}}]},
        "database": {"workers": 10, "handle": [{"work": "2ms"}, {"effect": "row"}]},
        "mailing-list": {"workers": 1000, "handle": [{"work": slow}, {"effect": "mail"}]},
    }
    workloads = {"customers": {"target": "register", "arrivals": {"constant": 40}}}
    return system(services, workloads, duration, 0.0)


def under_way(run, service):
    """The greatest number of calls of a service at once."""
    mine = np.isin(run.tables.rows["place"], [place.number for place in run.tables.places if place.service == service])
    mine &= ~np.isnan(run.tables.rows["ready"])
    times, level = sweep(run.tables.rows["born"][mine], run.tables.rows["settled"][mine])
    return level[:-1][np.diff(times) > 1e-9].max()  # who leaves makes room for who comes at the same moment


def test_a_slow_mailing_list_takes_all_workers_of_register_without_a_bulkhead_and_its_share_with_one():
    """20 mails a second of a second each need 20 workers, and register has 10."""
    without, within = checked(shop(None)), checked(shop(4))
    assert without.tables.requests.response.max() > 10 and under_way(without, "mailing-list") == 10
    assert under_way(within, "mailing-list") == 4
    needs_no_mail = ~np.isin(within.requests.request, within.spans[within.spans.service == "mailing-list"].request)
    assert within.tables.requests.response[needs_no_mail].max() == pytest.approx(0.002)
    assert within.summary()["completed"] == within.summary()["requests"] > 700
    refused = within.spans[within.spans.reason == "bulkhead"]
    assert len(refused) == within.summary()["effects_missing"] > 200
    assert refused.ready.isna().all() and (refused.settled == refused.born).all()
    assert "does not call mailing-list: as many calls as may be" in str(within.sequence(int(refused.request.iloc[0])))


@pytest.mark.slow
def test_calls_without_a_queue_are_lost_as_in_erlangs_formula():
    """Poisson calls, as many at once as there are lines: the loss system M/M/c/c."""
    lines, load = 5, 3.0
    services = {"front": {"workers": 1000, "handle": [{"call": {"service": "back", "bulkhead": lines}}]},
                "back": {"workers": 1000, "handle": [{"work": exponential(1)}]}}  # fmt: skip
    scenario = system(services, {"customers": {"target": "front", "arrivals": poisson(load)}}, 20_000, 0.01)
    run = checked(scenario, 3)
    figures, lost = run.summary(), erlang_b(servers=lines, offered_load=load)
    assert proportion_agrees(figures["errors"], figures["requests"], lost, inflation=2)


def test_a_queue_holds_so_many_calls_until_there_is_room_in_order():
    call = {"service": "back", "bulkhead": {"limit": 1, "queue": 2}}
    services = {"front": {"workers": 10, "handle": [{"call": call}]}, "back": {"workers": 10, "handle": [{"work": 1}]}}
    customers = {"target": "front", "arrivals": {"burst": {"count": 5, "at": 1}}}
    run = checked(system(services, {"customers": customers}, 2, 0.0), conserving=True)
    calls = run.spans[run.spans.service == "back"]
    assert calls.ready.tolist()[:3] == [1, 2, 3] and calls.reason.tolist() == ["none"] * 3 + ["bulkhead"] * 2
    assert run.requests.outcome.tolist() == ["ok"] * 3 + ["error"] * 2


def test_who_waits_at_a_bulkhead_gives_up_at_its_timeout_and_was_never_sent():
    call = {"service": "back", "bulkhead": {"limit": 1, "queue": 2}, "timeout": 1.5}
    services = {"front": {"workers": 10, "handle": [{"call": call}]}, "back": {"workers": 10, "handle": [{"work": 1}]}}
    customers = {"target": "front", "arrivals": {"burst": {"count": 3, "at": 1}}}
    run = checked(system(services, {"customers": customers}, 2, 0.0))
    calls = run.spans[run.spans.service == "back"]
    # The second is sent at 2 s and given up at 2.5 s, which makes room; the third is given up at the same moment.
    assert calls.verdict.tolist() == ["done", "timeout", "timeout"]
    assert calls.outcome.tolist()[2] == "withdrawn" or calls.ready.tolist()[2] == 2.5
    assert run.requests.outcome.tolist() == ["ok", "timeout", "timeout"]


def test_each_instance_has_a_bulkhead_of_its_own_and_a_crash_empties_it():
    call = {"service": "back", "bulkhead": {"limit": 2, "queue": 1}}
    services = {"front": {"workers": 5, "instances": 2, "handle": [{"call": call}]},
                "back": {"workers": 100, "handle": [{"work": 10}]}}  # fmt: skip
    customers = {"target": "front", "arrivals": {"constant": 10}}
    crash = {"crash": "front", "at": 1.05, "for": 0.01}
    run = checked(system(services, {"customers": customers}, 2.05, 0.0, faults=[crash]), conserving=False)
    calls = run.spans[run.spans.service == "back"]
    sent = calls[calls.ready == calls.born]
    assert (sent.born < 1.05).sum() == (sent.born > 1.05).sum() == 4
    waited = calls[(calls.outcome == "withdrawn") & (calls.born < 1.05)]
    assert len(waited) == 2 and set(waited.verdict) == {"orphaned"}


@pytest.mark.parametrize("bulkhead", [0, -1, "many", {"queue": 3}, {"limit": 0}, {"limit": 2, "queue": -1}])
def test_a_bulkhead_that_makes_no_sense_is_refused(bulkhead):
    with pytest.raises(ScenarioError, match="bulkhead"):
        shop(bulkhead)


def test_a_bulkhead_is_written_as_it_was_read():
    for bulkhead in (4, {"limit": 4, "queue": 2}):
        scenario = shop(bulkhead)
        assert Scenario.from_yaml(scenario.to_yaml()) == scenario
