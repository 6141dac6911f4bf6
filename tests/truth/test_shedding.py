"""Whom a service turns away under load: those without a token, those who would wait or have waited too long."""

import numpy as np
import pytest

from evsim import theory
from evsim.results.records import Outcome, Reason, Verdict
from evsim.run import simulate
from tests.support.cases import case
from tests.support.statistics import agrees
from tests.truth.measuring import measure
from tests.truth.systems import consumers, exponential, station, system, timed


def balanced(scenario, seed=1):
    run = simulate(scenario, seed=seed)
    run.audit()
    return run


def refused(run, reason):
    """Whether each request was refused, for that reason and no other."""
    rows = run.rows
    turned = rows["outcome"] == Outcome.REFUSED
    assert (rows["reason"][turned] == reason).all() and (rows["verdict"][turned] == Verdict.REJECTED).all()
    return turned


def bucket_by_hand(times, rate, burst):
    """Which of some arrivals find a token, each token counted from the last that was taken out of a full bucket."""
    admitted, since, used = [], 0.0, 0
    for time in times:
        # In whole tokens: those that were there, those that came since, less those that were used.
        filled = burst + (time - since) * rate - used
        if filled >= burst:
            since, used, filled = time, 0, burst
        admitted.append(filled >= 1 - 1e-9)
        used += admitted[-1]
    return np.array(admitted)


# A token bucket.


CHANGING = {"profile": [[0, 20], [20, 300], [40, 0], [60, 80]]}


@pytest.mark.parametrize("arrivals", [{"poisson": 100}, {"constant": 120}, CHANGING])
@pytest.mark.parametrize("limit", [{"rate": 100, "burst": 20}, {"rate": 60}, {"rate": "100/s", "burst": 1}])
def test_a_token_bucket_refuses_exactly_whom_one_by_hand_refuses(arrivals, limit):
    server = {"handle": [{"work": 0.001}], "workers": 50, "rate_limit": limit}
    scenario = system({"server": server}, {"page": {"target": "server", "arrivals": arrivals}}, 60, 0)
    run = balanced(scenario)
    settings = scenario.services["server"].rate_limit
    expected = bucket_by_hand(run.rows["ready"], settings.rate, settings.burst)
    assert (~refused(run, Reason.RATE_LIMIT) == expected).all()
    assert expected.any() and not expected.all()
    assert run.summary()["rejected"] == (~expected).sum()
    admitted = np.sort(run.rows["ready"][expected])
    for count in (1, 10, 100):  # so many in any window need burst + rate x window tokens
        windows = admitted[count:] - admitted[:-count]
        assert (windows * settings.rate + settings.burst >= count + 1 - 1e-6).all()


@pytest.mark.parametrize("rate, burst", [(100, 1), (100, 5), (150, 3), (60, 10)])
def test_poisson_arrivals_are_refused_as_the_queue_of_missing_tokens_says(rate, burst):
    limit = {"rate_limit": {"rate": rate, "burst": burst}, "workers": 100}
    scenario = station(0.001, 100, 10_000, **limit)
    shares = measure(f"bucket {rate} {burst}", scenario, lambda run: {"refused": 1 - run.summary()["availability"]})
    assert agrees(shares["refused"], theory.token_bucket(100, rate, burst), notices=0.15)


def test_instances_share_one_bucket_and_deliveries_take_no_token():
    server = {"handle": [{"work": 0.001}], "instances": 4, "workers": 4, "rate_limit": {"rate": 10, "burst": 4}}
    run = balanced(system({"server": server}, {"page": {"target": "server", "arrivals": {"constant": 50}}}, 20, 0))
    assert run.summary()["completed"] == 4 + 10 * 20 - 1
    handle = [{"work": 0.001}, {"effect": "row"}]
    reading = consumers("queue", handle, {"constant": 50}, 20, warmup=0, rate_limit={"rate": 10})
    assert balanced(reading).summary()["effects_missing"] == 0
    assert any("services.worker.rate_limit: nobody calls it" in warning for warning in reading.warnings())


def test_a_message_on_a_bus_without_a_token_is_lost():
    scenario = consumers({"bus": {}}, [{"work": 0.001}], {"constant": 50}, 20, warmup=0, rate_limit={"rate": 10})
    run = balanced(scenario)
    turned = run.rows["reason"] == Reason.RATE_LIMIT
    assert turned.sum() == run.summary()["lost"] == run.summary()["requests"] - 10 * 20
    assert not scenario.warnings()


# Shedding by age, at the turn.


@pytest.mark.parametrize("identifier", ["TTL-8-10-0.5", "TTL-12-10-0.5"])
def test_calls_that_waited_longer_are_refused_at_their_turn_as_theory_says(identifier):
    fields = case(identifier)
    p, expected = fields["parameters"], fields["expected"]
    scenario = station(exponential(1 / p["mu"]), p["lam"], 10_000, shed={"age": p["ttl"]})

    def figures(run):
        refused(run, Reason.SHED)
        return {"shed": 1 - run.summary()["availability"], "wait": run.service_figures["server"]["wait_mean"]}

    found = measure(identifier, scenario, figures)
    assert agrees(found["shed"], theory.shed_by_age(p["lam"], p["mu"], p["ttl"]), notices=0.15)
    assert agrees(found["wait"], expected["mean wait of delivered"], notices=0.15)


def test_nobody_who_waited_longer_is_served_and_nobody_who_waited_less_is_refused():
    run = balanced(station(exponential(0.1), 15, 3000, warmup=0, shed={"age": 0.3}))
    rows, turned = run.rows, refused(run, Reason.SHED)
    waited = np.where(turned, rows["ended"], rows["started"]) - rows["ready"]
    assert (waited[turned] > 0.3).all() and (waited[~turned] <= 0.3).all()
    assert turned.sum() > 500


# Shedding on arrival.


def test_who_arrives_while_the_first_in_line_has_waited_longer_is_refused():
    run = balanced(station(exponential(0.1), 15, 3000, warmup=0, shed={"expected_wait": 0.3}))
    rows, turned = run.rows, refused(run, Reason.SHED)
    ready, started = rows["ready"], rows["started"]
    expected = []
    for row, now in enumerate(ready):
        waiting = np.flatnonzero(~(started[:row] < now) & ~turned[:row])  # a free worker takes at once
        expected.append(len(waiting) > 0 and now - ready[waiting[0]] > 0.3)
    assert (np.array(expected) == turned).all() and 100 < turned.sum() < 1500


def test_the_newest_first_only_while_more_wait_than_there_are_workers(tmp_path):
    # One worker, one second each; six come at once a moment after the first.
    stamps = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    order = {}
    for discipline in ("fifo", "lifo", "adaptive_lifo"):
        run = balanced(timed(1.0, stamps, tmp_path, warmup=0, discipline=discipline))
        order[discipline] = np.argsort(run.rows["started"]).tolist()
    assert order["fifo"] == [0, 1, 2, 3, 4, 5, 6]
    assert order["lifo"] == [0, 6, 5, 4, 3, 2, 1]
    assert order["adaptive_lifo"] == [0, 6, 5, 4, 3, 2, 1]
    few = balanced(timed(1.0, stamps, tmp_path, warmup=0, discipline="adaptive_lifo", workers=3))
    # Three work; four wait, more than three workers: the newest first; then three wait, and they come in order.
    assert np.argsort(few.rows["started"], kind="stable").tolist() == [0, 1, 2, 6, 3, 4, 5]


def test_in_an_overload_the_newest_first_answers_in_time_and_the_oldest_first_hardly_anybody():
    in_time = {}
    for discipline in ("fifo", "adaptive_lifo"):
        run = balanced(station(0.1, 15, 900, warmup=0, discipline=discipline))
        in_time[discipline] = (run.tally.response < 1).mean()
    assert in_time["adaptive_lifo"] > 0.5 > 5 * in_time["fifo"]


def test_a_stopped_service_is_unreachable_and_not_full():
    settings = {"limit": 0, "rate_limit": {"rate": 1}, "shed": {"age": 1, "expected_wait": 1}}
    run = balanced(station(0.001, 50, 500, warmup=0, faults=[{"outage": "server", "at": 2, "for": 2}], **settings))
    rows = run.rows
    inside = (rows["ready"] > 2) & (rows["ready"] < 4)
    assert inside.any() and (rows["reason"][inside] == Reason.UNREACHABLE).all()
