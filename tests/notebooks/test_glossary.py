"""A word is explained where it is first used: it links to the glossary, and says on hover what stands there."""

import re

import pytest

from tests.notebooks.reading import FOLDER, NAMES, TERM, cells

ENTRY = re.compile(r"^## ([a-z -]+)\n\n(.+) \((\d\d)\)$", re.M)
GLOSSARY = {
    word.replace("-", " "): (meaning, lesson)
    for word, meaning, lesson in ENTRY.findall((FOLDER / "glossary.md").read_text("utf-8"))
}


def explained():
    """(lesson, word, what hovering says, the cells' text before it) of each word that is explained."""
    before = ""
    for name in NAMES:
        for cell in cells(name):
            if cell.kind == "markdown" and "front-matter" not in cell.tags:
                for found in TERM.finditer(cell.source):
                    yield name[:2], found[2].replace("-", " "), found[3], before + cell.source[: found.start()]
                before += cell.source.split("## Where to read on")[0] + "\n"


EXPLAINED = list(explained())


def test_the_glossary_is_in_order_and_each_word_a_sentence():
    assert list(GLOSSARY) == sorted(GLOSSARY)
    assert all(meaning.endswith(".") and len(meaning) < 120 for meaning, _ in GLOSSARY.values())


def test_what_hovering_says_is_what_the_glossary_says():
    for lesson, word, said, _ in EXPLAINED:
        assert (said, lesson) == GLOSSARY[word]


def test_every_word_of_a_lesson_that_is_there_is_explained_once_and_there():
    lessons = {name[:2] for name in NAMES}
    due = sorted((lesson, word) for word, (_, lesson) in GLOSSARY.items() if lesson in lessons)
    assert sorted((lesson, word) for lesson, word, *_ in EXPLAINED) == due


@pytest.mark.parametrize("word, before", [each[1::2] for each in EXPLAINED], ids=[each[1] for each in EXPLAINED])
def test_no_word_is_used_before_it_is_explained(word, before):
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", before)
    text = re.sub(r"\*events\*|log in|^>.*$", "", text, flags=re.M)  # a design, what people do on a page, a claim
    assert not re.findall(rf"\b{word.replace(' ', '[ -]')}s?\b", text, re.I)
