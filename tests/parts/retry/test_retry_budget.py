"""The retry budget: retries in proportion to calls, for each instance of a caller and each callee."""

import numpy as np
import pytest

from evsim.parts.retry.words import NO_RETRY
from evsim.scenario import Scenario, ScenarioError
from tests.support.cases import case, expected
from tests.support.nightly import by_day, mostly_at_night
from tests.support.statistics import Z
from tests.truth.measuring import checked
from tests.truth.systems import poisson, system

RETRIES = {"no_retries": None, "three_retries": {"attempts": 4},
           "adaptive_10pct": {"attempts": 4, "budget": {"ratio": 0.1, "burst": 5}}}  # fmt: skip
THEIR_CALLS = 5 * 100 * 100  # five seeds of a hundred clients with 10 calls a second for 10 s


def clients(call, back, instances=1, arrivals=None, duration=10.05, **parts):
    """`front`, so many programs with one worker each, calls `back`."""
    services = {"front": {"instances": instances, "handle": [{"call": {"service": "back", **call}}]},
                "back": {"workers": 1000, "handle": back}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": arrivals or {"constant": 10}}}
    return system(services, workloads, duration, 0.0, **parts)


def tries(run, service="back"):
    return int(
        np.isin(
            run.tables.rows["place"], [place.number for place in run.tables.places if place.service == service]
        ).sum()
    )


FAILING = case("BROOKER-retry")["parameters"]["f"]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", RETRIES)
@pytest.mark.parametrize("f", mostly_at_night(FAILING, FAILING[0], FAILING[-1]))
def test_a_budget_bounds_the_load_that_retries_add_and_plain_retries_do_not(f, strategy):
    """A hundred clients of Brooker's program, each with a bucket of its own."""
    load, success = expected("BROOKER-retry", f"f={f} {strategy}")
    call = {"retry": RETRIES[strategy]} if RETRIES[strategy] else {}
    scenario = clients(call, [{"work": 0.001}, {"fail": f}], instances=100, arrivals=poisson(1000), duration=10)
    runs = [checked(scenario, seed) for seed in range(by_day(5, 2))]
    calls = sum(len(run.tables.requests.row) for run in runs)
    done = sum(run.summary()["completed"] for run in runs)
    both = np.sqrt(1 / calls + 1 / THEIR_CALLS)  # their five runs are a sample too
    rounding = 5e-5
    assert abs(done / calls - success) <= Z * np.sqrt(success * (1 - success) + 1 / calls) * both + rounding
    spread = np.sqrt(f / (1 - f) ** 2)  # of the number of attempts, if there were no limit
    assert abs(sum(map(tries, runs)) / calls - load) <= Z * spread * both + rounding


def test_the_load_is_at_most_what_the_budget_says_however_long_the_outage():
    budget = {"ratio": 0.1, "burst": 5}
    run = checked(clients({"retry": {"attempts": 4, "budget": budget}}, [{"fail": 1}], duration=100.05))
    calls = len(run.tables.requests.row)
    assert calls == 1000 and tries(run) == 1000 + 5 + 99  # the bucket was full when the first call came
    refused = [row for _, kind, _, row in run.records.incidents if kind == NO_RETRY]
    assert len(refused) == run.summary()["errors"] - sum(run.tables.rows["attempt"] == 4)


def test_each_instance_has_a_bucket_of_its_own_and_loses_it_in_a_crash():
    call = {"retry": {"attempts": 2, "budget": {"ratio": 0.001, "burst": 3}}}
    run = checked(clients(call, [{"fail": 1}], instances=4))
    assert tries(run) == 100 + 4 * 3
    crash = {"crash": "front/1", "at": 5.05, "for": 0.01}
    run = checked(clients(call, [{"fail": 1}], faults=[crash]))
    assert tries(run) == 100 + 3 + 3


def test_each_callee_has_a_bucket_of_its_own_and_steps_to_the_same_callee_share_it():
    retry = {"attempts": 2, "budget": {"ratio": 0.001, "burst": 3}}

    def calls(*names):
        steps = [{"call": {"service": name, "retry": retry, "on_error": "ignore"}} for name in names]
        services = {"front": {"handle": steps}, "back": {"handle": [{"fail": 1}]}, "side": {"handle": [{"fail": 1}]}}
        workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
        return checked(system(services, workloads, 20.5, 0.0))

    run = calls("back", "side")
    assert tries(run) == 20 + 3 and tries(run, "side") == 20 + 3
    assert tries(calls("back", "back")) == 2 * 20 + 3


def test_questions_on_a_bus_have_a_budget_too():
    retry = {"attempts": 2, "budget": {"ratio": 0.001, "burst": 3}}
    services = {"front": {"handle": [{"ask": {"bus": "address", "retry": retry}}]},
                "one": {"subscribe": "address", "handle": [{"fail": 1}]},
                "two": {"subscribe": "address", "handle": [{"fail": 1}]}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
    run = checked(system(services, workloads, 20.5, 0.0, channels={"address": "bus"}))
    assert tries(run, "one") + tries(run, "two") == 20 + 3


def test_the_diagram_says_that_the_budget_is_spent():
    run = checked(clients({"retry": {"attempts": 2, "budget": {"ratio": 0.1, "burst": 1}}}, [{"fail": 1}], duration=1))
    assert "attempt 2" in str(run.sequence(0)) and "budget is spent" not in str(run.sequence(0))
    assert "no other attempt: the retry budget is spent" in str(run.sequence(1))


@pytest.mark.parametrize(("budget", "says"), [
    ({"ratio": 0}, "ratio"), ({"ratio": 2}, "ratio"), ({"burst": 5}, "ratio"), ({"ratio": 0.1, "burst": 0.5}, "burst"),
])  # fmt: skip
def test_a_budget_that_makes_no_sense_is_refused(budget, says):
    with pytest.raises(ScenarioError, match=says):
        clients({"retry": {"attempts": 2, "budget": budget}}, [{"work": 1}])


def test_only_who_asks_has_a_budget():
    with pytest.raises(ScenarioError, match="budget"):
        Scenario.from_dict({
            "name": "x", "channels": {"jobs": "queue"},
            "workloads": {"customers": {"target": "front", "arrivals": {"constant": 1}}},
            "services": {"front": {"handle": [{"publish": {"channel": "jobs", "retry": {
                "attempts": 2, "budget": {"ratio": 0.1}}}}]}},
        })  # fmt: skip
