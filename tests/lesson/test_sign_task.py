"""Lesson 19: sign it. What passes, what fails for whom, what is not tried; and the month and its money, recounted."""

import numpy as np
import pytest

from evsim.lesson import sign_task
from evsim.lesson.month_bills import LINES, bill, breaks_even_at, month_bills
from evsim.lesson.sign_task import DOWN, SEEDS, december, hour, lost, month, shop
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK = "sign-it"


def chosen(machines, processors, tries=2):
    return {"machines": machines, "processors": processors, "tries": tries}


@pytest.mark.parametrize("given", [chosen(3, 1), chosen(2, 2), chosen(4, 1, 3), chosen(4, 0.5), chosen(6, 0.5, 3)])
def test_who_is_left_can_do_it_and_who_was_in_work_is_asked_for_again(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (chosen(1, 4, 1), "with a machine that fails three times: customer \\d+ was not told yes"),  # a good day alone
        (chosen(1, 4, 20), "with a machine that fails three times: customer \\d+ (was not told yes|had to wait)"),
        (chosen(2, 1), "with a machine that fails three times: customer \\d+ had to wait"),  # one is left, and too slow
        (chosen(3, 1, 1), "with a machine that fails three times: customer \\d+ was not told yes"),  # in work then
        (chosen(6, 0.5, 1), "Seed 2, with a machine that fails three times"),  # right on one seed
        (chosen(3, 0.5), "had to wait 3\\.\\d s"),
        (chosen(1, 1), "with nothing broken: customer \\d+ had to wait"),
    ],
)
def test_other_answers_fail_for_somebody(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (chosen(2, 4), "it would cost 288 dollars a month, and may cost 150"),
        ({}, "give a dict of machines, processors, tries"),
        ("MEETS", "give a dict of machines, processors, tries, not 'MEETS'"),
        (december(3, 1, 2), "give a dict of machines"),
        (chosen(3, 1) | {"rate": "0.1/s"}, "give a dict of machines"),  # less to do
        (chosen(3, 1) | {"work": "0ms"}, "give a dict of machines"),
        (chosen(0, 1), "machines: give a whole number from 1 to 20, not 0"),
        (chosen(True, 1), "machines: give a whole number"),
        (chosen(3, 1, "2"), "tries: give a whole number from 1 to 20, not '2'"),
        (chosen(3, 3), "processors: machines are sold with (0.5, 1, 2, 4) of them, not with 3"),
        (chosen(3, [1]), "processors: machines are sold with"),
    ],
)
def test_what_is_too_dear_or_not_for_sale_is_refused(given, words):
    assert_refused(TASK, given, words)


@pytest.mark.slow
def test_a_good_hour_is_as_theory_has_it():
    """A queue with one server, or two, Poisson arrivals and exponential work (M/M/1, M/M/2); three errors wide."""
    for (machines, processors), mean in (((1, 1), 1 / 3), ((1, 2), 1 / 7), ((2, 1), 0.25 / (1 - 0.125**2))):
        means = [shop(machines, processors).run(seed=seed).summary()["response_mean"] for seed in SEEDS]
        error = np.std(means, ddof=1) / len(means) ** 0.5
        assert abs(np.mean(means) - mean - 0.002) < 3 * error + 0.003  # ways are there, too


@pytest.mark.slow
def test_one_machine_refuses_who_comes_while_it_is_down_and_each_costs_what_is_said():
    broken = shop(1, 1).replace(DOWN)
    came = []
    for seed in SEEDS:
        arrived = broken.run(seed=seed).tables.requests.arrived
        came.append(((arrived >= 900) & (arrived < 2700)).sum())
    assert 0 <= hour(shop(), True)["errors"] - np.mean(came) < 5  # and who was there when it failed
    assert lost(shop(), 3) == pytest.approx(3 * hour(shop(), True)["errors"])
    assert bill(shop(), 3, 10) - bill(shop(), 0, 10) == pytest.approx(0.3 * hour(shop(), True)["errors"])


@pytest.mark.parametrize("cents", [0.5, 2, 10])
def test_at_the_break_even_both_bills_are_equal_and_the_picture_has_it(cents):
    even = breaks_even_at(cents)
    assert bill(shop(1, 1), even, cents) == pytest.approx(bill(shop(2, 1), even, cents))
    scene = month_bills(cents)
    marks = {mark.name: mark for mark in scene.marks}
    assert set(LINES) < set(marks) and marks["break-even"].x == (even, even)
    assert f"from {even:.1f} failures a month" in scene.title and scene.title in scene.alt
    for name, (design, _) in LINES.items():
        at, height = marks[name].x[1], marks[name].y[1]
        assert height == pytest.approx(bill(design, at, cents))


def test_each_machine_fails_so_often(monkeypatch):
    """Three machines of which each fails twice a month: six times as many are lost as in one failure."""
    made_up = {False: {"errors": 1, "requests": 3600, "response_p99": 1.0},
               True: {"errors": 73, "requests": 3500, "response_p99": 4.0}}  # fmt: skip
    monkeypatch.setattr(sign_task, "hour", lambda _, fails=False: made_up[bool(fails)])
    assert lost(shop(3, 1), 2) == 6 * 73
    assert sign_task._figures(shop(3, 1), 2) == {"availability": 1 - 438 / (730 * 3600), "response_p99": 4.0}
    assert sign_task._figures(shop(3, 1), 0) == {"availability": 1, "response_p99": 1.0}


def test_a_month_without_failures_is_met_by_all():
    table = month(0, big=shop(1, 2), two=shop(2, 1))
    assert list(table.loc["told an error"]) == [0, 0] and (table.iloc[2:] == "MEETS").all(axis=None)
