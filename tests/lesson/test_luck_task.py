"""Lesson 18: tell them apart. Which rules pass, which ones see what is not there or not what is, and what is said."""

import math
import re

import numpy as np
import pytest

from evsim.lesson import exercise
from evsim.lesson.luck import QUICK, intervals, measured, offer, promised, side_by_side, told_apart
from evsim.lesson.luck_task import ALIKE, MISSED, UNLIKE, WRONG, apart
from evsim.view.scene.scene import Scene

TASK = "tell-them-apart"


def said(low, high):
    return "quicker" if high < 0 else "slower" if low > 0 else "not decided"


def fixed(runs, others=0):
    """So many runs of each, and the interval of the difference; `others`: added to the seeds of the second."""

    def rule(first, second):
        its = apart([first(seed) for seed in range(runs)], [second(seed + others) for seed in range(runs)])
        return said(its.low, its.high)

    return rule


def signs(first, second):
    """Without an interval: of 15 pairs at least 12 on one side (a sign test, wrong for 4 of 100 pairs)."""
    less = sum(second(seed) < first(seed) for seed in range(15))
    return "quicker" if less >= 12 else "slower" if less <= 3 else "not decided"


def by_hand(first, second):
    """Twelve pairs, a mean, a deviation, and 2.2 standard errors (Student's t of 11 degrees of freedom)."""
    apart = np.array([second(seed) - first(seed) for seed in range(7, 19)])
    half = 2.2 * apart.std(ddof=1) / math.sqrt(12)
    return said(apart.mean() - half, apart.mean() + half)


def two_looks(first, second):
    """A look after 8 and one after 20, each with an interval of 97.5 % (2.84 and 2.43 standard errors)."""
    for runs, times in ((8, 2.84), (20, 2.43)):
        its = apart([first(seed) for seed in range(runs)], [second(seed) for seed in range(runs)])
        word = said(its.mean - times * its.standard_error, its.mean + times * its.standard_error)
        if word != "not decided":
            return word
    return "not decided"


@pytest.mark.slow
@pytest.mark.parametrize("rule", [fixed(10), fixed(15), fixed(20), signs, by_hand, two_looks])
def test_a_rule_with_enough_runs_and_the_same_customers_passes(rule):
    task = exercise(TASK)
    grade = task.check(rule)
    assert grade and "Tried with 100 pairs that are the same and 40 in which one is quicker" in _plain(grade)
    assert task.look() == "Nothing to look at: no check has failed."


def one_run(first, second):
    return "quicker" if second(1) < first(1) else "slower"


def means_alone(first, second):
    return "quicker" if sum(map(second, range(20))) < sum(map(first, range(20))) else "slower"


def first_look_that_tells(first, second):
    """Looks after each run, and stops at the first interval without zero."""
    for runs in range(2, 21):
        word = fixed(runs)(first, second)
        if word != "not decided":
            return word
    return "not decided"


def a_large_difference(first, second):
    """What is more than a fifth apart in the mean of three runs is taken for real."""
    ratio = sum(map(second, range(3))) / sum(map(first, range(3)))
    return "quicker" if ratio < 0.8 else "slower" if ratio > 1.25 else "not decided"


LUCK, UNSEEN = (
    r"they are the same but for the name\. In all, \d+ of 140",
    r"In all, \d+ of 40 differences were not seen",
)


@pytest.mark.parametrize(
    "rule, words",
    [
        (one_run, LUCK),
        (means_alone, LUCK),
        (first_look_that_tells, LUCK),
        (a_large_difference, LUCK),
        (lambda first, second: "quicker", LUCK),
        (lambda first, second: "not decided", UNSEEN),
        (fixed(3), UNSEEN),
    ],
)
def test_a_rule_that_believes_luck_or_sees_nothing_fails(rule, words):
    task = exercise(TASK)
    grade = task.check(rule)
    assert grade.passed is False and re.search(words, _plain(grade)), _plain(grade)
    shared = rule.__name__ != "<lambda>"
    assert "task.look()" in _plain(grade)
    assert isinstance(task.look(), Scene) if shared else "no seed to both" in task.look()


def test_other_customers_for_the_second_mailer_hide_the_difference():
    task = exercise(TASK)
    grade = task.check(fixed(20, others=100))
    assert grade.passed is False and re.search(UNSEEN, _plain(grade)) and "no seed to both" in task.look()


@pytest.mark.parametrize(
    "rule, words",
    [
        (12, "give a function of two mailers"),
        (lambda first, second: None, "a rule gives 'quicker', 'slower' or 'not decided', not None"),
        (lambda first, second: "blue", "not 'blue'"),
        (lambda first, second: first("1"), "a seed is a whole number, such as 1, not '1'"),
        (fixed(21), "of each mailer there are 20 at most"),
        (lambda first, second: apart([first(1)], [second(1), second(2)]), "as many runs of the one as of the other"),
        (lambda first: "quicker", "TypeError"),
    ],
)
def test_what_is_no_rule_is_refused_in_words(rule, words):
    grade = exercise(TASK).check(rule)
    assert grade.passed is None and words in _plain(grade), _plain(grade)


def test_the_check_gives_the_same_grade_each_time():
    assert repr(exercise(TASK).check(one_run)) == repr(exercise(TASK).check(one_run))


def test_amber_and_blue_differ_in_nothing_but_a_name():
    blue = repr(offer("blue").to_dict()).replace("blue", "amber")
    assert blue == repr(offer("amber").to_dict())


def test_the_pairs_are_what_the_check_says_of_them():
    """Of 100 runs: quicker by more than three standard errors, and the same within three."""
    amber, blue, quick = (np.array([measured(name, work, seed) for seed in range(1, 101)])
                          for name, work in (("amber", 100), ("blue", 100), ("amber", QUICK)))  # fmt: skip
    for other, differs in ((quick, True), (blue, False)):
        error = (other - amber).std(ddof=1) / math.sqrt(100)
        assert (abs((other - amber).mean()) > 3 * error) == differs


def test_a_table_has_the_interval_that_numpy_has():
    table, rows = side_by_side(10), told_apart(10)
    apart = np.array([measured("blue", 100, seed) - measured("amber", 100, seed) for seed in range(1, 11)])
    half = 2.2622 * apart.std(ddof=1) / math.sqrt(10)  # Student's t of 9 degrees of freedom
    interval = f"{apart.mean() - half:+.2f} to {apart.mean() + half:+.2f}"
    assert rows.loc["amber and blue", "interval (s)"] == interval in intervals(10).alt.replace("from ", "")
    assert (table.quicker == "blue").sum() == (apart < 0).sum()
    assert (promised(0.6, 5, 20).verdict == ["NOT DECIDED", "MEETS"]).all()


def test_at_most_so_many_are_wrong():
    """What a rule of 95 % is expected to do wrong with pairs that are the same is half of what is let pass."""
    assert WRONG >= 2 * 0.05 * ALIKE and MISSED <= UNLIKE / 10


def _plain(grade):
    return repr(grade).replace("\n", " ")
