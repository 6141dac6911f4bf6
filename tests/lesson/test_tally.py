"""What students hand in, and what becomes of a class of it."""

import csv
import json
from io import StringIO

import pytest

from evsim.lesson import exercise, question
from evsim.lesson.concept_inventory import INVENTORY, inventory
from evsim.lesson.hand_in import hand_in, handed_in
from evsim.lesson.tally import Tally, gain, read_results
from evsim.scenario import ScenarioError
from teaching.printed import letters
from tests.cli.test_run import evsim_

RIGHT = letters()
WRONG = "".join("abcd"[("abcd".index(letter) + 1) % 4] for letter in RIGHT)


def student(name, first=None, guess=None, late=False, before="", after="", passed=(), tried=()):
    """What somebody hands in who has voted on one question, and answered so many letters of the inventory rightly."""
    votes = {"on-the-list": {"first": first, "guess": guess, "late": late}} if guess else {}
    exercises = {each: {"tries": 2, "hints": 0, "passed": each in passed} for each in (*passed, *tried)}
    parts = {part: answers(given) for part, given in (("before", before), ("after", after)) if given}
    return {"evsim": "1", "name": name, "votes": votes, "exercises": exercises, "inventory": parts}


def answers(given):
    chosen = zip(INVENTORY.items(), given, strict=True)
    return {name: list(its.choices)["abcd".index(letter)] for (name, its), letter in chosen}


CLASS = [
    student("Ada", "in both designs", "only in classic", before=WRONG, after=RIGHT, passed=("break-events",)),
    student("Bo", "in both designs", "in both designs", before=RIGHT[:12] + WRONG[12:], after=RIGHT[:12] + WRONG[12:],
            tried=("break-events",)),
    student("Cy", "only in classic", "only in classic", late=True),
    student("Di", before=WRONG),
]  # fmt: skip


def test_votes_are_counted_before_and_after_and_those_made_after_the_truth_are_not():
    row = Tally(CLASS).votes[0]
    assert (row.name, row.before, row.right_before, row.after, row.right_after) == ("on-the-list", 2, 0, 2, 0.5)
    assert row.gain == 0.5 and row.mislead == "a page that says so has surely checked it."
    assert Tally(CLASS).late == 1 and "1 vote was made after the truth had been seen, and is not" in Tally(CLASS).text()


def test_a_class_of_one_is_one_student_and_two_late_votes_are_votes():
    assert Tally(CLASS[:1]).text().startswith("1 student. ") and Tally(CLASS).text().startswith("4 students. ")
    assert "2 votes were made after the truth had been seen, and are not" in Tally(CLASS[2:3] * 2).text()


def test_the_gain_is_of_those_who_answered_twice():
    """Two did: 0 and 12 of 24 before, 24 and 12 after. So 0.25 and 0.75: two thirds of what could be won."""
    assert Tally(CLASS).gain == pytest.approx(2 / 3, abs=1e-6)
    assert Tally(CLASS[2:]).gain is None
    assert gain(1.0, 1.0) is None and gain(0.5, 0.25) == -0.5


def test_a_question_of_the_inventory_counts_all_who_answered_it():
    first, last = Tally(CLASS).inventory[0], Tally(CLASS).inventory[-1]
    assert (first.before, first.right_before, first.after, first.right_after) == (3, pytest.approx(1 / 3), 2, 1)
    assert (last.right_before, last.right_after, last.gain) == (0, 0.5, 0.5)


def test_of_two_answers_that_misled_as_many_the_first_by_the_alphabet_is_told():
    name, its = next(iter(INVENTORY.items()))
    wrong = sorted(answer for answer, thought in its.choices.items() if thought)[:2]
    for order in (wrong, wrong[::-1]):
        class_ = [
            student(who) | {"inventory": {"after": {name: answer}}} for who, answer in zip("AB", order, strict=True)
        ]
        assert Tally(class_).inventory[0].mislead == its.choices[wrong[0]]


def test_what_was_left_out_of_the_inventory_is_wrong():
    half = {"after": dict(list(answers(RIGHT).items())[: len(RIGHT) // 2])}
    (row,) = csv.DictReader(StringIO(Tally([student("Ed") | {"inventory": half}]).to_csv()))
    assert row["inventory after"] == "0.500"


def test_the_gradebook_has_a_line_a_student():
    rows = list(csv.DictReader(StringIO(Tally(CLASS).to_csv())))
    assert [row["name"] for row in rows] == ["Ada", "Bo", "Cy", "Di"]
    assert [row["exercises passed"] for row in rows] == ["1", "0", "0", "0"]
    assert [row["break-events"] for row in rows] == ["passed", "tried", "", ""]
    assert [(row["inventory before"], row["inventory after"]) for row in rows] == [
        ("0.000", "1.000"), ("0.500", "0.500"), ("", ""), ("0.000", "")]  # fmt: skip


def test_a_name_is_no_formula():
    assert "\n'=1+1," in Tally([student("=1+1")]).to_csv()


@pytest.mark.slow
def test_what_was_done_in_notebooks_is_handed_in(folder):
    question("on-the-list").guessed("in neither").guessed("only in classic").compare()
    exercise("break-events").check("database")
    exercise("break-events").check("broker")
    exercise("keep-the-loop-free").check("nothing")
    inventory("before").answered(RIGHT)
    assert "1 vote, 1 exercise passed" in hand_in("Ada Lovelace") and (folder / "ada-lovelace.evsim.json").exists()
    (data,) = read_results([folder / "ada-lovelace.evsim.json"])
    assert data == handed_in("Ada Lovelace")
    assert data["votes"] == {"on-the-list": {"first": "in neither", "guess": "only in classic", "late": False}}
    tried = {"tries": 1, "hints": 0, "passed": False}
    assert data["exercises"] == {
        "break-events": {"tries": 2, "hints": 0, "passed": True}, "keep-the-loop-free": tried}  # fmt: skip
    assert len(data["inventory"]["before"]) == 24 and "after" not in data["inventory"]


def test_nothing_is_handed_in_without_a_name(folder):
    assert "in quotes" in hand_in(...) and "in quotes" in hand_in(" ")
    assert not list(folder.glob("*.json"))


@pytest.fixture
def files(tmp_path):
    for each in CLASS:
        (tmp_path / f"{each['name']}.evsim.json").write_text(json.dumps(each), encoding="utf-8")
    return tmp_path


def test_the_command_merges_a_class_in_any_order_and_writes_the_gradebook(files):
    names = sorted(files.glob("*.json"))
    one, other = evsim_("tally", *names, "--csv", files / "class.csv"), evsim_("tally", *reversed(names))
    assert one.exit_code == 0 and one.stdout == other.stdout
    assert one.stdout.startswith("4 students. Normalised gain over the inventory: 0.67.")
    assert (files / "class.csv").read_text(encoding="utf-8") == Tally(CLASS).to_csv()


@pytest.mark.parametrize("text, says", [
    ("{", "is no JSON"), ("[]", "is no file of a student"), ('{"name": "x"}', "is no file of a student"),
    (json.dumps(CLASS[0] | {"votes": {"a": 1}}), "is no file of a student"), (json.dumps(CLASS[0]), "has the name of"),
])  # fmt: skip
def test_a_file_that_is_none_or_one_too_many_is_named(files, text, says):
    (files / "wrong.json").write_text(text, encoding="utf-8")
    names = [files / "Ada.evsim.json", files / "wrong.json"]
    with pytest.raises(ScenarioError, match=says):
        read_results(names)
    result = evsim_("tally", *names)
    assert result.exit_code == 2 and "wrong.json" in result.stderr
