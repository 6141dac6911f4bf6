"""The minutes that a lesson promises are enough for a newcomer, by the clock of `teaching/README.md`."""

import re
from pathlib import Path

import pytest

from tests.notebooks.reading import NAMES, TERM, cells, notebook

README = (Path(__file__).parents[2] / "teaching" / "README.md").read_text(encoding="utf-8")
TABLE = {number: (int(promised), int(clock), int(failed)) for number, promised, clock, failed in
         re.findall(r"^\| (\d\d) \| (\d+) \| (\d+) \| (\d+) \|$", README, re.M)}  # fmt: skip
LESSONS = [name for name in NAMES if name[:2] in TABLE]
WORDS, LOOK, QUESTION, SLIDER, EXERCISE, AGAIN = 130, 20 / 60, 1, 3 * 30 / 60, 4, 2  # words a minute; minutes
NOT_LOOKED_AT = {"predict", "compare", "slider", "check", "hint"}


def clock(name, failed):
    """Minutes of who reads slowly, looks at all, answers, moves the slider, and tries so many times in vain."""
    text = "\n".join(cell.source for cell in cells(name) if cell.kind == "markdown").split("## Where to read on")[0]
    words = len(re.findall(r"\S*\w\S*", TERM.sub(r"\1", text)))
    return words / WORDS + LOOK * sum(map(shows, cells(name))) + QUESTION + SLIDER + EXERCISE + AGAIN * failed


def shows(cell):
    """Whether a cell is one of code that shows something, beside those that have minutes of their own."""
    if cell.kind != "code" or NOT_LOOKED_AT & {*cell.tags}:
        return False
    last = cell.source.splitlines()[-1]
    return not re.match(r"(from|import) |\w+ = ", last)


def test_the_table_has_each_lesson_of_the_machine_and_of_the_judge():
    assert [name[:2] for name in LESSONS] == [f"{number:02}" for number in range(7, 22)]


@pytest.mark.parametrize("name", LESSONS)
def test_a_newcomer_has_time_enough(name):
    promised, minutes, failed = TABLE[name[:2]]
    assert promised == notebook(name)["metadata"]["evsim"]["minutes"]
    assert clock(name, failed) <= promised and abs(clock(name, failed) - minutes) < 1
