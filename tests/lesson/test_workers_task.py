"""Lesson 10: through a rush on a budget. What passes, what fails for whom, and what is not tried."""

import numpy as np
import pytest

from evsim.lesson.workers_task import little, mailing, paid, rush
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, MAILER = "through-the-rush", "services.mailer"
KNOWN = [{"at": "0s", "instances": 1}, {"at": "50s", "instances": 3}, {"at": "100s", "instances": 1}]


def scaled(**more):
    return {f"{MAILER}.autoscale": {"by": "lag", "target": 20, "most": 4, "start": "10s", "every": "2s"} | more}


@pytest.mark.parametrize(
    "given",
    [
        scaled(),
        scaled(target=30, most=3),
        scaled(every="5s"),
        rush().replace(scaled(target=10)),
        {f"{MAILER}.autoscale": {"by": "schedule", "schedule": KNOWN, "most": 3, "start": "10s", "every": "1s"}},
    ],
)
def test_help_that_comes_in_time_and_goes_again_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "got a welcome mail [\\d.]+ s later"),
        ({f"{MAILER}.instances": 1}, "got a welcome mail [\\d.]+ s later"),
        (scaled(target=100), "got a welcome mail 1\\d.* s later"),
        (scaled(every="15s"), "got a welcome mail 1\\d.* s later"),
        (scaled(most=2), "got a welcome mail [\\d.]+ s later"),
        (scaled(most=1), "got a welcome mail [\\d.]+ s later"),
    ],
)
def test_too_few_or_help_that_comes_too_late_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({f"{MAILER}.instances": 2}, "be paid for 360 s, and may be for 300 s"),
        ({f"{MAILER}.instances": 4}, "be paid for 720 s"),
        (scaled(start="1s"), "keep start: 10s"),
        ({f"{MAILER}.workers": 4}, "an instance has one worker, not 4"),
        (scaled() | {f"{MAILER}.handle": [{"work": "100ms"}, {"effect": "welcome mail"}]}, "keep the two steps"),
        (scaled() | {"services.register.workers": 1}, "change only services.mailer"),
        (scaled(by="lags"), "lag"),
        (4, "give a dict with services.mailer, not 4"),
    ],
)
def test_what_is_too_dear_starts_at_once_or_changes_the_work_is_refused(given, words):
    assert_refused(TASK, given, words)


def test_instances_that_start_are_paid_and_those_that_are_gone_are_not():
    run = rush().replace(scaled(most=2)).run()
    capacity = run.tables.capacity["mailer"]
    lives = [(born, min(end, 180)) for born, end in zip(capacity.born, np.nan_to_num(capacity.ended, nan=180))]
    assert paid(run) == pytest.approx(sum(end - born for born, end in lives if born < 180))
    assert 180 < paid(run) < 360


def test_littles_law_holds_for_what_is_counted():
    for rate in (2, 9, 11):
        its = little(run=mailing(rate).run())["run"]
        product, counted = its.iloc[2:]
        assert product == pytest.approx(its.iloc[0] * its.iloc[1], abs=0.02)
        assert counted == pytest.approx(product, rel=0.05, abs=0.02)
