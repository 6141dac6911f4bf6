"""Every exercise fails with a customer who is there, and passes with the right answer."""

import re

import pytest

from evsim.lesson import exercise
from evsim.lesson.store import Store
from evsim.lesson.tasks import TASKS
from tests.lesson.answers import DATABASE, LIST, PUBLISH, RIGHT, WRONG, rewired, steps

HERE = sorted(RIGHT)


def plain(grade):
    return repr(grade).replace("\n", " ")


def each(answers):
    return [pytest.param(name, *answer, id=f"{name} {number}")
            for name in HERE for number, answer in enumerate(answers(name))]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name, answer", each(lambda name: [(answer,) for answer in RIGHT[name]]))
def test_the_right_answer_passes(name, answer):
    task = exercise(name)
    grade = task.check(answer)
    assert re.match(r"Yes\. Tried with 5 seeds, [1-9],\d{3} customers: ", plain(grade))
    assert task.run is None and task.look() == "Nothing to look at: no check has failed."
    assert grade.designs == (TASKS[name].base(), task.design)


@pytest.mark.parametrize("name, answer, words", each(WRONG.get))
def test_a_wrong_answer_is_told_why_and_never_ends_in_a_traceback(name, answer, words):
    task = exercise(name)
    grade = task.check(answer)
    text = plain(grade)
    assert not grade and re.search(words, text), text
    if grade.passed is None:
        assert "can't be run" in text and task.run is None
    else:
        assert f"Seed {task.run.seed}" in text and f"customer {task.customer} " in text
        assert f"task.look(), or task.run.trace({task.customer})" in text
        assert [story.request for story in task.look().stories] == [task.customer]
        assert len(task.run.trace(task.customer)) > 1


def test_each_exercise_is_tried_with_right_and_unusual_and_at_least_six_wrong_answers():
    assert sorted(WRONG) == HERE and set(HERE) <= set(TASKS)
    assert all(len(RIGHT[name]) >= 3 and len(WRONG[name]) >= 6 for name in HERE)


def test_the_counterexample_is_true():
    task = exercise("yes-means-a-row")
    task.check(rewired(DATABASE, PUBLISH, database=["customer-registered"]))
    effects = [moment.detail for moment in task.run.trace(task.customer) if moment.what == "effect"]
    assert effects.count("customer row") == 2
    task = exercise("honest-error")
    task.check(steps(DATABASE, LIST))
    moments = task.run.trace(task.customer)
    assert any(moment.what == "effect" for moment in moments)
    assert any(moment.what == "answer" and moment.detail == "error" for moment in moments)


def test_the_model_answer_holds_for_customers_that_no_check_has_seen():
    """An error by a time-out would be no lie: who gave up does not know. So nobody gives up here."""
    design, properties = TASKS["honest-error"].conditions(steps(LIST, DATABASE))["with the mailing list down"]
    for seed in (25, *range(101, 111)):  # with time-outs it was false in 25
        run = design.run(seed=seed)
        assert run.outcomes.error.any() and not [found for each in properties for found in each(run)]


def test_an_answer_that_passed_plays_beside_the_design_as_it_was(capsys):
    pytest.importorskip("IPython")
    grade = exercise("honest-error").check(steps(LIST, DATABASE))
    assert grade.player().designs == ["as it was", "yours"]
    assert not exercise("honest-error").check(steps(DATABASE, LIST)).designs


def test_what_was_tried_is_kept_until_it_passed():
    task = exercise("break-events")
    for answer in ("database", "mailing-list"):
        task.check(answer)
    task.hint()
    for answer in ("broker", "database"):
        task.check(answer)
    assert Store().get("break-events") == {"tries": 3, "hints": 1, "passed": True}


def test_a_hint_of_an_earlier_visit_is_kept():
    task = exercise("break-events")
    for answer in ("database", "mailing-list"):
        task.check(answer)
    task.hint()
    task.check("database")
    exercise("break-events").check("broker")
    assert Store().get("break-events") == {"tries": 4, "hints": 1, "passed": True}


def test_three_dots_are_no_try():
    task = exercise("break-events")
    for dots in (..., "...", ...):
        verdict = task.check(dots)
        assert verdict.passed is None and not verdict and "Not tried yet" in repr(verdict)
    assert "No hint yet" in task.hint()


def test_two_failures_bring_the_hints_one_after_the_other():
    task = exercise("break-events")
    assert "No hint yet" in task.hint()
    assert "hint" not in repr(task.check("databse"))
    assert "task.hint()" in repr(task.check("database"))
    hints = TASKS["break-events"].hints
    given = [task.hint().replace("\n", " ") for _ in range(len(hints) + 1)]
    expected = [f"Hint {number} of {len(hints)}: {hint}" for number, hint in enumerate(hints, 1)]
    assert given == [*expected, expected[-1]]


def test_what_can_be_read_is_the_design_and_what_can_not_leaves_it_as_it_was():
    task = exercise("honest-error")
    begin = task.design
    assert begin == TASKS["honest-error"].base()
    task.check(steps({"cal": "database"}))
    assert task.design is begin
    task.check(steps(LIST, DATABASE))
    assert [step.kind for step in task.design.services["register"].handle] == ["work", "call", "call", "reply"]
    assert task.design != begin


def test_no_word_of_an_exercise_gives_the_answer_away():
    for name, task in TASKS.items():
        words = " ".join((task.holds, *task.hints)).lower()
        for right in ("customer-registered", "list first", "mailing list first", "subscribe: []"):
            assert right not in words, name
        assert len(task.hints) >= 2


def test_an_exercise_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ValueError, match="no exercise 'nonsense'; there are break-events"):
        exercise("nonsense")


def test_one_try_is_a_try():
    task = exercise("break-events")
    task.check(0)
    assert repr(task).endswith("; 1 try without success>")
