"""The concept inventory: every answer is read off a run, every wrong one has its thought, and none is in a lesson."""

import pytest

from evsim.lesson.concept_inventory import INVENTORY, inventory
from evsim.lesson.questions import QUESTIONS
from teaching.printed import answer_key, letters, sheet


@pytest.mark.parametrize("name", INVENTORY)
def test_the_truth_is_the_one_answer_without_a_wrong_thought_behind_it(name):
    its = INVENTORY[name]
    right = [answer for answer, thought in its.choices.items() if not thought]
    assert len(its.choices) == 4 and right == [its.truth()]


def test_there_are_24_with_96_answers_and_no_thought_or_place_is_too_common():
    assert len(INVENTORY) == 24 == len({its.asked for its in INVENTORY.values()})
    thoughts = [thought for its in INVENTORY.values() for thought in its.choices.values() if thought]
    assert len(thoughts) == 72 == len(set(thoughts))
    assert all(letters().count(letter) >= 5 for letter in "abcd")  # whoever always says "b" knows nothing
    assert not {its.asked for its in INVENTORY.values()} & {its.asked for its in QUESTIONS.values()}


def test_answers_outlive_the_notebook_and_can_be_given_as_letters():
    assert repr(inventory("before")) == "0 of 24 questions answered, before the course."
    inventory("before").answered(letters()[:23] + "-")
    again = inventory("before").answers
    assert again == {name: its.truth() for name, its in list(INVENTORY.items())[:2]} | {
        name: again[name] for name in list(INVENTORY)[2:23]
    }
    assert not inventory("after").answers


def test_choices_and_one_button_keep_what_is_chosen():
    widgets = pytest.importorskip("ipywidgets")
    asked = inventory("after")
    box = asked._control(widgets)
    box.children[1].value = "40 ms"
    button, state = box.children[-2].children
    button.click()
    assert state.value == "1 of 24 questions answered, after the course."
    assert inventory("after").answers == {"at-once": "40 ms"}


@pytest.mark.parametrize("given, what", [("abc", "3: 'abc'"), ("e" * 24, "'eee"), ("a" * 25, "25: 'a"), (24, "24$")])
def test_letters_that_are_no_answers_are_refused(given, what):
    with pytest.raises(ValueError, match=f"give 24 letters of a, b, c, d or -, not {what}"):
        inventory("before").answered(given)
    with pytest.raises(ValueError, match="must be 'before' or 'after'"):
        inventory("during")


def test_the_printed_sheet_asks_all_and_gives_nothing_away_and_the_key_names_each_thought():
    for number, its in enumerate(INVENTORY.values(), 1):
        assert f"**{number}.** {its.asked}" in sheet()
        for answer, thought in its.choices.items():
            assert f") {answer}" in sheet()
            assert thought in answer_key() and (not thought or thought not in sheet())
    assert letters() in answer_key() and letters() not in sheet()
