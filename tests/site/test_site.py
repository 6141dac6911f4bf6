"""The page of lesson 00, opened from a file in a real browser: what it says is what Python counts, now.

Pictures are left in build/screenshots.
"""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from docs.site import story
from docs.site.__main__ import main
from docs.site.page import HTML, LARGEST
from evsim.lesson.questions import QUESTIONS
from evsim.results.tally import OK
from evsim.view.changes import figures
from evsim.view.promise import promise_sentence
from evsim.view.words import seconds
from tests.browser.lab import ROOT, browser

PICTURES = ROOT / "build/screenshots"
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SENTENCES = {
    "told yes, not true 1 s later": "{} lied to: told yes, and not true a second later",
    "told error, something done": "{} lied to: told an error, and something done",
}
MOVES = """() => new Promise((done) => {
    const look = () => document.querySelector(".ev-player").innerHTML;
    const before = look();
    setInterval(() => look() !== before && done(true), 50);
})"""


@pytest.fixture(scope="module")
def chromium():
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as found:
        yield found


@pytest.fixture
def open_page(chromium):
    """A function that opens the page; nothing may go wrong on it, and nobody else be asked."""
    opened = []

    def open_(viewport=WIDE, clock=False, **settings):
        context = chromium.new_context(viewport=viewport, **settings)
        page = context.new_page()
        trouble = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: message.type == "error" and trouble.append(message.text))
        page.on("request", lambda request: request.url != HTML.as_uri() and trouble.append(request.url))
        if clock:
            page.clock.install()
        page.goto(HTML.as_uri())
        opened.append((context, trouble))
        return page

    yield open_
    for context, trouble in opened:
        context.close()
        assert not trouble


def step(page, name):
    page.get_by_role("navigation").get_by_role("button", name=name).press("Enter")


def break_it(page, part, moment):
    """Break a part from a moment on, with the lesson's own controls, and look at what came of it."""
    step(page, "break it")
    page.locator(f"#parts input[value={part}]").check()
    slider = page.get_by_label("From second")
    slider.press("Home")
    for _ in range(story.MOMENTS.index(moment)):
        slider.press("ArrowRight")
    page.get_by_role("button", name="Break it", exact=True).press("Enter")
    page.get_by_role("button", name="Show what became of everybody").press("Enter")
    page.get_by_role("button", name="Break something else").wait_for()


def lines_of(run):
    """What the page has to say of who was refused and lied to in a run."""
    counts = figures(run)
    refused = counts["told error"] - counts["told error, something done"]
    found = [f"{refused} refused: told an error, and nothing done"] if refused else []
    found += [text.format(counts[name]) for name, text in SENTENCES.items() if counts[name]]
    return set(found) or {"nobody refused, nobody lied to"}


# The file.


def test_the_file_is_fresh_and_small_enough(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert HTML.stat().st_size < LARGEST


def test_a_stale_file_is_noticed(monkeypatch, tmp_path, capsys):
    other = tmp_path / "index.html"
    other.write_text(HTML.read_text(encoding="utf-8").replace("57", "58"), encoding="utf-8")
    monkeypatch.setattr("docs.site.__main__.HTML", other)
    assert main(["--check"]) == 1
    assert "python -m docs.site writes it" in capsys.readouterr().out


def test_the_settings_that_the_page_names_are_those_of_the_runs():
    words = re.sub(r"<[^>]+>", "", (ROOT / "docs/site/page.html").read_text(encoding="utf-8"))
    for run in story.runs().values():
        services = run.scenario.services
        assert run.scenario.workloads["register-page"].arrivals.rate == 10
        assert [services[name].workers for name in ("database", "mailing-list")] == [2, 2]
        assert [services[name].handle[0].time.mean for name in ("database", "mailing-list")] == [0.05, 0.12]
    assert "Ten customers a second" in words and "given up after 2 seconds" in words
    assert "mailing list takes 120 ms for each customer, the database 50 ms" in words


# What moves by itself.


def test_something_moves_within_ten_seconds_and_nobody_has_to_click(open_page):
    page = open_page()
    page.set_default_timeout(10_000)
    assert page.evaluate(MOVES)
    page.screenshot(path=PICTURES / "site.png")


def test_if_nobody_touches_anything_something_breaks_within_the_first_minute(open_page):
    page = open_page(clock=True)
    page.clock.run_for(20_000)
    assert page.evaluate("player.selection.get().future") == 0
    page.clock.run_for(40_000)
    page.get_by_text("broke by itself").first.wait_for()
    run = story.branch("classic", "mailing-list", 8)
    assert promise_sentence(run) in page.locator("#truth").inner_text()  # it was watched to its end


def test_who_touches_something_is_left_in_peace(open_page):
    page = open_page(clock=True)
    page.get_by_role("button", name="pause").click()
    page.clock.run_for(60_000)
    assert page.evaluate("player.selection.get().future") == 0


def test_where_nothing_shall_move_nothing_does_until_one_wants_it(open_page):
    page = open_page(clock=True, reduced_motion="reduce")
    page.clock.run_for(60_000)
    assert page.evaluate("[player.selection.get().time, player.clock.running]") == [0, False]


# The lesson.


def test_the_lesson_is_walked_from_step_to_step(open_page):
    page = open_page()
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_label("in both designs").check()
    page.get_by_role("button", name="keep my guess").click()
    page.locator(".ev-player").get_by_role("button", name="Register").click()
    told = page.locator("#told")
    told.get_by_text("And the others?").wait_for(timeout=60_000)
    number = page.evaluate("player.selection.get().customer.number")
    for design in ("classic", "events"):
        response = story.runs()[design].tally.response[number]
        assert f"{design}: told yes after {seconds(response)}" in told.inner_text().lower()
        tally = story.runs()[design].tally
        true = int(((tally.outcome == OK) & (tally.completed_at <= tally.answered)).sum())
        assert f"{design}: {true} of the {(tally.outcome == OK).sum()} who were told yes" in told.inner_text()
    wrong = QUESTIONS["on-the-list"].choices["in both designs"]
    assert "You guessed \u201cin both designs\u201d. It is \u201conly in classic\u201d." in told.inner_text()
    assert wrong in told.inner_text()
    page.screenshot(path=PICTURES / "site-told.png")
    page.get_by_role("button", name="Now break something").click()
    page.locator("#guess-classic").fill("40")
    page.get_by_role("button", name="Break it", exact=True).click()
    page.get_by_text("From second 8 to 13 the mailing list is down.").wait_for()
    assert "lied to" not in page.locator("#truth").inner_text()  # not before it is seen
    page.get_by_role("button", name="Show what became of everybody").click()
    errors = figures(story.branch("classic", "mailing-list", 8))["told error"]
    assert f"you guessed 40, it was {errors}" in page.locator("#truth").inner_text()
    page.screenshot(path=PICTURES / "site-truth.png", full_page=True)
    page.get_by_role("button", name="Break something else").click()
    page.get_by_role("heading", name="Your turn").wait_for()


@pytest.mark.parametrize("moment", [story.MOMENTS[0], 12, story.MOMENTS[-1]])
@pytest.mark.parametrize("part", story.PARTS)
def test_what_the_page_counts_is_what_a_run_counts(open_page, part, moment):
    page = open_page()
    break_it(page, part, moment)
    for row, design in enumerate(("classic", "events")):
        run = story.branch(design, part, moment)
        said = page.locator("#truth .design").nth(row)
        if run is None:
            assert said.inner_text().startswith(f"{design}: it has no broker.")
            continue
        assert run.audit()
        assert said.inner_text().startswith(f"{design}: {promise_sentence(run)}.")
        assert set(said.locator(".what").all_inner_texts()) == lines_of(run)
        counts = figures(run)
        errors = f", {counts['told error']} error" if counts["told error"] else ""
        asked = f"{counts['customers']} asked: {counts['told yes']} yes{errors}"
        assert page.locator(".ev-all").nth(row).inner_text() == asked


def test_the_player_breaks_things_too_and_the_lesson_follows(open_page):
    page = open_page()
    page.get_by_role("button", name="pause").click()
    page.get_by_label("fault").select_option(label="database down")
    page.evaluate("player.goTo(10_900_000)")
    page.get_by_role("button", name="break it here").click()
    page.get_by_text("From second 10 to 15 the database is down.").wait_for()
    page.get_by_role("slider", name="time").press("End")
    run = story.branch("classic", "database", 10)
    assert promise_sentence(run) in page.locator("#truth").inner_text()


def test_the_past_stays_and_the_future_is_another(open_page):
    page = open_page()
    page.get_by_role("button", name="pause").click()
    screens = "[3, 11.9].map((t) => { player.goTo(t * 1e6); return document.querySelector('.ev-lane').innerText; })"
    before = page.evaluate(screens)
    break_it(page, "database", 12)
    assert page.evaluate(screens) == before
    page.evaluate("player.goTo(14_000_000)")
    there = page.locator(".ev-all").first.inner_text()
    page.get_by_role("radio", name="as it was").check()
    assert page.locator(".ev-all").first.inner_text() != there


def test_other_designs_are_shown_and_the_table_fills(open_page):
    page = open_page()
    step(page, "your turn")
    page.get_by_label("above").select_option("hybrid")
    page.get_by_label("below").select_option("parallel")
    assert page.locator(".ev-lane-name").all_inner_texts() == ["hybrid", "parallel"]
    break_it(page, "database", 8)
    cells = {
        (part, design): page.locator(f"#cell-{part}-{place}")
        for part in story.PARTS
        for place, design in enumerate(story.DESIGNS)
    }
    known = [key for key, cell in cells.items() if cell.inner_text() != "?"]
    assert known == [("database", "parallel"), ("database", "hybrid")]
    page.get_by_role("button", name="Show all of it, from second 8").click()
    for (part, design), cell in cells.items():
        run = story.branch(design, part, 8)
        wanted = {"has no such part"} if run is None else lines_of(run)
        assert set(cell.locator(".what").all_inner_texts()) == wanted, (part, design)
    for place, run in enumerate(story.runs().values()):
        assert set(page.locator(f"#cell-none-{place} .what").all_inner_texts()) == lines_of(run)


def test_every_design_has_a_part_without_which_nobody_is_told_yes():
    """A key point of the page; and that no design is spared by all parts."""
    for design, run in story.runs().items():
        spared = []
        for part in story.PARTS:
            branch = story.branch(design, part, 12)
            if branch is not None:
                there = (branch.tally.arrived > 12.1) & (branch.tally.arrived < 16)
                spared.append(bool((branch.tally.outcome[there] == OK).any()))
        assert not all(spared), design
        assert np.isfinite(run.tally.arrived).all()


def test_the_guess_is_there_after_a_reload(open_page):
    page = open_page()
    step(page, "guess")
    page.get_by_label("in neither").check()
    page.get_by_role("button", name="keep my guess").click()
    page.reload()
    step(page, "guess")
    assert page.get_by_label("in neither").is_checked()


def test_the_whole_lesson_is_done_by_keys_alone(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "to the player"

    def tab_to(name):
        for _ in range(60):
            page.keyboard.press("Tab")
            here = page.evaluate("document.activeElement.innerText || document.activeElement.value || ''")
            if here.strip() == name:
                return
        raise AssertionError(f"no way to {name!r} by keys")

    tab_to("I have seen it")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab_to("keep my guess")
    page.keyboard.press("Enter")
    tab_to("Register")
    page.keyboard.press("Enter")
    page.locator("#told").get_by_text("And the others?").wait_for(timeout=60_000)
    tab_to("Now break something")
    page.keyboard.press("Enter")
    tab_to("Break it")
    page.keyboard.press("Enter")
    page.get_by_text("the mailing list is down.").wait_for()
    tab_to("Show what became of everybody")
    page.keyboard.press("Enter")
    page.locator("#truth .what").first.wait_for()


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")])
def test_axe_finds_no_fault_and_nothing_sticks_out(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.get_by_role("button", name="pause").click()
    for name in ("watch", "guess", "register", "break it", "your turn"):
        step(page, name)
        found = Axe().run(page)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == [], name
    break_it(page, "database", 8)
    page.get_by_role("button", name="Show all of it, from second 8").click()
    found = Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.screenshot(path=PICTURES / f"site-{viewport['width']}-{scheme}.png", full_page=True)


def test_on_a_telephone_one_sees_the_player_when_something_happens(open_page):
    page = open_page(NARROW)
    step(page, "break it")
    page.get_by_role("button", name="Break it", exact=True).click()
    page.wait_for_function("document.querySelector('#player').getBoundingClientRect().top < innerHeight / 2")
    page.get_by_role("slider", name="time").press("End")
    page.wait_for_function("document.querySelector('#truth').getBoundingClientRect().top < innerHeight / 2")


def test_without_scripts_the_page_shows_a_still(open_page):
    page = open_page(java_script_enabled=False)
    assert page.locator(".ev-still img").get_attribute("alt").startswith("Space-time diagram")
