"""The page of toys, opened from a file in a real browser: what it says is what Python counts, now.

Pictures are left in build/screenshots.
"""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from docs.site import story
from docs.site.__main__ import main
from docs.site.page import HTML, LARGEST, MACHINE
from evsim.lesson import reality_task
from evsim.lesson.questions import QUESTIONS
from evsim.lesson.toys import TOYS
from evsim.results.requests import OK
from evsim.view.what_changed import figures
from evsim.view.words import seconds
from tests.browser.lab import ROOT
from tests.site.conftest import PICTURES
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.ci

WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
SENTENCES = {
    "told yes, not true 1 s later": "{} lied to: told yes, and not true a second later",
    "told error, something done": "{} lied to: told an error, and something done",
}


@pytest.fixture
def open_page(pages):
    """A function that opens the page; nothing may go wrong on it, and nobody else be asked."""
    yield lambda viewport=WIDE, **settings: pages.open(HTML, viewport, **settings)
    pages.assert_no_trouble()


@pytest.fixture
def another_page(pages):
    """A function that makes a page with settings of its own."""
    contexts = []

    def make(**settings):
        contexts.append(pages.chromium.new_context(viewport=WIDE, **settings))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def press(page, section):
    """Press Register in a toy, and go to the end of one's own story."""
    page.locator(f"#{section}").get_by_role("button", name="Register").press("Enter")
    toy = page.locator(f"#{section}").get_attribute("data-toy")
    page.evaluate("""toy => {
        const player = players[toy];
        player.clock.stop();
        player.goTo(player.lastOfMine(player.selection.get().customer));
    }""", toy)  # fmt: skip


def lines_of(run):
    """What the page has to say of who was refused and lied to in a run."""
    counts = figures(run)
    refused = counts["told error"] - counts["told error, something done"]
    found = [f"{refused} refused: told an error, and nothing done"] if refused else []
    found += [text.format(counts[name]) for name, text in SENTENCES.items() if counts[name]]
    return set(found) or {"nobody refused, nobody lied to"}


# The file.


def test_the_files_are_fresh_and_small_enough(capsys, monkeypatch):
    """What happens to real customers, which a page says, is held by tests/lesson/test_reality_task.py."""
    monkeypatch.setattr(reality_task, "real", lambda killed: None)
    monkeypatch.setattr(reality_task, "same_customers", lambda _: (1.0, 1.0))
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert HTML.stat().st_size < LARGEST


def test_a_stale_file_is_noticed(monkeypatch, tmp_path, capsys):
    other = tmp_path / "index.html"
    other.write_text("<html></html>", encoding="utf-8")
    monkeypatch.setattr("docs.site.__main__.HTML", other)
    monkeypatch.setattr("docs.site.__main__.html", lambda: "<html>57</html>")
    monkeypatch.setattr("docs.site.__main__.machine", lambda: MACHINE.read_text(encoding="utf-8"))
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == "stale: site/index.html; python -m docs.site writes it\n"


def test_the_settings_that_the_page_names_are_those_of_the_runs():
    words = re.sub(r"<[^>]+>", "", (ROOT / "docs/site/page.html").read_text(encoding="utf-8"))
    for run in (*story.runs().values(), story.toys()["a line forms"].runs[0]):
        services = run.scenario.services
        assert [services[name].workers for name in ("database", "mailing-list")] == [2, 2]
        assert [services[name].handle[0].time.mean for name in ("database", "mailing-list")] == [0.05, 0.12]
    assert f"{2 / 0.12:.1f} a second" in words and "One customer takes 120 ms on average" in words
    assert "the database 50 ms" in words and "given up after 2 seconds" in words
    for run in story.toys()["break it"].runs:
        assert run.scenario.workloads["register-page"].arrivals.rate == 10
    assert "ten customers a second come, on average" in words
    classic, events = story.toys()["both pages are wrong"].runs
    assert not classic.outcomes.yes[0] and classic.outcomes.something[0]  # an error, and a row
    assert round(events.tables.requests.completion[0]) == 3 and "for three seconds nobody sent you a mail" in words
    assert story.toys()["one customer"].film["toy"]["speed"] == pytest.approx(1 / 30)
    assert "thirty times slower" in words


def test_every_toy_is_on_the_page_in_its_order():
    page = (ROOT / "docs/site/page.html").read_text(encoding="utf-8")
    assert [*re.findall(r'data-toy="([^"]+)"', page), "console"] == list(TOYS)


def test_every_setting_is_on_the_last_page(open_page):
    page = open_page()
    rows = page.locator("#settings tbody tr").count()
    assert rows == len(story.settings())
    found = {path: values for path, values, _ in story.settings()}
    assert found["services.mailing-list.handle.0.work.lognormal.mean"] == ["120ms"] * 4
    assert found["network.give_up"] == ["30s"] * 4  # nobody has written it
    assert found["channels.customer-registered.log.partitions"] == [None, None, "16", "16"]
    shown = page.locator("#changes").text_content()
    for its in TOYS.values():
        assert all(path.split(".")[0] in shown for path in its.changes)


# Nothing happens that nobody asked for.


def test_nothing_happens_that_nobody_asked_for(another_page):
    page = another_page()
    page.clock.install()
    page.goto(HTML.as_uri())
    look = "[scrollY, document.body.innerText, Object.values(players).map((player) => player.selection.get())]"
    before = page.evaluate(look)
    page.clock.run_for(120_000)
    assert page.evaluate(look) == before
    assert not page.evaluate("Object.values(players).some((player) => player.clock.running)")


# The toys, as a reader goes through them.


def test_the_toys_are_played_and_say_what_the_runs_have(open_page):
    page = open_page()
    page.get_by_label("in both designs").check()
    page.get_by_role("button", name="keep my guess").press("Enter")
    assert page.locator("#told").inner_text() == ""  # not before it is seen
    press(page, "lead")
    lead = page.locator("#lead")
    lead.get_by_role("button", name="log in").first.press("Enter")
    assert "welcome" in lead.locator(".ev-login-answer").first.inner_text()
    assert lead.locator(".ev-screen").all_inner_texts() == ["error", "registered"]
    press(page, "two")
    tallies = [run.tables.requests for run in story.toys()["two ways"].runs]
    assert f"You waited {seconds(tallies[0].response[0])}. It was true." in page.locator("#two .ev-payoff").inner_text()
    told = page.locator("#told").inner_text()
    for design, run in story.runs().items():
        if design in ("classic", "events"):
            yes = run.tables.requests.outcome == OK
            true = int((yes & (run.tables.requests.completed_at <= run.tables.requests.answered)).sum())
            assert f"{design}: for {true} of the {yes.sum()} who were told yes" in told
    assert "You guessed \u201cin both designs\u201d. It is \u201conly in classic\u201d." in told
    assert QUESTIONS["on-the-list"].choices["in both designs"] in told
    page.locator("#two").screenshot(path=PICTURES / "site-two-ways.png")
    for _ in range(2):
        press(page, "again")
    assert "classic: Pressed twice: 2 customer rows" in page.locator("#again .ev-payoff").inner_text()
    page.reload()
    assert page.get_by_label("in both designs").is_checked()  # a guess is kept
    assert page.evaluate("[...document.querySelectorAll('select')].every((each) => each.selectedIndex >= 0)")


def test_words_light_up_what_they_mean(open_page):
    page = open_page()
    word = page.locator("#lead").get_by_role("button", name="told")
    lit = "document.querySelector('#lead .toy').dataset.lit ?? null"
    outline = "getComputedStyle(document.querySelector('#lead .ev-form')).outlineStyle"
    assert [page.evaluate(lit), page.evaluate(outline)] == [None, "none"]
    word.hover()
    assert [page.evaluate(lit), page.evaluate(outline)] == ["told", "solid"]
    page.locator("h1").hover()
    assert page.evaluate(lit) is None
    word.press("Enter")
    assert page.evaluate(lit) == "told" and word.get_attribute("aria-pressed") == "true"


# The console.


def break_it(page, part, moment):
    labels = {"customer-registered": "customer-registered (the broker) down"}
    page.evaluate(f"player.clock.stop(); player.goTo({moment * 1_000_000})")
    page.locator("#console").get_by_label("fault", exact=True).select_option(label=labels.get(part, f"{part} down"))
    page.locator("#console").get_by_role("button", name="break it here").press("Enter")
    page.wait_for_function(f"player.futures[player.selection.get().future].fault?.outage === '{part}'")


def test_the_table_has_what_the_runs_count_and_fills_as_one_breaks(open_page):
    page = open_page()
    page.get_by_label("above").select_option("hybrid")
    page.get_by_label("below").focus()
    page.get_by_label("below").select_option("parallel")
    assert page.evaluate("document.activeElement.value") == "parallel"
    assert page.locator("#console .ev-lane-name").all_inner_texts() == ["hybrid", "parallel"]
    break_it(page, "database", 8)
    cells = {
        (part, design): page.locator(f"#cell-{part}-{place}")
        for part in story.PARTS
        for place, design in enumerate(story.DESIGNS)
    }
    assert all(cell.inner_text() == "?" for cell in cells.values())  # it has not been watched
    page.evaluate("player.goTo(player.film.end)")
    for row, design in enumerate(("hybrid", "parallel")):
        counts = figures(story.branch(design, "database", 8))
        errors = f", {counts['told error']} error" if counts["told error"] else ""
        said = page.locator("#console .ev-all").nth(row).inner_text()
        assert said == f"{counts['customers']} asked: {counts['told yes']} yes{errors}"
    known = [key for key, cell in cells.items() if cell.inner_text() != "?"]
    assert known == [("database", "parallel"), ("database", "hybrid")]
    page.get_by_role("button", name="Show all of it, from second 8").press("Enter")
    for (part, design), cell in cells.items():
        run = story.branch(design, part, 8)
        if run is None:
            assert cell.inner_text() == "has no such part"
        else:
            assert run.audit()
            assert set(cell.locator("li").all_inner_texts()) == lines_of(run), (part, design)
    for place, run in enumerate(story.runs().values()):
        assert set(page.locator(f"#cell-none-{place} li").all_inner_texts()) == lines_of(run)
    liars = [design for design, run in story.runs().items() if run.outcomes.yes_not_true.any()]
    assert (
        f"{' and '.join(liars)} lie to a few even with nothing down".capitalize()
        in page.locator("#healthy").inner_text()
    )
    more = story.branch("events", "mailing-list", 8)
    came = (more.tables.requests.arrived >= 8) & (more.tables.requests.arrived < 8 + story.LASTS)
    assert more.outcomes.yes_not_true.sum() > came.sum()  # "more customers are lied to than came while it was down"


def test_a_link_leads_to_exactly_this(open_page):
    page = open_page()
    break_it(page, "mailing-list", 8)
    page.evaluate("player.find(92); player.goTo(12_345_000)")
    page.get_by_role("button", name="copy a link to exactly this").press("Enter")
    fragment = page.evaluate("location.hash")
    assert fragment.startswith("#designs=") and "seed=1" in fragment and "down=mailing-list" in fragment
    screen = "document.querySelector('#console .ev-player').innerText"
    wanted = page.evaluate(screen)
    other = open_page(fragment=fragment)
    other.wait_for_function("player.selection.get().time === 12345000")
    assert other.evaluate(screen) == wanted
    assert other.evaluate("document.querySelector('#console').getBoundingClientRect().top < innerHeight / 2")


def test_every_design_has_a_part_without_which_nobody_is_told_yes():
    """A sentence of the page; and that no design is spared by all parts."""
    for design, run in story.runs().items():
        spared = []
        for part in story.PARTS:
            branch = story.branch(design, part, 12)
            if branch is not None:
                there = (branch.tables.requests.arrived > 12.1) & (branch.tables.requests.arrived < 16)
                spared.append(bool((branch.tables.requests.outcome[there] == OK).any()))
        assert not all(spared), design
        assert np.isfinite(run.tables.requests.arrived).all()


# For everybody.


def test_the_whole_page_is_gone_through_by_keys_alone(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "to the console"
    met = []
    for _ in range(160):
        page.keyboard.press("Tab")
        name = page.evaluate("""() => {
            const {activeElement: node} = document;
            if (node === document.body) return null;
            return `${node.closest("section[id]")?.id}: ${node.ariaLabel ?? node.innerText ?? ""}`.trim();
        }""")
        if name is None:
            break
        met.append(name)
    for wanted in ("lead: Register", "two: keep my guess", "plug: pull the plug of database",
                   "bet: when nobody waits any more", "bet: let it run", "again: Register", "console: break it here",
                   "console: copy a link to exactly this", "hidden: every setting of the four designs"):  # fmt: skip
        assert any(each.startswith(wanted) for each in met), (wanted, met)


@pytest.mark.parametrize(
    ("viewport", "scheme"), mostly_at_night([(WIDE, "dark"), (NARROW, "light")], (NARROW, "light"))
)
def test_axe_finds_no_fault_and_nothing_sticks_out(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    press(page, "lead")
    press(page, "two")
    break_it(page, "database", 8)
    page.get_by_role("button", name="Show all of it, from second 8").press("Enter")
    page.locator("#hidden summary").first.press("Enter")
    found = Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    frames = (
        "[...document.querySelectorAll('.ev-stage-frame')].filter((each) => each.scrollWidth > each.clientWidth).length"
    )
    assert page.evaluate(frames) == 0
    page.screenshot(path=PICTURES / f"site-{viewport['width']}-{scheme}.png", full_page=True)


def test_each_toy_fits_a_laptops_window_and_on_a_telephone_its_buttons_stay_in_sight_and_no_plug_is_cut_off(open_page):
    page = open_page()
    tall = page.evaluate("[...document.querySelectorAll('[data-toy] .toy')].map((node) => node.offsetHeight)")
    assert len(tall) == len(TOYS) - 1 and max(tall) <= WIDE["height"]
    page.set_viewport_size(NARROW)
    page.wait_for_function("Object.values(players).every((player) => player.upright)")
    out = """[...document.querySelectorAll('.ev-stage')].flatMap((stage) => {
        const frame = stage.getBoundingClientRect();
        const plugs = [...stage.querySelectorAll('[class*=ev-plug-]')].map((node) => node.getBoundingClientRect());
        return plugs.map(({ left, right }) => left >= frame.left && right <= frame.right);
    })"""
    inside = page.evaluate(out)
    assert len(inside) > 10 and all(inside)
    for section, button in (("lead", "Register"), ("plug", "play")):
        page.evaluate(f"document.querySelectorAll('#{section} .ev-lane')[1].scrollIntoView({{ block: 'center' }})")
        seen = page.locator(f"#{section}").get_by_role("button", name=button).bounding_box()
        assert 0 <= seen["y"] <= NARROW["height"] - seen["height"], section


def test_on_paper_a_dark_page_is_white(open_page):
    page = open_page(color_scheme="dark")
    ground = (
        "[document.body, document.querySelector('.ev-player')].map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert page.evaluate(ground) == ["rgb(21, 21, 26)"] * 2
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ground) == ["rgb(255, 255, 255)"] * 2


def test_without_scripts_the_page_shows_a_still(another_page):
    page = another_page(java_script_enabled=False)
    page.goto(HTML.as_uri())
    assert page.locator(".ev-still img").get_attribute("alt").startswith("Space-time diagram")
