"""The built-in sagas: done or undone as a whole, who hears of it and when, and what crashes and failures leave."""

import pytest

from evsim.scenario import load
from tests.support.statistics import proportion_agrees

NAMES = ("saga-orchestrated", "saga-choreographed")


def ran(name, times=1, faults=(), seed=1, duration=60):
    changes = {"workloads.register-page.arrivals.poisson": 20 * times, "faults": list(faults), "run.duration": duration}
    run = load(name).replace(changes).run(seed=seed)
    assert run.audit()
    return run


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_each_keeps_its_objectives_and_leaves_nothing_half_done(name, seed):
    run = ran(name, seed=seed)
    figures = run.summary()
    for objective, value in run.scenario.objectives.items():
        assert figures[objective] >= value if objective == "availability" else figures[objective] <= value, objective
    assert figures["inconsistent"] == figures["effects_repeated"] == figures["lost"] == 0


@pytest.mark.slow
def test_a_card_in_twenty_is_refused_and_the_one_says_no_and_the_other_has_said_yes():
    led, told = (ran(name, duration=440).summary() for name in NAMES)
    assert proportion_agrees(led["errors"], led["requests"], 0.05)
    assert led["effects_undone"] == 3 * led["errors"] and led["told_yes_never_true"] == 0
    assert proportion_agrees(told["told_yes_never_true"], told["requests"], 0.05)
    assert told["effects_undone"] == 3 * told["told_yes_never_true"] and told["errors"] == 0
    assert told["response_p99"] < led["response_p99"] / 20


@pytest.mark.slow
def test_a_crash_of_who_leads_leaves_halves_and_a_crash_of_a_step_in_the_dance_leaves_none():
    def crashes(service):
        return [{"crash": service, "at": at, "for": 1} for at in (10.5, 20.5, 30.5, 40.5)]

    led = ran(NAMES[0], faults=crashes("register")).summary()
    assert led["inconsistent"] > 4
    told = ran(NAMES[1], faults=crashes("create-row")).summary()
    assert told["inconsistent"] == told["lost"] == 0


@pytest.mark.slow
def test_a_compensation_that_fails_leaves_what_it_had_to_undo_unless_the_event_comes_again():
    fails = [{"error_rate": "delete-row", "probability": 0.3, "at": 0}]
    led, told = (ran(name, faults=fails, duration=240).summary() for name in NAMES)
    few = {"notices": 0.65, "because": "only a card in twenty is refused"}
    assert proportion_agrees(led["inconsistent"], led["errors"], 0.3, **few)
    assert told["inconsistent"] <= 2 and told["retries"] > 10  # 0.3^5 of them are dead


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_breaks_at_three_times_its_load(name):
    """`charge` can do 6 / 150 ms = 40 a second."""
    figures = ran(name, 3).summary()
    late = figures["timeouts"] if name == NAMES[0] else figures["completion_p99"]
    assert late > (1000 if name == NAMES[0] else 20)
