"""Toys: players with one verb; what they say is what the records have, and no future shows before it is played."""

import numpy as np
import pytest

import evsim
from evsim.lesson.toys import LENGTHS, MOMENTS, TOYS
from evsim.scenario import ScenarioError
from evsim.view.player.shows import ALL
from evsim.view.promise import promise_sentence
from evsim.view.words import seconds
from tests.browser.lab import Pages, browser
from tests.player.test_page import PICTURES, SCREEN, STEPS
from tests.support.nightly import mostly_at_night

pytestmark = pytest.mark.ci


@pytest.fixture(scope="module")
def pages():
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        yield Pages(chromium)


@pytest.fixture(scope="module")
def toys():
    return {name: evsim.toy(name) for name in TOYS}


@pytest.fixture
def open_toy(pages, toys, tmp_path):
    """A function that opens a toy as a page; nothing may go wrong on it."""

    def open_(name, **moments):
        toys[name].to_html(tmp_path / "toy.html", **moments)
        page = pages.open(tmp_path / "toy.html", {"width": 1100, "height": 700})
        page.locator(".ev-player").wait_for()
        return page

    yield open_
    pages.assert_no_trouble()


# How many pixels of the bar are in the colour of an answer, behind the moment that is shown.
TO_COME = """() => {
    const {canvas, film, seen} = player.bar;
    const {width, height} = canvas;
    const left = Math.min(width - 1, Math.ceil((width * seen) / film.end) + 3);
    const {data} = canvas.getContext("2d").getImageData(left, 0, width - left, height);
    let many = 0;
    for (let at = 0; at < data.length; at += 4)
        many += data[at + 3] > 60 && Math.max(data[at], data[at + 2]) - Math.min(data[at], data[at + 2]) > 60;
    return many;
}"""


def to_my_end(page):
    page.evaluate("player.clock.stop(); player.goTo(player.lastOfMine(player.selection.get().customer))")


def test_each_toy_has_its_verb_and_little_else(toys):
    for name, player in toys.items():
        shows = player.film["toy"]["shows"]
        assert set(shows) <= set(ALL)
        if name != "console":
            assert len(shows) <= 4 and player.film["toy"]["hides"], name
        assert player.designs == list(TOYS[name].designs)
    assert {"register", "bar", "fault", "promise", "lives", "flow"} <= set(toys["console"].film["toy"]["shows"])


def test_what_is_no_toy_and_nothing_to_show_is_refused():
    with pytest.raises(ScenarioError, match="there is no toy 'one'; there are both pages are wrong, one customer"):
        evsim.toy("one")
    with pytest.raises(
        ScenarioError, match="shows: 'lamp' is nothing that a player shows; there are register, again, login"
    ):
        evsim.play(evsim.load("registration-events").run(until=3), shows=["lamp"])


def test_a_telephone_says_what_the_page_says_what_a_login_finds_and_what_mail_came(open_toy, toys):
    page = open_toy("two ways")
    page.get_by_role("button", name="Register").click()
    page.evaluate("player.clock.stop()")
    classic, events = (run.tables.requests for run in toys["two ways"].runs)
    row = events.first_time[toys["two ways"].runs[1].tables.effect_names.index("customer row")][0] - events.arrived[0]
    asked = events.arrived[0]
    told, inbox, login = page.locator(".ev-screen"), page.locator(".ev-inbox"), page.locator(".ev-login-answer")
    page.evaluate(f"player.goTo({round(1e6 * (asked + events.response[0])) + 1})")
    assert told.all_inner_texts() == ["please wait", "registered"]
    assert inbox.all_inner_texts() == ["no mail"] * 2
    page.get_by_role("button", name="log in").last.click()
    assert login.last.inner_text() == f"after {seconds(events.response[0])}: we do not know you"
    page.evaluate(f"player.goTo({round(1e6 * (asked + row)) + 1000})")
    page.get_by_role("button", name="log in").last.click()
    assert login.last.inner_text().endswith("welcome")
    page.evaluate("player.goTo(player.selection.get().time - 1000)")
    assert login.last.inner_text().endswith("we do not know you")  # what was answered then
    to_my_end(page)
    assert page.locator(".ev-payoff").inner_text().split("\n") == [
        f"classic: You waited {seconds(classic.response[0])}. It was true.",
        f"events: Told yes after {seconds(events.response[0])}. "
        f"It was true {seconds(events.completion[0] - events.response[0])} later.",
    ]
    page.screenshot(path=PICTURES / "toy-two-ways.png")


def test_time_goes_by_only_when_somebody_pressed_and_stops_after_ones_own_story(open_toy):
    page = open_toy("one customer")
    assert page.evaluate("[player.clock.running, player.selection.get().time]") == [False, 0]
    page.get_by_role("button", name="Register").click()
    assert page.evaluate("player.clock.running && player.read().end") == page.evaluate(
        "player.lastOfMine(player.selection.get().customer)"
    )
    assert page.evaluate("player.speed") == pytest.approx(1 / 30)
    assert page.locator(".ev-bar, .ev-lamps, .ev-panel").count() == 0


def test_a_second_press_is_of_the_same_person_and_one_reads_who_has_two_rows(open_toy, toys):
    page = open_toy("press again")
    for _ in range(2):
        page.get_by_role("button", name="Register").click()
        to_my_end(page)
    classic, events = toys["press again"].runs
    assert classic.tables.request_keys.tolist() == ["0", "0"] and not classic.outcomes.yes[0]
    lines = []
    for name, run in (("classic", classic), ("events", events)):
        counts = dict(zip(run.outcomes.names, run.outcomes.done.sum(axis=1).tolist(), strict=True))
        words = [f"1 {each}" if many == 1 else f"{many} {each}s" for each, many in counts.items()]
        lines.append(f"{name}: Pressed twice: {', '.join(words)}.")
    assert lines[0] == "classic: Pressed twice: 2 customer rows, 1 subscription."
    assert page.locator(".ev-payoff").inner_text().split("\n") == lines
    page.get_by_role("button", name="log in").first.click()
    assert "2 rows have your name" in page.locator(".ev-login-answer").first.inner_text()
    before = page.evaluate(SCREEN)
    for _ in range(STEPS):
        page.keyboard.press("ArrowLeft")
    assert page.evaluate(SCREEN) != before
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
    to_my_end(page)
    assert page.evaluate(SCREEN) == before


def test_in_the_console_a_person_presses_again_and_steps_lead_back(open_toy, toys):
    page = open_toy("console")
    run = toys["console"].runs[0]
    keys = run.tables.request_keys
    first, second = np.flatnonzero(keys == next(each for each in keys if (keys == each).sum() == 2)).tolist()
    again = page.get_by_role("button", name="Register again")
    assert again.get_attribute("aria-disabled") == "true"
    number = run.tables.requests.number
    page.evaluate(f"player.find({number[first]})")
    again.click()
    page.get_by_role("button", name="pause").click()
    assert page.evaluate("player.selection.get().customer.number") == number[second]
    page.evaluate(f"player.goTo({round(run.ended_at * 1e6)})")
    done = [each.outcomes.done[:, [first, second]].sum(axis=1).tolist() for each in toys["console"].runs]
    assert done == [[2, 2], [2, 2]]
    me = page.locator(".ev-me").inner_text()
    assert me.count("Pressed twice: 2 customer rows, 2 subscriptions.") == 2
    assert again.get_attribute("aria-disabled") == "true"  # they do not come a third time
    asked = round(run.tables.requests.arrived[second] * 1e6)
    page.evaluate(f"player.goTo({asked})")
    bar = page.get_by_role("slider", name="time")
    bar.press("ArrowRight")
    before = page.evaluate(SCREEN)
    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(STEPS):
            page.keyboard.press(key)
        assert (page.evaluate(SCREEN) == before) == (key == "ArrowLeft")


def test_looks_count_the_strangers(open_toy, toys):
    page = open_toy("look too early")
    page.get_by_role("button", name="Register").click()
    page.evaluate("player.clock.stop(); player.goTo(player.selection.get().time * 0 + 1_020_000)")
    page.get_by_role("button", name="log in").click()
    (run,) = toys["look too early"].runs
    after = run.tables.requests.first_time[run.tables.effect_names.index("customer row")] - run.tables.requests.arrived
    said = f"20 ms after the press, {(after > 0.02).sum()} of {len(after)} customers are still strangers."
    assert page.get_by_text(said).is_visible()
    assert page.locator(".ev-looks-mark").count() == 1


PLUGS = [("break it", "mailing-list"), ("break the broker", "customer-registered")]


@pytest.mark.parametrize(("name", "part"), mostly_at_night(PLUGS, PLUGS[1]))
def test_a_plug_is_pulled_and_put_back_and_the_end_is_what_a_run_counts(open_toy, toys, name, part):
    page = open_toy(name, moments=MOMENTS, lengths=LENGTHS)
    called = "the broker" if part == "customer-registered" else part
    hidden = "[...document.querySelectorAll('.ev-band')].every((band) => band.hidden)"
    page.evaluate("player.clock.start = () => {}; player.goTo(2_400_000)")  # here time goes by in steps
    page.get_by_role("button", name=f"pull the plug of {called}").press("Enter")
    page.get_by_text("out at second 3").wait_for()
    page.evaluate("player.goTo(2_500_000)")
    assert page.evaluate(hidden) and page.evaluate(TO_COME) == 0  # it has not happened yet
    page.evaluate("player.goTo(4_400_000)")
    assert not page.evaluate(hidden)
    assert page.locator(".ev-plug-head.out").count() == (2 if part == "mailing-list" else 1)
    page.locator(f".ev-plug-reach[data-part={part}]").last.click()  # the same, with a pointer
    page.get_by_text("back by itself at second 5").wait_for()
    page.evaluate("player.goTo(player.film.end)")
    expected = []
    for design, run in zip(toys[name].designs, toys[name].runs, strict=True):
        there = part in {*run.scenario.services, *run.scenario.channels}
        its = run.branch({"outage": part, "for": 2}, 3) if there else run
        late = its.outcomes.odd_kinds()["late"][1].sum()
        lied = f" For {late} of those told yes it was not true a second later." if late else ""
        expected.append(f"{design}: {promise_sentence(its)}.{lied}")
    assert page.locator(".ev-payoff").inner_text().split("\n") == expected
    page.screenshot(path=PICTURES / f"toy-{name.replace(' ', '-')}.png")
    page.evaluate("player.bar.hides = false; player.bar.seen = 3e6; player.bar.paint()")
    assert page.evaluate(TO_COME) > 0  # what would be seen
    page.get_by_role("button", name="to the start").press("Enter")
    assert page.evaluate("[player.selection.get().future, player.selection.get().time]") == [0, 0]


def test_a_bet_is_drawn_before_the_run_is_laid_over_it(open_toy, toys):
    page = open_toy("it recovers")
    bet = toys["it recovers"].film["toy"]["bet"]
    assert page.evaluate("player.selection.get().time") == bet["until"]
    assert page.locator(".ev-bet-line.truth").get_attribute("d") == ""
    handle = page.get_by_role("slider", name="when nobody waits any more")
    second = float(handle.get_attribute("aria-valuenow"))
    handle.press("ArrowRight")
    assert float(handle.get_attribute("aria-valuenow")) == second + 0.25
    box = page.locator(".ev-bet-chart").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.95 * box["height"], steps=4)
    page.mouse.up()
    drawn = float(handle.get_attribute("aria-valuenow"))
    assert drawn > second
    page.get_by_role("button", name="let it run").press("Enter")
    page.evaluate("player.clock.stop(); player.goTo(player.film.end)")
    said = page.locator(".ev-payoff").inner_text()
    assert said.startswith(f"You drew the end at second {drawn:g}; it was second {bet['truth'] / 1e6:.1f}, ")
    assert said.endswith(f"The arithmetic: {bet['words']}.")
    handle.press("ArrowRight")
    assert float(handle.get_attribute("aria-valuenow")) == drawn  # a bet that is on stays
    page.get_by_role("button", name="draw it again").click()
    assert page.evaluate("player.selection.get().time") == bet["until"]
    page.screenshot(path=PICTURES / "toy-bet.png")


def test_a_line_forms_and_it_is_counted(open_toy, toys):
    player = toys["a line forms"]
    page = open_toy("a line forms")
    ends = set()
    for number, future in enumerate(player.film["futures"]):
        page.evaluate(f"player.selection.set({{future: {number}}}); player.goTo(player.film.end)")
        (words,) = future["changed"]
        assert words in page.locator(".ev-changed").inner_text()
        ends.add(page.evaluate("player.film.end"))
    assert len(ends) == 1  # the axis holds still
    shares = [int(future["changed"][0].split("busy ")[1].split("%")[0]) for future in player.film["futures"]]
    assert shares == sorted(shares)
