"""The site of the documentation, opened from files in a real browser: it is whole, answers questions, is for everybody.

It is built once, with one lesson, which has a player, a slider, pictures and tables; `python -m docs.pages` builds all.
Pictures are left in build/screenshots.
"""

import io
import re
from html import unescape
from unittest.mock import patch

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import evsim
from docs.pages.building import broken_links, build
from docs.pages.command_pages import command_page
from docs.pages.decision_pages import decision_pages
from docs.pages.gather import LESSONS, PAGES, source
from docs.pages.setting_table import setting_table
from evsim import lesson
from evsim.figures import figures
from evsim.registry import folders
from tests.browser.lab import ROOT, Pages, browser
from tests.support.nightly import NIGHTLY, mostly_at_night

pytestmark = pytest.mark.ci

SHOWN = "04-who-gets-which"
REPOSITORY = "https://example.org/somebody/evsim"
PICTURES = ROOT / "build/screenshots"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ROWS = "prefetch"  # of long tables those are looked at: every row is built alike
MADE = {"settings": "reference/settings", "figures": "reference/figures", "gauges": "how-to/incidents",
        "lessons": "lessons/index"}  # fmt: skip
FIRST = 3  # answers that one sees without scrolling
ALONE = {"preload": False}  # else axe asks for the styles by a way that is closed to a page from a file
QUESTIONS = {  # what somebody types -> words of the answer
    "what does prefetch count?": "how many messages of a queue an instance may hold",
    "how is lag defined?": "messages kept and not yet settled",
    "how do I replay a log?": "hands out again what the group has handled since that place",
    "how do I replay an access log?": "Any CSV with one row a request",
    "what does told mean?": "what a customer heard from the system",
    "how do I add a part?": "A part is a package",
    "how do I find the fewest workers?": "find gives the fewest workers that keep the promise",
    "what is a dead letter?": "A message that its reader could not handle",
    "how do I break something in the middle of a run?": "A branch is the same run with a fault",
    "which exit status means a missed objective?": "Exit status 1 means",
    "how do I write a handler in Python?": "handler in Python",
    "what does a visibility timeout do?": "an unacknowledged message is ready again",
    "when does a circuit breaker open?": "from asking one who has failed again and again",
    "what is wasted work?": "the share of held worker time whose result nobody took",
    "can I use my own SimPy process?": "gives you the environment before the run starts",
    "what is an outbox?": "written together with the row and sent later",
    "how do I grade an exercise?": "Grade that an exercise passed, not how many tries",
    "does the model have bandwidth?": "Bandwidth and connections are not modelled",
    "why is the clock in nanoseconds?": "missed a timeout of 12 ms",
    "how do I compare two designs?": "Compare designs, and decide",
    "what does pending mean?": "had not ended when the run did",
    "how do I change a setting on the command line?": "services.database.workers=4",
    "where are my guesses, how do I reset them?": ".evsim-guesses.json",
}
LOOKS = {  # of what is in a frame: (its element, property, light, dark)
    "player": (".ev-player", "background-color", "rgb(255, 255, 255)", "rgb(21, 21, 26)"),
    "slider": (".evsim-scene", "color", "rgb(0, 0, 0)", "rgb(255, 255, 255)"),
}
LOOKED_AT = (
    "index", "start", f"lessons/{SHOWN}", "how-to/compare", "reference/settings", "reference/parts/queue",
    "reference/python", "why/index", "search",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """(folder, what was said, what was warned of, the links that were found to be broken) of the site."""
    folder, said, warned = tmp_path_factory.mktemp("site"), io.StringIO(), io.StringIO()
    chosen, broken = LESSONS if NIGHTLY else [SHOWN], []

    def look(folder):
        broken.append(broken_links(folder))
        return broken[-1]

    with patch("docs.pages.building.broken_links", look):
        status = build(source(REPOSITORY, chosen), folder, said, warned)
    assert status == 0, warned.getvalue()
    return folder, said.getvalue(), warned.getvalue(), broken


@pytest.fixture(scope="module")
def pages():
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        yield Pages(chromium)


@pytest.fixture
def open_page(site, pages):
    """A function that opens a page; nothing may go wrong on it, and nobody else be asked."""
    yield lambda name, viewport=WIDE, fragment="", **settings: pages.open(
        site[0] / f"{name}.html", viewport, fragment, **settings
    )
    pages.assert_no_trouble()


# It is whole.


def test_it_is_built_without_a_warning_and_every_link_leads_somewhere(site):
    _, said, warned, broken = site
    assert warned == "" and re.fullmatch(r".*index\.html: \d+ pages\n", said)
    assert broken == [[]]


def test_pages_lead_to_each_other_as_their_files_do(site):
    led = {"lessons/index": f"{SHOWN}.html", "start": "reference/settings.html", "reference/rules": "parts/saga.html",
           "project/ways": "../how-to/live.html", f"lessons/{SHOWN}": "glossary.html#consumer-group"}  # fmt: skip
    for page, target in led.items():
        assert f'href="{target}"' in (site[0] / f"{page}.html").read_text(encoding="utf-8"), page


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    text = '<a href="b.html">1</a><a href="#there">2</a><p id="there"><img src="no.png"><a href="b.html#no">3</a>'
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    (tmp_path / "b.html").write_text('<a href="https://example.org">4</a>', encoding="utf-8")
    assert broken_links(tmp_path) == ["a.html: b.html#no leads nowhere", "a.html: no.png leads nowhere"]


def text_of(site, name):
    return unescape(re.sub(r"<[^>]+>", "", (site[0] / f"{name}.html").read_text(encoding="utf-8")))


def test_every_part_every_name_every_figure_and_every_command_is_on_it(site):
    for name in folders():
        assert "Held by" in text_of(site, f"reference/parts/{name}")
    names = (site[0] / "reference/python.html").read_text(encoding="utf-8")
    for module, every in (("evsim", evsim.__all__), ("evsim.lesson", lesson.__all__)):
        missing = [name for name in every if f'id="{module}.{name}"' not in names and name != "theory"]
        assert missing == [], module
    formulas = (site[0] / "reference/theory.html").read_text(encoding="utf-8")
    assert [name for name in evsim.theory.__all__ if f'id="evsim.theory.{name}"' not in formulas] == []
    told = text_of(site, "reference/figures")
    assert [each.name for each in figures() if each.name not in told] == []
    commands = text_of(site, "reference/commands")
    for word in ("new", "run", "replay", "report", "export", "lab"):
        assert f"evsim {word} " in commands


def test_a_command_has_its_options_and_a_setting_its_place():
    page = command_page("# Commands")
    assert "## evsim run\n\n```text\nevsim run " in page and "| `--seed SEED` | Seed of the" in page
    table = setting_table().splitlines()
    assert len(table) > 400
    assert [row for row in table[2:] if len(re.split(r"(?<!\\)\|", row)) != 6] == []
    assert any(row.startswith("| `prefetch` | what a service reads | how many") for row in table)
    assert any(row.startswith("| `poisson` | how customers come: `poisson` |") for row in table)


def test_a_decision_is_a_page_with_what_was_thrown_out():
    text = (
        "## The house\n\n* **One way.** It is short.\n  Thrown out: two ways.\n* **A part** is a folder.\n\nAnd this.\n"
    )
    pages = decision_pages(f"# Decisions\n\n{text}")
    assert pages["the-house/one-way.md"].endswith("It is short.\n\n## Thrown out\n\nTwo ways.\n")
    assert pages["the-house/a-part.md"].endswith("A part is a folder.\n")
    assert "[One way](the-house/one-way.md)" in pages["the-house.md"] and "And this." in pages["the-house.md"]


def test_a_page_says_in_the_repository_where_the_table_is_that_the_manual_has():
    pages = source(lessons=[])
    for mark, place in MADE.items():
        text = (ROOT / PAGES[place]).read_text(encoding="utf-8")
        assert f"<!-- {mark}" in text and "python kit.py pages" in text and "<!-- only here -->" in text
        assert "only here" not in pages[f"{place}.md"] and "python kit.py pages" not in pages[f"{place}.md"]


def test_the_list_of_lessons_says_what_each_asks_and_a_page_of_toys_leads_back_to_the_manual(site):
    assert "Who gets which?: Two programs write events and four read them" in text_of(site, "lessons/index")
    for name in ("toys", "machine"):
        page = (site[0] / f"{name}.html").read_text(encoding="utf-8")
        assert '<a href="index.html">manual</a>' in page and "../README.md" not in page


# A lesson.


def test_a_lesson_looks_as_it_does_when_it_has_run_and_its_toy_lives(open_page):
    page = open_page(f"lessons/{SHOWN}")
    assert page.get_by_role("radio").count() == 4
    answer = page.locator("details", has_text="The answer")
    assert answer.get_attribute("open") is None and page.locator("img.picture").count() >= 2
    toy = page.frame_locator("iframe.player")
    page.locator("iframe.player").scroll_into_view_if_needed()
    before = toy.locator("main").inner_text()
    toy.get_by_role("button", name="Register").first.press("Enter")
    page.wait_for_function("document.querySelector('iframe.player').style.height !== ''")
    assert toy.locator("main").inner_text() != before
    slider = page.frame_locator("iframe.slider").locator("input[type=range]")
    page.locator("iframe.slider").scroll_into_view_if_needed()
    said = page.frame_locator("iframe.slider").locator("main").inner_text()
    slider.press("ArrowRight")
    assert page.frame_locator("iframe.slider").locator("main").inner_text() != said
    link = page.get_by_role("link", name="Open it on Binder").get_attribute("href")
    assert link == f"https://mybinder.org/v2/gh/somebody/evsim/HEAD?labpath=notebooks/{SHOWN}.ipynb"
    page.screenshot(path=PICTURES / "pages-lesson.png")


@pytest.mark.parametrize("wish", ["light", "dark"])
def test_the_switch_of_light_and_dark_reaches_into_toys(open_page, wish):
    page = open_page(f"lessons/{SHOWN}", color_scheme=wish)
    seen = set()
    for _ in range(3):
        theme = page.evaluate("document.body.dataset.theme")
        is_dark = (wish if theme == "auto" else theme) == "dark"
        for kind, (node, name, light, dark) in LOOKS.items():
            page.locator(f"iframe.{kind}").scroll_into_view_if_needed()
            expect(page.frame_locator(f"iframe.{kind}").locator(node)).to_have_css(name, dark if is_dark else light)
        seen.add(theme)
        page.locator(".theme-toggle:visible").first.click()
    assert seen == {"auto", "light", "dark"}


# The search.


def answers(page, question):
    """(title, words) of the first answers."""
    page.get_by_label("A word, or a question").fill(question)
    return page.locator("#answers li").evaluate_all(f"all => all.slice(0, {FIRST}).map((each) => each.innerText)")


def test_a_question_is_answered_by_one_search(open_page):
    page = open_page("search", fragment="?q=prefetch")
    assert page.locator("#answers li").count() > 3
    missed = {}
    for question, words in QUESTIONS.items():
        found = answers(page, question)
        if not any(words.lower() in each.lower() for each in found):
            missed[question] = found
    assert missed == {} and len(QUESTIONS) >= 20


def test_an_example_of_a_question_is_a_search(open_page):
    page = open_page("search")
    page.get_by_role("link", name="what does prefetch count?").click()
    page.locator("#answers li").first.wait_for()
    assert QUESTIONS["what does prefetch count?"] in page.locator("#answers").inner_text()


def test_an_answer_leads_to_its_row_and_what_is_not_there_is_said(open_page):
    page = open_page("search")
    answers(page, "visibility_timeout")
    page.locator("#answers a").first.click()
    assert page.locator(":target").inner_text().startswith("visibility_timeout")
    page = open_page("search")
    answers(page, "zzyzx")
    assert "Nothing was found" in page.locator("#found").inner_text()


def test_a_long_table_can_be_filtered(open_page):
    page = open_page("reference/settings")
    page.get_by_label("Show only rows with").last.fill("prefetch")
    rows = page.locator("table").last.locator("tbody tr:visible")
    assert 1 <= rows.count() < 10
    assert all("prefetch" in each for each in rows.all_inner_texts())


# For everybody.


@pytest.mark.parametrize(("look", "viewport"), mostly_at_night([("light", WIDE), ("dark", NARROW)], ("light", WIDE)))
def test_nobody_is_shut_out_and_nothing_is_wider_than_the_window(open_page, look, viewport):
    for name in LOOKED_AT:
        page = open_page(name, viewport, color_scheme=look)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        for filtered in page.get_by_label("Show only rows with").all():
            filtered.fill(ROWS)
        found = [
            each
            for each in Axe().run(page, options=ALONE).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        named = [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]
        assert (named, wide) == ([], 0), name
    page.screenshot(path=PICTURES / f"pages-{look}.png")
