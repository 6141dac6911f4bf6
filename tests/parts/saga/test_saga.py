"""Sagas: a call without an answer leads to steps that undo what was done."""

import numpy as np
import pytest

from evsim.scenario import ScenarioError
from tests.support.cases import case, expected
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked
from tests.truth.systems import system


def saga(steps, failure, duration, rate=100, undo=None, **front):
    """An orchestrator calls `step-1`, `step-2` ...; where one fails, it undoes those before, the latest first.

    undo: what each undoing service does besides.
    """
    services, handle = {}, []
    for number in range(1, steps + 1):
        call = {"service": f"step-{number}"}
        if number > 1:
            call["on_error"] = {"compensate": [{"call": f"undo-{before}"} for before in range(number - 1, 0, -1)]}
        handle.append({"call": call})
        services[f"step-{number}"] = {"workers": 10, "handle": [{"fail": failure}, {"effect": f"done {number}"}]}
        services[f"undo-{number}"] = {"workers": 10, "handle": [*(undo or []), {"undo": f"done {number}"}]}
    services["front"] = {"workers": 100, "handle": handle, **front}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": rate}}}
    return system(services, workloads, duration, 0.0)


def reached(run, prefix):
    """How many calls each request made to services whose names begin so."""
    places = [place.number for place in run.tables.places if place.service.startswith(prefix)]
    return np.bincount(
        run.tables.rows["request"][np.isin(run.tables.rows["place"], places)], minlength=len(run.tables.requests.row)
    )


@pytest.mark.slow
def test_a_saga_is_done_as_a_whole_or_undone_as_a_whole():
    p, truth = case("SAGA")["parameters"], expected("SAGA")
    run = checked(saga(p["n"], 1 - p["p"], duration=400), 1)
    figures, customers = run.summary(), len(run.tables.requests.row)
    assert proportion_agrees(figures["completed"], customers, truth["P(complete)"])
    assert agrees(reached(run, "step"), truth["mean steps attempted"])
    assert agrees(reached(run, "undo"), truth["mean compensations"])
    assert figures["effects_undone"] == reached(run, "undo").sum()
    assert figures["inconsistent"] == figures["told_error_yet_true"] == figures["told_yes_not_true"] == 0
    assert set(run.requests.effects[run.requests.outcome == "ok"]) == {"all"}
    assert set(run.requests.effects[run.requests.outcome == "error"]) == {"none"}
    assert figures["effects_missing"] == p["n"] * figures["errors"]


def test_a_compensation_may_fail_too_and_what_it_leaves_can_be_counted():
    """Two steps; the second always fails, and then undoing the first fails for a third of the customers."""
    scenario = saga(2, 0, duration=40, undo=[{"fail": 1 / 3}])
    scenario = scenario.replace({"services.step-2.handle.0.fail": 1})
    run = checked(scenario, 2)
    figures, customers = run.summary(), len(run.tables.requests.row)
    assert figures["errors"] == customers
    assert proportion_agrees(figures["inconsistent"], customers, 1 / 3)
    assert figures["inconsistent"] == figures["told_error_yet_true"] == customers - figures["effects_undone"]


def test_a_request_fails_for_the_reason_of_its_call_and_not_of_a_compensation_that_fails_too():
    """The second step is down; undoing the first fails of itself."""
    scenario = saga(2, 0, duration=5, undo=[{"fail": 1}])
    run = checked(scenario.replace({"faults": [{"outage": "step-2", "at": 0, "for": 10}]}), 2)
    spans = run.spans
    assert set(spans[spans.service == "undo-1"].reason) == {"fail step"}
    assert set(spans[spans.service == "front"].reason) == {"unreachable"}


def test_what_a_call_that_was_given_up_does_after_it_was_undone_stands():
    """The caller waits a second and undoes; the callee takes two, so the undo comes too early."""
    services = {
        "front": {"workers": 10, "handle": [
            {"call": {"service": "back", "timeout": 1, "on_error": {"compensate": [{"undo": "row"}]}}}]},
        "back": {"workers": 10, "handle": [{"work": 2}, {"effect": "row"}]},
    }  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
    run = checked(system(services, workloads, 10.5, 0.0), 1)
    assert run.summary()["effects_undone"] == 0 and run.summary()["timeouts"] == 10
    assert run.summary()["told_error_all_true"] == 10
    assert "undoes row" in str(run.sequence(0))


def test_what_is_done_again_after_it_was_undone_is_no_repetition():
    handle = [{"effect": "row"}, {"undo": "row"}, {"effect": "row"}, {"effect": "row"}]
    services = {"front": {"handle": handle}}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
    run = checked(system(services, workloads, 5.5, 0.0), 1)
    assert run.effects.undone.notna().sum() == run.summary()["effects_undone"] == 5
    assert run.summary()["effects_repeated"] == 5  # of three rows one is gone, and two stand
    del handle[-1]
    run = checked(system(services, workloads, 5.5, 0.0), 1)
    assert run.summary()["effects_repeated"] == 0 and set(run.requests.effects) == {"all"}


def test_undoing_a_unique_row_frees_its_key_and_nobody_elses():
    """Each second customer of a key comes when the first one's row is gone, or when it stands."""
    services = {"front": {"handle": [
        {"call": {"service": "table"}},
        {"call": {"service": "payment", "on_error": {"compensate": [{"undo": "row"}]}}},
    ]}, "payment": {"handle": [{"fail": 0.5}]},
        "table": {"handle": [{"effect": {"name": "row", "unique": True}}]}}  # fmt: skip
    customers = {"target": "front", "arrivals": {"constant": 10}, "key": {"uniform": 1}}
    run = checked(system(services, {"customers": customers}, 10.05, 0.0), 1)
    outcomes = run.requests.outcome.tolist()
    first = outcomes.index("ok")
    assert first >= 1, "the luck of this seed: some fail before one stays"
    assert set(outcomes[:first]) == {"error"} and set(outcomes[first + 1 :]) == {"declined"}
    assert run.summary()["effects_undone"] == first


def test_a_crash_ends_a_compensation_and_what_it_had_not_undone_stands():
    scenario = saga(3, 0, duration=10.05, rate=1, undo=[{"work": 0.4}])
    scenario = scenario.replace(
        {
            "services.step-3.handle.0.fail": 1,
            "faults": [{"crash": "front", "at": 4.2, "for": 0.1}],
        }
    )
    run = checked(scenario, 1)
    crashed = run.spans[(run.spans.service == "front") & (run.spans.outcome == "crashed")]
    assert len(crashed) == 1
    request = int(crashed.request.iloc[0])
    assert run.requests.effects[request] == "some"  # what had been asked for is undone, the rest is not
    assert set(run.requests.effects.drop(request)) == {"none"}


def test_what_nobody_leaves_cannot_be_undone():
    with pytest.raises(ScenarioError, match="nobody leaves the effect nothing"):
        saga(2, 0, duration=1, undo=[{"undo": "nothing"}])


def test_a_python_handler_undoes_what_it_did():
    def handle(ctx):
        ctx.effect("row")
        yield from ctx.work("1ms")
        ctx.undo("row")

    run = checked(system({"front": {"handle": handle}},
                         {"customers": {"target": "front", "arrivals": {"constant": 1}}}, 3.5, 0.0))  # fmt: skip
    assert run.summary()["effects_undone"] == 3
