"""Metastable failure: a short trigger, a system that stays down, what brings it back, and what does not."""

import numpy as np
import pytest

from evsim import load, theory
from evsim.results.requests import ERROR, OK, TIMEOUT
from evsim.scenario.offered_load import holding_times
from tests.support.nightly import by_day, mostly_at_night, nightly
from tests.support.statistics import proportion_agrees

pytestmark = pytest.mark.slow

DATABASE, CALL = "services.database", "services.register.handle.1.call"
RATE = "workloads.register-page.arrivals"
TRIGGER = {"faults": [{"slowdown": "database", "factor": 5, "at": "20s", "for": "10s"}]}
CROWD = {RATE: {"profile": [[0, 50], [20, 50], [20, 150], [30, 150], [30, 50]]}}
SEEDS = range(by_day(12))

CURES = {
    "a short line": {f"{DATABASE}.limit": 50},
    "shedding by age": {f"{DATABASE}.shed": {"age": "500ms"}},
    "shedding on arrival": {f"{DATABASE}.shed": {"expected_wait": "500ms"}},
    "dropping what nobody waits for": {f"{DATABASE}.drop_stale": True},
    "the newest first": {f"{DATABASE}.discipline": "adaptive_lifo"},
    "a rate limit below what it can do": {f"{DATABASE}.rate_limit": {"rate": "90/s", "burst": 10}},
    "a budget for retries": {f"{CALL}.retry.budget": {"ratio": 0.1, "burst": 10}},
    "a lower load": {f"{RATE}.poisson": "25/s"},
    "one attempt": {f"{CALL}.retry.attempts": 1},
}
NO_CURES = {
    "nothing": {},
    "jitter": {f"{CALL}.retry.backoff": {"full_jitter": {"base": "100ms", "cap": "2s"}}},
    "long jitter": {f"{CALL}.retry.backoff": {"full_jitter": {"base": "1s", "cap": "10s"}}},
    "no limit at all": {f"{DATABASE}.limit": None},
    "more patience, longer line": {f"{CALL}.timeout": "2s"},
}


def served(run, begin, end):
    """The share of those who came between two moments who were told yes."""
    requests = run.tables.requests
    mine = (requests.arrived >= begin) & (requests.arrived < end)
    return (requests.outcome[mine] == OK).mean()


def down(changes, seeds=SEEDS, duration=90):
    """In how many of some runs hardly anybody is served in the last 30 s; in all others nearly everybody is."""
    scenario = load("metastable").replace({**TRIGGER, **changes, "run.duration": duration})
    count = 0
    for seed in seeds:
        run = scenario.run(seed=seed)
        assert run.audit()
        share = served(run, duration - 30, duration)
        assert share < 0.1 or share > 0.9, f"seed {seed} is neither down nor up: {share:.2f}"
        count += share < 0.1
    return count


# Healthy, and broken.


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_healthy_without_a_trigger(seed):
    run = load("metastable").run(seed=seed)
    figures = run.summary()
    assert all(figures[objective] <= limit for objective, limit in run.scenario.objectives.items())
    assert figures["goodput"] == pytest.approx(50, rel=0.1) and figures["retry_amplification"] == 1


def test_at_three_times_its_load_it_goes_down_by_itself():
    run = load("metastable").replace({f"{RATE}.poisson": "150/s", "run.duration": "60s"}).run()
    assert run.summary()["availability"] < 0.05


@pytest.mark.parametrize("trigger", [TRIGGER, {**CROWD, "faults": []}])
def test_a_short_trigger_brings_it_down_for_good(trigger):
    assert proportion_agrees(down(trigger), len(SEEDS), 1)


def test_without_that_trigger_it_stays_up():
    assert proportion_agrees(down({"faults": []}), len(SEEDS), 0)


def test_in_the_bad_state_every_customer_asks_three_times_is_told_error_and_is_registered_more_than_once():
    run = load("metastable").replace(TRIGGER).run()
    rows, requests = run.tables.rows, run.tables.requests
    late = (requests.arrived >= 60) & (requests.arrived < 110)
    assert np.isin(requests.outcome[late], (ERROR, TIMEOUT)).all()
    calls = (rows["born"] >= 60) & (rows["born"] < 110) & (rows["parent"] >= 0)
    storm = theory.retry_storm(50, 100, 3)
    assert calls.sum() / 50 == pytest.approx(storm.storm_rate, rel=0.05)
    assert (requests.present[late] > 0).mean() > 0.7 and (requests.repeated[late] > 0).mean() > 0.3
    waits = (rows["started"] - rows["ready"])[calls]
    assert np.nanmin(waits) > 1, "all it answers comes too late"


# What brings it back, and what does not.


DAY = ("a short line", "dropping what nobody waits for", "a budget for retries", "one attempt")


@pytest.mark.parametrize("cure", mostly_at_night(CURES, *DAY))
def test_it_comes_back_with(cure):
    assert proportion_agrees(down(CURES[cure]), len(SEEDS), 0)


@pytest.mark.parametrize("hope", mostly_at_night(NO_CURES, "jitter", "no limit at all"))
def test_it_stays_down_with(hope):
    assert proportion_agrees(down(NO_CURES[hope]), len(SEEDS), 1)


@pytest.mark.parametrize(("rate", "state", "share"), [
    (25, "healthy", 0), (40, "metastable", 1), pytest.param(80, "metastable", 1, marks=nightly),
])  # fmt: skip
def test_the_fixed_points_of_the_retry_loop_say_from_which_load_on_it_stays_down(rate, state, share):
    scenario = load("metastable")
    capacity = scenario.services["database"].workers / holding_times(scenario)["database"]
    storm = theory.retry_storm(rate, capacity, scenario.services["register"].handle[1].retry.attempts)
    assert storm.state == state and storm.sustained == (share > 0)
    assert down({f"{RATE}.poisson": rate}) == share * len(SEEDS)


TRIGGERS = {"longer": [(5, 1), (5, 2), (5, 5)], "stronger": [(2, 3), (3, 3), (6, 3)]}  # factor, seconds


@pytest.mark.parametrize("which", mostly_at_night(TRIGGERS, "longer"))
def test_a_longer_or_a_stronger_trigger_brings_it_down_more_often_and_in_between_it_is_chance(which):
    runs, counts = by_day(16, 6), []
    for factor, length in TRIGGERS[which]:
        slower = {"slowdown": "database", "factor": factor, "at": "20s", "for": length}
        counts.append(down({"faults": [slower]}, range(runs), 70))
    assert counts == sorted(counts) and counts[0] == 0 and counts[-1] == runs
    assert 0.1 * runs < counts[1] < 0.9 * runs


def test_closed_users_wait_for_their_answers_and_cannot_bring_it_down():
    """60 users who ask at most once a second while nothing is answered: 60 calls a second, of 100 it can do."""
    users = {RATE: {"closed": {"users": 60, "think": "200ms"}}}
    assert down(users) == 0
    rate = np.mean([load("metastable").replace({**users, "run.duration": 60}).run(seed=s).summary()["throughput"]
                    for s in range(3)])  # fmt: skip
    assert rate > 60, "and they come more often than the open ones do"
