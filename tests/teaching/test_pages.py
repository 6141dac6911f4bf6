"""The teacher's pages agree with the lessons: minutes, cells, votes; and nothing on them is asked in a lesson."""

import re

import numpy as np
import pytest

from evsim.lesson import lesson_size
from evsim.lesson.concept_inventory import INVENTORY
from evsim.lesson.questions import QUESTIONS
from teaching.copies import HERE
from tests.notebooks.reading import NAMES, cells, notebook, prose

ROW = re.compile(r"^\| (\d+) \| (.*?) \| (.*?) \| (.*?) \|$", re.M)
PAGES = [name for name in NAMES if (HERE / f"{name}.md").exists()]
each_page = pytest.mark.parametrize("name", PAGES)


def page(name):
    return (HERE / f"{name}.md").read_text(encoding="utf-8")


def test_each_lesson_of_the_story_so_far_has_a_page():
    assert PAGES == NAMES and len({name[:2] for name in PAGES}) == len(PAGES)


@each_page
def test_its_minutes_run_from_the_first_to_the_last_of_the_lesson(name):
    minutes = [int(minute) for minute, *_ in ROW.findall(page(name))]
    assert minutes[0] == 0 and minutes == sorted(set(minutes)) and len(minutes) >= 6
    assert minutes[-1] <= notebook(name)["metadata"]["evsim"]["minutes"]


@each_page
def test_the_cells_it_clicks_are_there_in_this_order_with_every_vote_and_exercise(name):
    clicks = [cell for _, _, click, _ in ROW.findall(page(name)) for cell in re.findall(r"`([a-z-]+)`", click)]
    ids = [cell.id for cell in cells(name)]
    assert [ids.index(cell) for cell in clicks] == sorted(ids.index(cell) for cell in clicks)
    assert {cell.id for cell in cells(name) if {"predict", "slider", "check"} & set(cell.tags)} <= set(clicks)


@each_page
def test_its_votes_are_those_of_the_lesson_with_the_thought_behind_each_wrong_option(name):
    asked = re.findall(r'question\("([a-z-]+)"\)', "\n".join(cell.source for cell in cells(name)))
    assert asked
    for each in asked:
        question = QUESTIONS[each]
        rows = "\n".join(f"| {option} | {thought or 'right'} |" for option, thought in question.choices.items())
        assert f"`{each}`: {question.asked}\n\n| option | the thought behind it |\n|---|---|\n{rows}\n" in page(name)


@each_page
def test_it_names_no_number_of_a_run(name):
    text = re.sub(
        r"^## Vote.+?(?=^## )|^\| \d+ \|", "", page(name), flags=re.M | re.S
    )  # the minutes, and what is asked
    assert not re.findall(r".{0,30}\d.{0,30}", re.sub(r"\b\d\d\b|`[^`]*`", "", text))


def test_partitions_change_when_it_is_done_and_not_when_one_is_told():
    path = "channels.customer-registered.log.partitions"
    runs = [lesson_size("events").replace({path: many}).run().tables.requests for many in (1, 16)]
    assert np.array_equal(runs[0].response, runs[1].response)
    assert np.nanmean(runs[0].completion) > 2 * np.nanmean(runs[1].completion)


def test_transfer_questions_on_each_lesson_and_none_of_them_in_a_lesson_or_in_the_inventory():
    text = (HERE / "transfer.md").read_text(encoding="utf-8")
    asked = re.findall(r"^\*\*(\d+)\. (.+?)\*\*\n(.+?)\((\d\d(?:, \d\d)*)\)$", text, re.M | re.S)
    assert [int(number) for number, *_ in asked] == list(range(1, len(asked) + 1))
    assert {each for *_, lessons in asked for each in lessons.split(", ")} == {name[:2] for name in NAMES}
    known = " ".join([prose(name) for name in NAMES] + [its.asked for its in INVENTORY.values()]).lower()
    for _, question, _, lessons in asked:
        assert question.lower() not in known
        assert {each[:2] for each in lessons.split(", ")} <= {name[:2] for name in NAMES}


def test_the_questions_of_the_short_plan_are_about_what_lesson_00_shows():
    (numbers,) = re.findall(
        r"inventory questions ([\d, and]+) on paper", (HERE / "README.md").read_text(encoding="utf-8")
    )
    names = [list(INVENTORY)[int(number) - 1] for number in re.findall(r"\d+", numbers)]
    assert names == ["reader-down", "read-at-once", "cannot-handle"]


def test_the_minutes_of_the_plans_add_up():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for title, whole in (("45 minutes", 45), ("Half a day", 180)):
        (plan,) = re.findall(rf"^\*\*{title}\*\*(.+)$", text, re.M)
        assert sum(int(minutes) for minutes in re.findall(r"\((\d+)\)", plan)) == whole


def test_a_term_has_every_lesson_once_and_no_week_is_too_long():
    text = (HERE / "README.md").read_text(encoding="utf-8")
    (term,) = re.findall(r"^\*\*A term\*\*.*?(?=^\*\*)", text, re.M | re.S)
    weeks = [
        [int(minutes) for minutes in re.findall(r"\((\d+)\)", row)] for row in re.findall(r"^\| \d+ \|.*$", term, re.M)
    ]
    assert len(weeks) == 14 and all(80 <= sum(week) <= 90 for week in weeks)
    taught = re.findall(r"[Ll]essons? (\d\d) \(|Lesson (08)", term)
    assert sorted("".join(each) for each in taught) == sorted(name[:2] for name in NAMES)
