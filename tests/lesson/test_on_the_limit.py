"""Guesses, hints, budgets and places exactly on their limit."""

from types import SimpleNamespace

import pytest

import evsim
from evsim.experiment.judging import judge
from evsim.lesson.board import board
from evsim.lesson.challenge import Challenge, Entry, _keeps_to_the_rules, workers
from evsim.lesson.deck.toll import MINUTE, toll
from evsim.lesson.exercises import Refused
from evsim.lesson.luck_task import MISSED, WRONG, tells_them_apart
from evsim.lesson.predictions import predict
from evsim.lesson.properties import beyond, told_within
from evsim.lesson.window_task import board as board_of_numbers
from evsim.lesson.window_task import numbers_come_soon
from evsim.scenario import Scenario


@pytest.mark.parametrize(("guess", "words"), [
    (50, "you were close"), (49.9, "too low"), (70, "you were close"), (70.1, "too high"), (60, "you were right"),
])  # fmt: skip
def test_a_guess_is_close_within_a_tenth_of_the_range(folder, guess, words):
    assert words in predict("How many?", number=(0, 100)).guessed(guess).compare(60)


@pytest.mark.parametrize(("guess", "fits"), [(0, True), (100, True), (-0.1, False), (100.1, False)])
def test_both_ends_of_the_range_may_be_guessed(folder, guess, fits):
    assert predict("How many?", number=(0, 100))._fits(guess) is fits


CHALLENGE = evsim.load("registration-events")


@pytest.mark.parametrize("over", [0, 1])
def test_a_design_may_have_as_many_workers_as_the_budget_and_no_more(over):
    challenge = Challenge("mine", "-", CHALLENGE, (), workers(CHALLENGE) - over, {})
    if not over:
        assert _keeps_to_the_rules(challenge, CHALLENGE) is None
    else:
        with pytest.raises(
            Refused, match=f"it has {workers(CHALLENGE)} workers, and may have {workers(CHALLENGE) - 1}"
        ):
            _keeps_to_the_rules(challenge, CHALLENGE)


def test_designs_that_are_as_good_share_a_place_and_the_next_one_counts_them():
    """The better one has fewer workers, of those that meet the goal; names decide nothing but the order."""
    made = {"b": (5, 0.1), "a": (5, 0.1), "c": (6, 0.1), "e": (2, 9.0), "d": (4, 0.1), "f": (2, 9.0)}
    entries = [Entry(name, CHALLENGE, count) for name, (count, _) in made.items()] + [Entry("x", None, refused="no")]
    said = {name: judge({"response_mean": 0.2}, {"response_mean": found}) for name, (_, found) in made.items()}
    found = board(SimpleNamespace(goal="-", troubles=["calm"]), entries, {"calm": said}, 1)
    assert [(each.place, each.name) for each in found.standings] == [
        (1, "d"), (2, "a"), (2, "b"), (4, "c"), (5, "e"), (5, "f"), (None, "x"),
    ]  # fmt: skip
    assert found.signed == ["d", "a", "b", "c"]


@pytest.mark.parametrize(("customers", "down"), [(5, 1), (6, 0), (4, 1)])
def test_a_minute_in_which_a_fifth_was_harmed_is_down(customers, down):
    """One of so many who come in the second minute is told an error; nobody else is."""
    run = Scenario.from_dict({
        "name": "minutes",
        "workloads": {"most": {"target": "desk", "arrivals": {"burst": {"count": customers - 1, "at": MINUTE}}},
                      "one": {"target": "broken", "arrivals": {"burst": {"count": 1, "at": 2 * MINUTE - 1e-9}}}},
        "services": {"desk": {"workers": 9, "handle": [{"work": 0}]}, "broken": {"handle": [{"fail": 1}]}},
        "run": {"duration": 3 * MINUTE, "warmup": 0},
    }).run()  # fmt: skip
    prices = dict.fromkeys(("lost", "untrue", "never", "down"), 1)
    found = toll(run, SimpleNamespace(promise=1.0, prices=prices), 0)
    assert (found.lost, found.down, found.total) == (1, down, 1 + down)


def rule(wrong, missed):
    """A rule that knows the truth, and says what is not for so many pairs that are alike, and for so many others."""
    left = {"wrong": wrong, "missed": missed}

    def told(first, second):
        fast = [mailer._work[1] != 100 for mailer in (first, second)]
        kind = "missed" if any(fast) else "wrong"
        if left[kind]:
            left[kind] -= 1
            return "not decided" if any(fast) else "quicker"
        return "not decided" if not any(fast) else "quicker" if fast[1] else "slower"

    return told


@pytest.mark.parametrize(("wrong", "missed", "passes"), [
    (WRONG, MISSED, True), (WRONG + 1, 0, False), (0, MISSED + 1, False), (0, 0, True),
])  # fmt: skip
def test_a_rule_may_be_wrong_and_miss_as_often_as_is_said_and_no_more(wrong, missed, passes):
    assert (not tells_them_apart(rule(wrong, missed)).found) is passes


@pytest.mark.parametrize(("value", "limit", "least", "words"), [
    (10.01, 10, 1, "10.01"), (12.34, 10, 1, "12.3"), (100.2, 100, 0, "100.2"), (161.4, 100, 0, "161"),
    (5.004, 5, 2, "5.004"), (5.0000001, 5, 2, "5.000000"),
])  # fmt: skip
def test_what_is_beyond_a_limit_is_said_with_as_many_digits_as_show_it(value, limit, least, words):
    assert beyond(value, limit, least) == words


def test_who_waits_a_moment_too_long_is_not_said_to_have_waited_for_as_long_as_allowed():
    """One customer works for 1.004 s; within 1 s is asked for."""
    data = {"workloads": {"page": {"target": "shop", "arrivals": {"burst": 1}}},
            "services": {"shop": {"handle": [{"work": "1.004s"}]}}}  # fmt: skip
    run = Scenario.from_dict({"name": "slow", "run": {"duration": "1s"}, **data}).run()
    (found,) = told_within(run, 1)
    assert found.words == "had to wait 1.004 s for an answer" and not [*told_within(run, 1.004)]


def test_a_number_that_comes_a_moment_too_late_is_not_said_to_have_come_in_time():
    """The first number comes with the next press, 10.02 s after its time, and a little work; the second never does."""
    bursts = {f"workloads.{name}.arrivals": {"burst": {"count": 1, "at": at}}
              for name, at in {"page": "5s", "telephone": "20.02s"}.items()}  # fmt: skip
    run = board_of_numbers().replace(bursts | {"workloads.telephone.delay": "0s", "run.duration": "50s"}).run()
    assert [found.words for found in numbers_come_soon(run)] == [
        "pressed between 0 and 10 s, and that number came 10.03 s after they were over",
        "pressed between 20 and 30 s, and that number never came",
    ]
