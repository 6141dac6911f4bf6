"""All policies of callers at once, in every combination, under faults: nobody is invented and nobody is hidden."""

from itertools import combinations

import numpy as np
import pytest

from evsim.results.endings import Outcome, Verdict
from tests.truth.systems import exponential, poisson, system

POLICIES = {
    "timeout": {"timeout": 0.5},
    "retry": {"retry": {"attempts": 3, "backoff": {"full_jitter": 0.1}, "budget": {"ratio": 0.2, "burst": 5}}},
    "breaker": {"breaker": {"failure_rate": 0.5, "window": 10, "minimum": 5, "open_for": 0.5, "trials": 2}},
    "bulkhead": {"bulkhead": {"limit": 3, "queue": 2}},
    "hedge": {"hedge": {"after": 0.2}},
    "fallback": {"on_error": {"fallback": [{"effect": "old answer"}]}},
    "compensate": {"on_error": {"compensate": [{"work": 0.01}, {"undo": "order"}]}},
}
COMBINATIONS = [
    names
    for count in range(len(POLICIES) + 1)
    for names in combinations(POLICIES, count)
    if not {"fallback", "compensate"} <= set(names)
]
FAULTS = [
    {"crash": "front/1", "at": 3, "for": 0.5},
    {"pause": "front/2", "at": 5, "for": 0.7},
    {"outage": "back", "at": 7, "for": 1},
    {"error_rate": "back", "probability": 0.5, "at": 10, "for": 2},
    {"slowdown": "back", "factor": 5, "at": 13, "for": 2},
    {"loss": ["front", "back"], "probability": 0.2, "at": 16, "for": 2},
]  # fmt: skip


def shop(names):
    call = {"service": "back"}
    for name in names:
        call |= POLICIES[name]
    services = {
        "front": {"instances": 2, "workers": 5, "handle": [{"effect": "order"}, {"call": call}, {"effect": "receipt"}]},
        "back": {"workers": 6, "handle": [{"work": exponential(0.1)}, {"effect": "paid"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": poisson(25)}}
    network = {"latency": 0.005, "give_up": 2}
    return system(services, workloads, 20, 0.0, faults=FAULTS, network=network)


@pytest.fixture(scope="module")
def bare():
    return shop(()).run(seed=1)


@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_the_same_customers_come_and_each_is_told_once_whatever_the_policies(names, bare):
    run = shop(names).run(seed=1)
    assert run.audit()
    rows, tally = run.tables.rows, run.tables.requests
    assert np.array_equal(tally.arrived, bare.tables.requests.arrived), "the customers are not the same"
    figures = run.summary()
    outcomes = ("completed", "errors", "timeouts", "rejected", "declined")
    assert figures["requests"] == sum(figures[name] for name in outcomes) and figures["pending"] == 0
    assert (rows["outcome"] != Outcome.OPEN).all() and (rows["verdict"] != Verdict.OPEN).all()
    asked = np.array([place.kind == "call" for place in run.tables.places])[rows["place"]]
    first = asked & (rows["first"] < 0)
    fronts = ~asked & ~np.isnan(rows["started"])
    assert np.array_equal(np.sort(rows["parent"][first]), np.flatnonzero(fronts)), "one call for each who was let in"
    good = asked & (rows["verdict"] == Verdict.DONE)
    owner = np.where(rows["first"] < 0, np.arange(len(asked)), rows["first"])
    assert np.bincount(owner[good]).max() == 1, "a call has two answers"
    if "fallback" not in names:
        done = np.isin(np.flatnonzero(fronts), rows["parent"][good]).sum()
        assert done >= figures["completed"] >= done - 10  # some crashed after the answer


@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_the_first_attempts_have_the_same_luck_whatever_the_policies(names, bare):
    mine, theirs = work_of_first_attempts(shop(names).run(seed=1)), work_of_first_attempts(bare)
    both = mine.keys() & theirs.keys()
    assert len(both) > 40
    assert [mine[request] for request in both] == pytest.approx([theirs[request] for request in both])


def work_of_first_attempts(run):
    """request -> seconds of work of the first attempt of its call, before the first fault."""
    rows = run.tables.rows
    place = next(place.number for place in run.tables.places if place.kind == "call")
    mine = np.flatnonzero((rows["place"] == place) & (rows["first"] < 0) & (rows["outcome"] == Outcome.OK))
    early = mine[rows["ended"][mine] < FAULTS[0]["at"]]
    return dict(zip(rows["request"][early].tolist(), (rows["ended"] - rows["started"])[early].tolist(), strict=True))


def test_a_python_handler_asks_with_the_same_policies_and_the_same_luck():
    names = ("timeout", "retry", "breaker", "bulkhead", "hedge")
    steps = shop(names)

    def handle(ctx):
        ctx.effect("order")
        settings = {}
        for name in names:
            settings |= POLICIES[name]
        yield from ctx.call("back", **settings)
        ctx.effect("receipt")

    written = steps.replace({"services.front.handle": handle})
    mine, theirs = written.run(seed=1), steps.run(seed=1)
    assert mine.audit()
    for name in ("completed", "errors", "timeouts", "rejected", "retries"):
        assert mine.summary()[name] == pytest.approx(theirs.summary()[name], rel=0.2, abs=10), name
    assert {kind for _, kind, _, _ in mine.records.incidents} == {kind for _, kind, _, _ in theirs.records.incidents}
