"""Lesson 09: again without a storm. What passes, what fails for whom, and what is not tried."""

import numpy as np
import pytest

from evsim.lesson.properties import somebody_told_error
from evsim.lesson.storm_task import before_and_after, hardly_an_error, storm, well_again
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, HANDLE = "again-without-a-storm", "services.register.handle"
REPLY = {"reply": "registered"}
SLOWLY = {"full_jitter": {"base": "500ms", "cap": "2s"}}
SOON, LATE = "came at second 4\\d, when the list had long been as quick as ever", "loses one message in fifty: .*"


def steps(**call):
    return [{"call": {"service": "mailing-list", "timeout": "1s"} | call}, REPLY]


def budget(ratio, burst, attempts=4):
    return {"attempts": attempts, "budget": {"ratio": ratio, "burst": burst}}


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        steps(retry=budget(0.1, 10)),
        steps(retry=budget(0.15, 10) | {"backoff": "50ms"}),
        {HANDLE: steps(retry={"attempts": 4}, breaker={"failures": 5, "open_for": "5s"})},
        storm(retry=budget(0.1, 5)),
    ],
)
def test_retries_with_a_budget_or_behind_a_breaker_pass(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (steps(), f"{LATE}told an error"),
        (steps(retry={"attempts": 3}), SOON),
        (steps(retry={"attempts": 2}), SOON),
        (steps(retry={"attempts": 3, "backoff": SLOWLY}), SOON),
        (steps(retry=budget(0.9, 100)), SOON),
        (steps(retry=budget(0.01, 1)), f"{LATE}told an error"),
        ([{"fail": 1.0}, *steps(retry=budget(0.1, 10))], "was told an error"),
    ],
)
def test_none_too_many_or_later_retries_fail(given, words):
    assert_fails(TASK, given, words)


def test_who_was_told_nothing_was_not_told_an_error():
    """A run that is cut short: at second 24 some wait for an answer, and none of them was told an error."""
    run = storm(retry={"attempts": 3}).run(seed=1, until=24)
    told = {where.words.split(" told ")[1].partition(" (")[0]: where.customer for where in hardly_an_error(run)}
    assert run.outcomes.nothing[told["nothing"]] and set(told) <= {"nothing", "an error"}
    assert all("were not told yes)" in where.words for where in hardly_an_error(run))
    assert not list(well_again(run))
    within = storm().replace({"faults": [{"pause": "register", "at": "20s", "for": "9s"}]}).run(seed=1, until=24)
    assert {where.words for where in somebody_told_error(within)} == {"came with register paused, and was told nothing"}


@pytest.mark.parametrize(
    "given, words",
    [
        ({HANDLE: steps(retry=budget(0.1, 10)), "services.mailing-list.workers": 9}, "change only services.register"),
        ({"faults": []}, "change only services.register.handle"),
        (steps(retry={"attempts": 0}), "attempts"),
        (steps(retries=3), "here that is retry"),
        ([], "must hold at least 1"),
        ("retry", "give a list of steps"),
    ],
)
def test_a_larger_list_no_trouble_and_what_is_no_step_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_the_table_counts_calls_and_answers_of_the_records():
    run = storm(retry={"attempts": 3}).run()
    table = before_and_after(run=run)["run"]
    spans, arrived = run.spans, run.tables.requests.arrived
    calls = spans[(spans.kind == "call") & (spans.service == "mailing-list")]
    late = np.flatnonzero(arrived >= 60)
    its = calls[calls.request.isin(run.tables.requests.number[late])]
    assert table["calls each"]["after second 60"] == round(len(its) / len(late), 2) == 3
    assert table["told yes (%)"]["after second 60"] == 0
