"""Every exercise fails with a customer who is there, and passes with the right answer."""

import re

import pytest

from evsim.lesson import exercise, lesson_size
from evsim.lesson.answers import down
from evsim.lesson.tasks import TASKS

DATABASE, LIST, PUBLISH = (
    {"call": {"service": "database", "timeout": "2s"}},
    {"call": {"service": "mailing-list", "timeout": "2s"}},
    {"publish": "customer-registered"},
)


def steps(*between, **changes):
    return {"services.register.handle": [{"work": "2ms"}, *between, {"reply": "registered"}]} | changes


def plain(verdict):
    return repr(verdict).replace("\n", " ")


def classic(*between):
    return lesson_size("classic").replace(steps(*between))


def broken(*between):
    return lesson_size("classic").replace(down("mailing-list")).replace(steps(*between))


def events(*between, database=()):
    return lesson_size("events").replace(steps(*between) | {"services.database.subscribe": list(database)})


EARLY = lesson_size("classic").replace(
    {"services.register.handle": [{"reply": "registered"}, {"parallel": [DATABASE, LIST]}]}
)
TWICE = events(DATABASE, PUBLISH, database=["customer-registered"])
RIGHT = [
    ("break-events", "customer-registered"),
    ("break-events", "register"),
    ("break-events", "broker"),  # the same part, by what it is
    ("wait-for-the-slowest", classic({"parallel": [DATABASE, LIST]})),
    ("wait-for-the-slowest", classic({"parallel": [LIST, DATABASE]})),
    ("honest-error", broken(LIST, DATABASE)),
    ("yes-means-a-row", events(DATABASE, PUBLISH)),
]
ALL_THE_SAME = "and was told yes after .* ms all the same"
WRONG = [
    ("break-events", "mailing-list", f"came with mailing-list down, {ALL_THE_SAME}"),
    ("break-events", "database", f"came with database down, {ALL_THE_SAME}"),
    ("wait-for-the-slowest", classic(DATABASE, LIST), "had to wait .* for database before mailing-list was"),
    ("wait-for-the-slowest", classic(LIST, DATABASE), "had to wait .* for mailing-list before database was"),
    ("wait-for-the-slowest", classic(DATABASE), "was told yes after .*, and never got a subscription"),
    ("wait-for-the-slowest", classic({"parallel": [DATABASE, LIST, LIST]}), "got a subscription twice"),
    ("wait-for-the-slowest", EARLY, "was told yes after .*, and got a customer row .* later"),
    ("honest-error", broken(DATABASE, LIST), "was told an error, and has a customer row"),
    ("honest-error", broken({"parallel": [DATABASE, LIST]}), "was told an error, and has a customer row"),
    ("honest-error", broken(DATABASE), "never got a subscription"),
    ("honest-error", broken(), "never got a customer row"),
    ("yes-means-a-row", events(PUBLISH, database=["customer-registered"]), "got a customer row .* later"),
    ("yes-means-a-row", TWICE, "got a customer row twice"),
    ("yes-means-a-row", events(DATABASE, LIST), "was not told yes"),
    ("yes-means-a-row", events(DATABASE), "was told yes, and never got a subscription"),
    ("yes-means-a-row", events(PUBLISH), "never got a customer row"),
]  # fmt: skip


@pytest.mark.parametrize("name, answer", RIGHT)
def test_the_right_answer_passes(name, answer):
    task = exercise(name)
    verdict = task.check(answer)
    assert verdict and re.match(r"Yes\. Tried with 5 seeds, [1-9],\d{3} customers: ", plain(verdict))
    assert task.run is None and task.look() == "Nothing to look at: no check has failed."


@pytest.mark.parametrize("name, answer, words", WRONG)
def test_a_wrong_answer_fails_with_a_customer_to_look_at(name, answer, words):
    task = exercise(name)
    verdict = task.check(answer)
    text = plain(verdict)
    assert verdict.passed is False and re.search(words, text), text
    assert f"Seed {task.run.seed}" in text and f"customer {task.customer} " in text
    assert f"task.look(), or task.run.trace({task.customer})" in text
    assert [story.request for story in task.look().stories] == [task.customer]
    assert len(task.run.trace(task.customer)) > 1


def test_the_counterexample_is_true():
    task = exercise("yes-means-a-row")
    task.check(TWICE)
    effects = [each.detail for each in task.run.trace(task.customer) if each.what == "effect"]
    assert effects.count("customer row") == 2
    task = exercise("honest-error")
    task.check(broken(DATABASE, LIST))
    moments = task.run.trace(task.customer)
    assert any(each.what == "effect" for each in moments)
    assert any(each.what == "answer" and each.detail == "error" for each in moments)


def test_every_exercise_has_right_and_wrong_answers_here():
    assert {name for name, _ in RIGHT} == {name for name, *_ in WRONG} == set(TASKS)


def test_three_dots_are_no_try():
    task = exercise("break-events")
    for _ in range(3):
        verdict = task.check(...)
        assert verdict.passed is None and not verdict and "Not tried yet" in repr(verdict)
    assert "No hint yet" in task.hint()


def test_two_different_failures_bring_the_hints_one_after_the_other():
    task = exercise("break-events")
    assert "No hint yet" in task.hint()
    assert "hint" not in repr(task.check("database"))
    assert "hint" not in repr(task.check("database"))  # the same answer again is no new try
    assert "task.hint()" in repr(task.check("mailing-list"))
    hints = TASKS["break-events"].hints
    given = [task.hint().replace("\n", " ") for _ in range(len(hints) + 1)]
    expected = [f"Hint {number} of {len(hints)}: {hint}" for number, hint in enumerate(hints, 1)]
    assert given == [*expected, expected[-1]]


@pytest.mark.parametrize(
    "name, answer, words",
    [
        ("break-events", "databse", "did you mean database?"),
        ("break-events", "register-page", "a workload cannot fail"),
        ("break-events", 3, "in quotes"),
        ("honest-error", None, "give the scenario"),
        ("honest-error", classic(LIST, DATABASE), "change only services.register.handle"),
        ("wait-for-the-slowest", classic().replace({"services.database.workers": 9}), "services.database.workers"),
        (
            "yes-means-a-row",
            events().replace({"services.mailing-list.workers": 9}),
            "changed too: services.mailing-list",
        ),
    ],
)
def test_what_can_not_be_tried_is_said_and_counts_as_no_try(name, answer, words):
    task = exercise(name)
    verdict = task.check(answer)
    assert verdict.passed is None and "can't be run" in plain(verdict) and words in plain(verdict)
    assert task.run is None and "0 failures" in repr(task)


def test_no_word_of_an_exercise_gives_the_answer_away():
    for name, task in TASKS.items():
        words = " ".join((task.holds, *task.hints)).lower()
        for right in ("customer-registered", "list first", "mailing list first", "subscribe: []"):
            assert right not in words, name
        assert len(task.hints) >= 2


def test_an_exercise_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ValueError, match="no exercise 'nonsense'; there are break-events"):
        exercise("nonsense")
