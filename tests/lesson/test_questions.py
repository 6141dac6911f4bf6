import pytest

from evsim.lesson import question
from evsim.lesson.questions import QUESTIONS


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_truth_is_the_one_answer_without_a_wrong_thought_behind_it(name):
    found = QUESTIONS[name]
    right = [answer for answer, thought in found.choices.items() if not thought]
    assert len(found.choices) == 4 and right == [found.truth()]


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
