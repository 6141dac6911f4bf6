"""The player as a page that stands alone, in a real browser: what a student does, by pointer and by keys.

Pictures are left in build/screenshots.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

import evsim
from tests.browser.lab import ROOT, browser
from tests.view import runs

PICTURES = ROOT / "build/screenshots"
STEPS = 50

# Everything that is on the screen: elements, attributes in any order, texts.
SCREEN = """() => {
    const seen = (node) => node.nodeType === Node.TEXT_NODE ? node.data : [
        node.tagName, [...node.attributes].map(({name, value}) => `${name}=${value}`).sort(),
        [...node.childNodes].map(seen)];
    return JSON.stringify(seen(document.querySelector(".ev-player")));
}"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    cast = {"two": (runs.classic(), runs.events()), "one": (runs.doubled(),), "nobody": (runs.nobody(),)}
    for name, its in cast.items():
        evsim.play(*its).to_html(folder / f"{name}.html")
    return folder


@pytest.fixture
def open_page(chromium, files):
    """A function that opens a page and gives it; nothing may go wrong on it, and nobody else be asked."""
    opened = []

    def open_(name, **settings):
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, **settings)
        page = context.new_page()
        trouble = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: message.type == "error" and trouble.append(message.text))
        page.on("request", lambda request: trouble.append(request.url) if request.url.startswith("http") else None)
        page.goto((files / f"{name}.html").as_uri())
        page.locator(".ev-player").wait_for()
        opened.append((context, trouble))
        return page

    yield open_
    for context, trouble in opened:
        context.close()
        assert not trouble


def test_who_presses_register_is_the_next_customer_and_is_told(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(8_000_000)")
    page.get_by_role("button", name="Register").click()
    assert page.evaluate("player.selection.get().customer.number") == 88  # the first to come after 8 s
    told = "You are customer 88. Classic: told an error after 111 ms, but customer row is there"
    page.locator(".ev-me").filter(has_text=told).wait_for()
    page.get_by_role("button", name="pause").click()
    classic, events = page.locator(".ev-form").all()
    assert "error" in classic.inner_text() and "registered" in events.inner_text()
    assert "4.7 ms" in events.inner_text()  # the stopwatch stands still
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "player-registered.png")


def test_fifty_steps_back_and_fifty_forward_give_the_identical_screen(open_page):
    page = open_page("two")
    bar = page.get_by_role("slider", name="time")
    page.evaluate("player.goTo(9_000_000)")
    for _ in range(2 * STEPS):
        bar.press("ArrowRight")
    before, time = page.evaluate(SCREEN), bar.get_attribute("aria-valuenow")
    for _ in range(STEPS):
        bar.press("ArrowLeft")
    assert float(bar.get_attribute("aria-valuenow")) < float(time)
    assert page.evaluate(SCREEN) != before
    for _ in range(STEPS):
        bar.press("ArrowRight")
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
    assert state["time"] == round(runs.classic().tally.arrived[number] * 1e6)
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


@pytest.mark.parametrize(("name", "scheme"), [("two", "light"), ("two", "dark"), ("one", "light"), ("nobody", "light")])
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


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (900, "dark")])
def test_all_of_it_fits_on_a_laptops_screen(open_page, width, scheme):
    page = open_page("two", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 720})
    page.evaluate("player.find(88); player.goTo(10_500_000)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("button", name="play").bounding_box()["y"] < 700
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"player-{width}-{scheme}.png", full_page=True)


def test_without_scripts_the_page_shows_a_still(chromium, files):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((files / "two.html").as_uri())
    still = page.locator(".ev-still img")
    assert still.is_visible()
    assert still.get_attribute("alt").startswith("Space-time diagram")
    context.close()
