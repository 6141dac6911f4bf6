"""The page of sliders, opened from a file in a real browser: each says what its lesson says, at each of its values."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from docs.site.machine import LESSONS, needed
from docs.site.page import LARGEST, MACHINE
from evsim.lesson.questions import QUESTIONS
from tests.notebooks.reading import ran
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.ci

WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}


@pytest.fixture
def open_page(pages):
    """A function that opens the page; nothing may go wrong on it, and nobody else be asked."""
    yield lambda viewport=WIDE, **settings: pages.open(MACHINE, viewport, **settings)
    pages.assert_no_trouble()


def test_every_lesson_about_the_machine_is_on_the_page_and_the_page_is_small_enough():
    page = MACHINE.read_text(encoding="utf-8")
    assert re.findall(r'<section id="(\d\d-[^"]+)"', page) == re.findall(r'data-lesson="([^"]+)"', page) == LESSONS
    assert len(LESSONS) == 15 and len(page.encode()) < LARGEST
    text = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    assert not re.search(r"glossary\.md|^#|\*\*|\]\(", text, re.M)  # no Markdown is left


def test_of_the_cells_before_only_those_run_whose_names_are_needed():
    sources = ("import a, b", "c = 1", "def used():\n    return a", "d = used", "print(b)", "d()")
    cells = [{"cell_type": "code", "source": [each]} for each in sources]
    assert needed(cells, 5) == [0, 2, 3, 5]


@pytest.mark.parametrize("name", mostly_at_night(LESSONS, "14-late-events"))
def test_a_section_says_what_its_lesson_says_at_each_value_of_its_slider(open_page, name):
    gave = ran(name).gave
    slider, asked = gave["slider"], gave["predict"].question
    section = open_page().locator(f"[id='{name}']")
    (question,) = (each for each in QUESTIONS.values() if each.asked == asked)
    assert section.locator("legend").inner_text() == f"Your guess. {asked}"
    assert section.get_by_role("radio").count() == len(question.choices)
    section.locator("summary").press("Enter")
    assert f"It is {question.truth()}." in section.locator("details").inner_text()
    hand = section.get_by_role("slider")
    hand.press("Home")
    for value in slider.values:
        assert hand.get_attribute("aria-valuetext") == str(value)
        drawn = section.locator(".evsim-scene").inner_text()
        wanted = [scene.title for scene in slider(value).scenes]
        assert [title for title in wanted if "".join(title.split()) not in "".join(drawn.split())] == [], value
        hand.press("ArrowRight")


@pytest.mark.parametrize(("viewport", "look"), mostly_at_night([(WIDE, "dark"), (NARROW, "light")], (NARROW, "light")))
def test_nobody_is_shut_out_and_nothing_is_wider_than_the_window(open_page, viewport, look):
    page = open_page(viewport, color_scheme=look)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    tall = page.evaluate("[...document.querySelectorAll('[data-lesson]')].map((node) => node.offsetHeight)")
    assert max(tall) <= viewport["height"]


def test_on_paper_there_are_no_answers_and_a_dark_page_is_white(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator("details").first.is_visible()
    words = "getComputedStyle(document.querySelector('.evsim-scene text')).fill"
    looks = page.evaluate(f"[getComputedStyle(document.body).backgroundColor, {words}]")
    assert looks == ["rgb(255, 255, 255)", "rgb(43, 43, 48)"]
