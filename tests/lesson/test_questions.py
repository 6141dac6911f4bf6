import pytest

from evsim.lesson import question
from evsim.lesson.questions import QUESTIONS
from tests.lesson.trying import assert_one_answer_is_true

LIVE = "for-real"  # which test_reality_task.py has, beside the other tests of its run


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != LIVE])
def test_the_truth_is_the_one_answer_without_a_wrong_thought_behind_it(name):
    assert_one_answer_is_true(name)


@pytest.mark.slow
def test_a_guess_is_compared_with_what_is_simulated(folder):
    guess = question("done-first").guessed("events")
    assert guess.compare().splitlines() == [
        "You guessed “events”. The answer is “parallel”.",
        "Many who guess so think: what answers first is also done first.",
    ]


def test_a_question_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ValueError, match="no question 'nonsense'; there are on-the-list"):
        question("nonsense")
