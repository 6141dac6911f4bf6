"""The player as a page that stands alone, in a real browser: what a student does, by pointer and by keys.

Pictures are left in build/screenshots.
"""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

import evsim
from evsim.lesson import lesson_size
from evsim.lesson.delivery_task import with_mail_server
from evsim.results.common_prefix import common_prefix
from evsim.view.player.film import film, future
from evsim.view.player.page import page
from evsim.view.what_changed import figures, what_changed
from tests.browser.lab import ROOT, Pages, browser
from tests.support.nightly import by_day, mostly_at_night
from tests.view import runs

pytestmark = pytest.mark.ci

PICTURES = ROOT / "build/screenshots"
STEPS = by_day(50)
LAPTOP = {"width": 1280, "height": 720}

# Everything that is on the screen: elements, attributes in any order, texts.
SCREEN = """() => {
    const seen = (node) => node.nodeType === Node.TEXT_NODE ? node.data : [
        node.tagName, [...node.attributes].map(({name, value}) => `${name}=${value}`).sort(),
        [...node.childNodes].map(seen)];
    return JSON.stringify(seen(document.querySelector(".ev-player")));
}"""


@pytest.fixture(scope="module")
def pages():
    with browser() as chromium:
        yield Pages(chromium)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("pages")
    cast = {"two": (runs.classic(), runs.events()), "one": (runs.doubled(),), "nobody": (runs.nobody(),)}
    for name, its in cast.items():
        evsim.play(*its).to_html(folder / f"{name}.html")
    healthy = [lesson_size(name).run() for name in ("classic", "events")]
    evsim.play(*healthy).to_html(folder / "stored.html", moments=[8, 20])
    evsim.play(runs.classic(), hides=True).to_html(folder / "hides.html")
    evsim.play(wide().run(until=2)).to_html(folder / "wide.html")
    (folder / "branches.html").write_text(page(branched(), "branches"), encoding="utf-8")
    return folder


def wide():
    """A system of so many columns that they do not stand beside telephone and lamps."""
    letters = {"channel": "customer-registered", "dead_letter": "letters"}
    changes = {"services.mailing-list.subscribe": letters, "channels.letters": "queue"}
    return with_mail_server().replace(changes)


def branched():
    """A film of two designs with a fault that can begin at one of two moments."""
    fault, moments = {"outage": "mailing-list", "for": "5s"}, [8, 18]
    designs = {"classic": runs.classic(down=False), "events": runs.events(down=False)}
    made = film(*designs.values())
    names = [effect["name"] for effect in made["effects"]]
    for moment in moments:
        its = {name: run.branch(fault, at=moment) for name, run in designs.items()}
        made["futures"].append(future(its, names, "mailing list down", fault, moment))
    moments = [moment * 1_000_000 for moment in moments]
    made["breaks"] = [{"id": "down", "label": "mailing list down for 5 s", "fault": fault, "moments": moments}]
    return made


@pytest.fixture
def open_page(pages, files):
    """A function that opens a page and gives it; nothing may go wrong on it, and nobody else be asked."""

    def open_(name, **settings):
        page = pages.open(files / f"{name}.html", LAPTOP, **settings)
        page.locator(".ev-player").wait_for()
        return page

    yield open_
    pages.assert_no_trouble()


def test_who_presses_register_is_the_next_customer_and_is_told(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(8_000_000)")
    page.get_by_role("button", name="Register").click()
    assert page.evaluate("player.selection.get().customer.number") == 88  # the first to come after 8 s
    told = "You are customer 88. Classic: told an error after 111 ms, but customer row done"
    page.locator(".ev-me").filter(has_text=told).wait_for()
    page.get_by_role("button", name="pause").click()
    classic, events = page.locator(".ev-form").all()
    assert "error" in classic.inner_text() and "registered" in events.inner_text()
    assert "4.7 ms" in events.inner_text()  # the stopwatch stands still
    page.screenshot(path=PICTURES / "player-registered.png")


def test_steps_back_and_as_many_forward_give_the_identical_screen(open_page):
    page = open_page("two")
    bar = page.get_by_role("slider", name="time")
    page.evaluate("player.goTo(9_000_000)")
    bar.focus()
    for _ in range(2 * STEPS):
        page.keyboard.press("ArrowRight")
    before, time = page.evaluate(SCREEN), bar.get_attribute("aria-valuenow")
    for _ in range(STEPS):
        page.keyboard.press("ArrowLeft")
    assert float(bar.get_attribute("aria-valuenow")) < float(time)
    assert page.evaluate(SCREEN) != before
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
    assert bar.get_attribute("aria-valuenow") == time
    assert page.evaluate(SCREEN) == before


def test_the_screen_is_the_same_however_one_came_to_a_moment(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(12_345_678)")
    jumped = page.evaluate(SCREEN)
    page.evaluate("for (let t = 30_000_000; t > 0; t -= 777_777) player.goTo(t); player.goTo(12_345_678)")
    assert page.evaluate(SCREEN) == jumped


def test_one_jumps_to_an_odd_customer_and_sees_why(open_page):
    page = open_page("two")
    choice = page.get_by_label("jump to")
    labels = choice.locator("option").all_inner_texts()
    wanted = next(label for label in labels if label.startswith("told error, and something is done"))
    choice.select_option(label=wanted)
    page.get_by_role("button", name="jump there").press("Enter")
    number = int(re.search(r"customer (\d+)", wanted)[1])
    state = page.evaluate("player.selection.get()")
    assert state["customer"] == {"workload": "register-page", "number": number}
    assert state["time"] == round(runs.classic().tables.requests.arrived[number] * 1e6)
    page.keyboard.press("End")
    assert page.locator(".ev-lamp").all_inner_texts()[:3] == [
        "Told\nerror, 111 ms",
        "customer row\n109 ms",
        "subscription\nnever",
    ]


def test_everything_can_be_done_by_keys_alone(open_page):
    page = open_page("two")
    met = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("""() => {
            const {activeElement: node} = document;
            return node === document.body ? null : node.ariaLabel ?? node.labels?.[0]?.innerText ?? node.innerText;
        }""")
        if name is None:
            break
        met.append(name.strip().split("\n")[0])
    assert met[0] == "Register" and "time" in met and "play" in met and "find this customer" in met
    page.get_by_role("button", name="Register").press("Enter")
    page.get_by_role("button", name="pause").press("Enter")
    bar = page.get_by_role("slider", name="time")
    bar.press("Shift+ArrowRight")
    mine = page.evaluate("player.selection.get()")
    times = page.evaluate("[...player.events().mine(player.selection.get().customer)]")
    assert mine["time"] in times
    bar.press("Space")
    page.get_by_role("button", name="pause").wait_for()
    bar.press("Space")
    bar.press("Home")
    assert bar.get_attribute("aria-valuetext") == "0.000 s of 30.600 s"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_where_nothing_shall_move_it_goes_in_steps(open_page):
    page = open_page("two", reduced_motion="reduce")
    page.get_by_role("button", name="play").click()
    seen = page.evaluate("""() => new Promise((done) => {
        const seen = new Set();
        player.selection.subscribe(({time}) => seen.add(time) && seen.size > 3 && done([...seen]));
    })""")
    assert set(seen) <= set(page.evaluate("[...player.events().moments]"))


LOOKS = [("two", "light"), ("two", "dark"), ("one", "light"), ("nobody", "light")]


@pytest.mark.parametrize(("name", "scheme"), mostly_at_night(LOOKS, ("two", "dark"), ("nobody", "light")))
def test_axe_finds_no_fault(open_page, name, scheme):
    page = open_page(name, color_scheme=scheme)
    page.evaluate("player.find(5); player.goTo(9_500_000)")
    found = Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []


def test_every_mark_says_what_it_is(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(8_150_000)")
    words = page.evaluate("""() => [...document.querySelectorAll(".ev-parts *, .ev-dots *, .ev-lines *")]
        .map((node) => [node.outerHTML, node.words?.() ?? null])""")
    mute = [mark for mark, said in words if not said and "ev-small" not in mark]
    assert words and mute == []
    page.locator(".ev-slot.works").first.hover()
    assert re.search(r"customer \d+: .* works, for .* so far", page.locator(".ev-tip").inner_text())


def test_a_click_on_a_mark_chooses_its_customer(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(8_150_000)")
    slot = page.locator(".ev-slot.works").first
    slot.click()
    assert f"customer {page.evaluate('player.selection.get().customer.number')}" in page.locator(".ev-me").inner_text()


def test_the_bar_is_dragged(open_page):
    page = open_page("two")
    box = page.locator(".ev-track").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], middle, steps=4)
    page.mouse.up()
    assert page.evaluate("player.selection.get().time / player.film.end") == pytest.approx(0.5, abs=0.01)


def test_it_breaks_here_and_the_old_future_stays_as_a_ghost(open_page):
    page = open_page("branches")
    page.evaluate("player.find(92); player.goTo(9_000_000)")  # the nearer of the two moments is 8 s
    before = page.evaluate("player.goTo(7_999_999); const seen = document.querySelector('.ev-lane').innerText; seen")
    page.get_by_role("button", name="break it here").press("Enter")
    assert page.evaluate("[player.selection.get().future, player.selection.get().time]") == [1, 8_000_000]
    assert page.get_by_role("radio", name="mailing list down at 8.000 s").is_checked()
    assert page.evaluate("player.goTo(7_999_999); document.querySelector('.ev-lane').innerText") == before
    page.evaluate("player.goTo(9_500_000)")
    assert "error" in page.locator(".ev-form").first.inner_text()
    assert page.locator(".ev-lamp-ghost").first.inner_text() == "was: yes, 165 ms"
    page.screenshot(path=PICTURES / "player-broken.png", full_page=True)
    page.get_by_role("radio", name="as it was").press("Space")
    assert "registered" in page.locator(".ev-form").first.inner_text()
    assert page.locator(".ev-lamp-ghost:visible").count() == 0


def test_a_page_alone_breaks_any_part_at_its_moments(open_page):
    page = open_page("stored")
    page.evaluate("player.goTo(8_100_000)")
    page.get_by_label("fault").select_option(label="mailing-list down")
    assert page.get_by_label("seconds that it lasts").input_value() == "5"
    assert page.get_by_label("seconds that it lasts").is_disabled()
    page.get_by_role("button", name="break it here").press("Enter")
    page.get_by_role("radio", name="mailing-list down for 5 s at 8.000 s").wait_for()
    branch = lesson_size("classic").run().branch({"outage": "mailing-list", "for": 5}, at=8)
    page.get_by_role("slider", name="time").press("End")
    counted = figures(branch)
    said = f"{counted['customers']} asked: {counted['told yes']} yes, {counted['told error']} error"
    assert page.locator(".ev-all").first.inner_text() == said
    changed = what_changed(lesson_size("classic").run(), branch)
    assert page.locator(".ev-changed").inner_text().startswith(f"classic: {changed} events: ")
    page.get_by_label("fault").select_option(label="customer-registered (the broker) down")
    page.get_by_role("button", name="break it here").press("Enter")
    page.get_by_text("classic has no customer-registered: nothing changes there").wait_for()
    page.evaluate("player.goTo(8_100_000)")
    page.get_by_label("fault").select_option(label="mailing-list down")
    page.get_by_role("button", name="break it here").press("Enter")
    page.locator("input[type=radio]:checked + *, label:has(input:checked)").filter(has_text="mailing-list").wait_for()
    assert page.get_by_role("radio").count() == 3  # the first one was entered again


def test_a_fault_is_dropped_on_the_bar(open_page):
    page = open_page("branches")
    page.locator(".ev-handle").hover()
    box = page.locator(".ev-track").bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + 0.65 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert page.evaluate("[player.selection.get().future, player.selection.get().time]") == [2, 18_000_000]


def test_other_futures_are_asked_for_and_a_refusal_is_told(open_page):
    page = open_page("branches")
    page.evaluate("""() => {
        const data = JSON.parse(document.getElementById("film").textContent);
        const [base, ...others] = data.futures;
        data.breaks[0].moments = null;
        player.close();
        const branch = async ({at}) => {
            const found = others.find((future) => future.at === at);
            if (!found) throw new Error("not at this moment");
            return found;
        };
        window.player = window.page.show(document.getElementById("player"), {...data, futures: [base]}, {branch});
    }""")
    page.evaluate("player.goTo(7_000_000)")
    page.get_by_role("button", name="break it here").click()
    page.get_by_text("not at this moment").wait_for()
    page.evaluate("player.goTo(8_000_000)")
    page.get_by_role("button", name="break it here").click()
    page.get_by_role("radio", name="mailing list down at 8.000 s").wait_for()
    assert page.get_by_text("not at this moment").count() == 0
    assert page.evaluate("player.selection.get().future") == 1


def test_panels_stand_below_and_share_what_is_chosen(open_page):
    page = open_page("two")
    seen = page.evaluate("""() => {
        const data = JSON.parse(document.getElementById("film").textContent);
        const seen = [];
        const mount = (element, film, selection, player) => {
            element.textContent = `a panel with ${film.effects.length} effects, ${player.lanes().length} lanes`;
            return selection.subscribe(({time}) => seen.push(time));
        };
        const other = window.page.show(document.getElementById("player"), data, {panels: [{title: "Panel", mount}]});
        other.goTo(5);
        const text = other.root.querySelector(".ev-panel").innerText;
        other.close();
        other.selection.set({time: 6});
        return [text, seen, document.querySelectorAll(".ev-panel").length];
    }""")
    assert seen == ["Panel\n\na panel with 2 effects, 2 lanes", [5], 3] or seen == [
        "Panel\na panel with 2 effects, 2 lanes", [5], 3]  # fmt: skip


COVERED = """([one, other]) => {
    const boxes = (names) => [...document.querySelectorAll(names)].map((node) => [node, node.getBoundingClientRect()]);
    return boxes(one).flatMap(([node, a]) => boxes(other)
        .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map(([hidden]) => `${node.textContent} on ${hidden.textContent}`));
}"""


def test_on_a_telephone_all_of_a_stage_is_seen_and_holds_still(open_page):
    page = open_page("two")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("player.upright")
    frames = "[...document.querySelectorAll('.ev-stage-frame')].map((node) => node.scrollWidth - node.clientWidth)"
    assert page.evaluate(frames) == [0, 0]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    tops = "[...document.querySelectorAll('.ev-stage, .ev-bar')].map((node) => node.getBoundingClientRect().top)"
    before = page.evaluate(tops)
    for number in (5, 88, 250):  # of one digit, two, three
        page.evaluate(f"player.find({number}); player.goTo(player.selection.get().time + 30_000)")
        assert page.evaluate(tops) == before, number
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function("!player.upright")


def test_a_wide_stage_has_a_line_of_its_own_and_no_box_is_cut_off(open_page):
    page = open_page("wide")
    for width in (934, 700):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function(f"player.root.clientWidth <= {width} && player.upright === ({width} < 800)")
        frame = "(({scrollWidth, clientWidth}) => scrollWidth - clientWidth)(document.querySelector('.ev-stage-frame'))"
        assert page.evaluate(frame) == 0, width


LETTERS = """() => {
    const size = (node) => {
        const matrix = node.getScreenCTM?.();
        return parseFloat(getComputedStyle(node).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
    };
    const written = (node) => node.getClientRects().length
        && [...node.childNodes].some(({nodeType, data}) => nodeType === 3 && data.trim());
    const all = [...document.querySelectorAll(".ev-player *:not(style, option, optgroup)")].filter(written);
    return [all.filter((node) => node.closest("svg")).length, Math.min(...all.map(size))];
}"""


def test_letters_are_large_enough_in_a_notebook_on_a_laptop(open_page):
    """A screen of 1366 pixels leaves 934 of them for what a cell shows."""
    page = open_page("two")
    page.set_viewport_size({"width": 934, "height": 768})
    page.evaluate("player.find(88); player.goTo(10_500_000)")
    page.wait_for_function("player.root.clientWidth === 934")
    many, smallest = page.evaluate(LETTERS)
    assert many > 50 and smallest >= 13.9


def test_what_is_hidden_of_the_future_is_told_nowhere(open_page):
    page = open_page("hides")
    page.evaluate("player.find(92)")  # they come while the list is down
    asked = page.evaluate("player.selection.get().time")
    page.evaluate(f"player.goTo({asked + 2000})")
    options = "[...document.querySelectorAll('option')].filter((each) => each.hidden !== each.disabled).length"
    assert page.evaluate(options) == 0
    offered = "!player.controls.jumps.options[at].hidden && known > player.until()"
    to_come = f"player.controls.targets.filter(({{known}}, at) => {offered})"
    assert page.evaluate(f"{to_come}.length") == 0 < page.evaluate("player.controls.targets.length")
    assert not page.locator(".ev-lv-captions").is_visible()
    assert (
        "from now" not in page.locator(".ev-fl-sentence").inner_text()
        and "never" not in page.locator(".ev-fl-sentence").inner_text()
    )
    assert page.locator(".ev-fl-number.wait").count() == 0
    page.evaluate("player.goTo(player.film.end)")
    assert "told error" in page.locator(".ev-lv-captions").inner_text()
    assert page.evaluate(f"{to_come}.length") == 0 and page.evaluate("player.controls.jumps.options[0].hidden") is False


def test_nothing_is_written_on_other_words(open_page):
    page = open_page("two")
    for second in (4, 29, 20, 10.5):
        page.evaluate(f"player.goTo({second}e6)")
        assert page.evaluate(COVERED, [".ev-head-time", ".ev-axis span, .ev-line"]) == []
        assert page.evaluate(COVERED, [".ev-flag", ".ev-cell, .ev-stage text"]) == []
    assert page.locator(".ev-flag").count()


def test_the_focus_stays_where_it_was_and_what_is_not_there_is_said(open_page):
    page = open_page("branches")
    here = "document.activeElement.ariaLabel ?? document.activeElement.parentNode.innerText"
    page.get_by_label("number of a customer").fill("100000")
    page.keyboard.press("Enter")
    assert page.get_by_text("there is no customer 100000 of register-page").is_visible()
    assert page.evaluate(here) == "number of a customer"
    page.get_by_role("button", name="my next event").press("Enter")
    assert "nobody is you yet" in page.locator(".ev-live").inner_text()
    page.get_by_role("button", name="break it here").press("Enter")
    assert page.evaluate("document.activeElement.innerText") == "break it here"
    page.get_by_role("radio", name="as it was").press("Space")
    assert "as it was" in page.evaluate(here)
    assert page.evaluate("player.pace") == "true"  # a future goes by as time does
    page.get_by_role("combobox", name="pace").select_option("my events")
    page.reload()
    page.locator(".ev-player").wait_for()
    assert page.evaluate("[player.pace, document.querySelector('.ev-controls select').value]") == ["every", "every"]


def test_a_crash_is_offered_only_where_what_follows_is_known(open_page):
    page = open_page("stored")
    page.evaluate("player.find(88)")
    assert page.locator("[data-panel=lives] svg").first.is_visible()
    assert page.locator(".ev-lv-crash").count() == 0
    assert page.get_by_text("choose one to crash there").count() == 0


def test_work_in_hand_when_a_service_stops_ends_and_the_picture_says_so(open_page):
    page = open_page("branches")
    run = runs.classic(down=False).branch({"outage": "mailing-list", "for": "5s"}, at=18)
    rows = run.tables.rows
    list_ = [place.number for place in run.tables.places if place.service == "mailing-list"]
    begun = np.isin(rows["place"], list_) & (rows["started"] < 18) & (rows["ended"] > 18)
    until = round(1e6 * rows["ended"][begun].max())
    said = page.locator(".ev-fault-words").first
    page.evaluate(f"player.selection.set({{future: 2}}); player.goTo({until - 1000})")
    assert said.text_content() == "down; ends what it has begun"
    page.evaluate(f"player.goTo({until + 1000})")
    assert said.text_content() == "down"


def test_marks_of_an_outage_are_printed(open_page):
    page = open_page("two")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.ev-band')).printColorAdjust") == "exact"


def test_of_a_long_run_the_beginning_is_shown_and_it_says_so(pages, tmp_path, monkeypatch):
    monkeypatch.setattr("evsim.view.player.window.MOST", 600)
    run = runs.events(down=False)
    player = evsim.play(run)
    (shown,) = player.runs
    assert 500 < len(shown.tables.rows["place"]) <= 600
    until = shown.ended_at
    assert common_prefix(run, shown, until).rows == (run.tables.rows["born"] < until).sum()
    some, every = len(shown.tables.requests.row), len(run.tables.requests.row)
    assert f"{until:g} s of {run.ended_at:.0f} s, {some} of {every} customers" in player.film["window"]
    assert evsim.play(shown).film["window"] == ""
    player.to_html(tmp_path / "page.html")
    page = pages.open(tmp_path / "page.html", LAPTOP)
    assert page.get_by_text("This is the beginning").is_visible()
    pages.assert_no_trouble()


DAY = ("two-producers-four-consumers", "registration-hybrid", "unix-pipe", "saga-choreographed", "leader-failover")


@pytest.mark.parametrize("name", mostly_at_night(evsim.names(), *DAY))
def test_every_system_that_comes_along_plays(pages, tmp_path, name):
    run = evsim.load(name).run(until=3)
    evsim.play(run).to_html(tmp_path / "page.html")
    page = pages.open(tmp_path / "page.html", LAPTOP)
    page.evaluate("for (let t = 0; t < player.film.end; t += 100_000) player.goTo(t); player.find(3)")
    page.screenshot(path=PICTURES / f"player-{name}.png")
    pages.assert_no_trouble()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (900, "dark")])
def test_all_of_it_fits_on_a_laptops_screen(open_page, width, scheme):
    page = open_page("two", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 720})
    page.evaluate("player.find(88); player.goTo(10_500_000)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("button", name="play").bounding_box()["y"] < 700
    page.screenshot(path=PICTURES / f"player-{width}-{scheme}.png", full_page=True)


def test_without_scripts_the_page_shows_a_still(pages, files):
    context = pages.chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((files / "two.html").as_uri())
    still = page.locator(".ev-still img")
    assert still.is_visible()
    assert still.get_attribute("alt").startswith("Space-time diagram")
    context.close()
