"""The panels beside the player: their facts in Node against the records, and what a student does in a browser."""

import json
import re
from collections import Counter

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, given, settings

import evsim
from evsim.lesson.delivery_task import with_mail_server
from evsim.results.endings import Verdict
from evsim.view.flow import catch_ups, lines_of
from evsim.view.flow import scene as flow_scene
from evsim.view.lives import caption, lifelines_of
from evsim.view.lives import scene as lives
from evsim.view.player.film import film, future
from evsim.view.player.page import page
from evsim.view.promise import books
from evsim.view.promise import scene as promise
from evsim.view.scene.axes import Frame
from evsim.view.story import Story
from evsim.view.truth import State
from tests.books.systems import systems
from tests.browser.lab import Pages, browser
from tests.player.node import ask
from tests.player.test_page import PICTURES
from tests.support.nightly import by_day, mostly_at_night
from tests.view import runs

pytestmark = pytest.mark.ci

NAMES = ("classic", "events", "doubled", "refused", "cut", "two_workloads", "nobody", "few")
DAY = ("events", "doubled", "cut")
each_run = pytest.mark.parametrize("name", mostly_at_night(NAMES, *DAY))
any_system = settings(max_examples=by_day(15, 5), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def moments(run, count=7):
    """Some moments in microseconds, in the order of time, the last one the end of the film."""
    end = round(run.ended_at * 1e6)
    return [*np.linspace(0, end, count, endpoint=False).astype(int).tolist(), end]


# B: promise and truth.


def assert_promise_agrees(run):
    times = moments(run)
    question = """(film, [index]) => {
        const promises = new Promises(index);
        return film.times.map((t) => [promises.sum(t),
            [...Array(promises.known(t)).keys()].filter((place) => promises.state(place, t).odd)]);
    }"""
    (found,) = ask([film(run) | {"times": times}], question, {"promise": ["Promises"]})
    for time, (words, odd) in zip(times, found, strict=True):
        at = None if time == times[-1] else (time + 0.5) / 1e6  # a film's times are rounded
        state = State(run, at)
        if not near_a_moment(run, time):
            assert words == state.sum, time
            assert odd == np.flatnonzero(state.who(state.outcomes.odd)).tolist(), time


def near_a_moment(run, time):
    """Whether something happens so near that rounding to microseconds may put it on the other side."""
    tally = run.tables.requests
    events = np.concatenate([tally.arrived, tally.answered, run.tables.effects["time"]])
    return time < run.ended_at * 1e6 - 1 and bool((np.abs(events * 1e6 - time) < 1.5).any())


@each_run
def test_what_customers_were_told_and_what_is_true_is_what_the_still_picture_says(name):
    assert_promise_agrees(getattr(runs, name)())


def test_work_that_is_asked_for_again_makes_nothing_true_twice():
    replayed = evsim.load("registration-events").replace({
        "run.duration": "20s", "run.warmup": 0,
        "services.database.subscribe": {
            "channel": "customer-registered", "replay": {"at": "10s", "to": {"time": "5s"}},
        },
    })  # fmt: skip
    run = replayed.run(seed=1)
    assert len(run.records.replays)
    assert_promise_agrees(run)
    assert not run.outcomes.repeated.any()


@any_system
@given(systems())
def test_what_customers_were_told_and_what_is_true_is_right_for_any_system(scenario):
    assert_promise_agrees(scenario.run())


def test_the_effects_that_went_wrong_most_often_are_drawn_where_there_are_many():
    run = runs.doubled()
    question = "(film, [index]) => [new Promises(index).worst(1), new Promises(index).worst(9)]"
    ((worst, all_),) = ask([film(run)], question, {"promise": ["Promises"]})
    told = run.outcomes
    wrong = told.lacks.sum(axis=1) + (told.done > 1).sum(axis=1)
    assert worst == [int(np.argmax(wrong))]
    assert all_ == [0, 1]


# D: arrived, told, done.


def assert_flow_agrees(run):
    times = moments(run)
    question = """(film, [index]) => {
        const lines = linesOf(index);
        const gaps = film.times.map((t) => lines.slice(1).map((line) => gapAt(lines, line, t)));
        const lacking = film.times.map((t) => lines.map((line) => line.first ? lackingAt(index, line, t) : null));
        return [lines.map(({name, times}) => [name, [...times]]), gaps, lacking];
    }"""
    functions = {"flow": ["linesOf", "gapAt", "lackingAt"]}
    ((lines, gaps, lacking),) = ask([film(run) | {"times": times}], question, functions)
    assert_lacking_agrees(run, times, [name for name, _ in lines], lacking)
    expected = {name: np.round(np.sort(its) * 1e6).tolist() for name, its, _ in lines_of(run) if len(its)}
    assert {name: its for name, its in lines if its} == expected
    arrived = np.array(lines[0][1])
    for time, found in zip(times, gaps, strict=True):
        come = np.searchsorted(arrived, time, "right")
        for (name, its), gap in zip(lines[1:], found, strict=True):
            done = np.searchsorted(its, time, "right")
            assert (gap["come"], gap["done"], gap["backlog"]) == (come, done, come - done), (name, time)
            reached = 0 if not come else max(0, its[come - 1] - time) if len(its) >= come else None
            assert gap["wait"] == reached, (name, time)


def assert_lacking_agrees(run, times, names, lacking):
    """Of those who lack something at a moment: who never has it, and when the last of the others does."""
    arrived = np.round(run.tables.requests.arrived * 1e6)
    effects = run.tables.effects
    for column, name in enumerate(names):
        first = np.full(len(arrived), np.inf)
        if name == "told yes":
            first = np.where(~run.outcomes.yes, np.inf, np.round(run.tables.requests.answered * 1e6))
        elif name in run.tables.effect_names:
            its = (effects["name"] == run.tables.effect_names.index(name)) & np.isnan(run.tables.undone)
            np.minimum.at(first, run.tables.requests.customers[its], np.round(effects["time"][its] * 1e6))
        else:
            continue
        for time, found in zip(times, lacking, strict=True):
            lack = first[(arrived <= time) & (first > time)]
            there = lack[np.isfinite(lack)]
            expected = {"never": len(lack) - len(there), "last": float(there.max()) if len(there) else None}
            assert found[column] == expected, (name, time)


@each_run
def test_lines_and_gaps_are_those_of_the_records(name):
    assert_flow_agrees(getattr(runs, name)())


@any_system
@given(systems())
def test_lines_and_gaps_are_those_of_the_records_for_any_system(scenario):
    assert_flow_agrees(scenario.run())


def test_the_predicted_catch_up_stands_in_the_film():
    (lane,) = film(runs.events())["futures"][0]["lanes"]
    (found,), (expected,) = lane["catch_ups"], catch_ups(runs.events())
    assert (found["end"], found["done"]) == (13_000_000, expected.done)
    assert found["predicted"] == round(expected.predicted * 1e6)
    assert found["words"] == expected.arithmetic
    assert lane["books"] == books(runs.events()) and lane["complete"] is True


# C: one customer's way.


def assert_lives_agree(run, count=5):
    tally = run.tables.requests
    indices = np.unique(np.linspace(0, len(tally.row) - 1, count).astype(int)).tolist() if len(tally.row) else []
    wanted = [[tally.workloads[tally.workload[index]], int(tally.number[index])] for index in indices]
    question = """(film, lanes) => film.wanted.map(([workload, number]) => {
        const [life] = livesOf(lanes, lanes.map((index) => index.requestOf({workload, number})));
        const places = [...life.lines.flatMap(({from, to}) => [from, to]), ...life.bars.map(({x}) => x)];
        return {names: life.names, caption: life.caption, there: places.every(Number.isFinite),
            answered: life.answered, told: life.told,
            effects: life.effects.map(({time, effect}) => [time, film.effects[effect].name]),
            times: life.lines.flatMap(({leave, arrive}) => [leave, arrive]),
            bars: life.bars.map(({from, until}) => [from, until]),
            held: life.bars.filter(({look, words}) => look === "held" && film.services.some(
                (name) => words.endsWith(` waits for ${name}`))).map(({from, until}) => [from, until])};
    })"""
    data = film(run) | {"wanted": wanted, "services": list(run.scenario.services)}
    (found,) = ask([data], question, {"lives": ["livesOf"]})
    for (workload, number), life in zip(wanted, found, strict=True):
        story = Story(run, number, workload)
        whole = [story.arrived + time for _, time in named_times(story)]
        known = {round(time * 1e6) for time in whole if time == time} | {round(run.ended_at * 1e6)}
        effects = [[round((story.arrived + time) * 1e6), name] for time, name in story.standing]
        assert sorted(life["effects"]) == sorted(effects)
        assert set(life["times"]) <= known and life["there"]
        assert {time for bar in life["bars"] for time in bar} <= known
        assert all(end > begin for begin, end in life["bars"])
        assert sorted(map(tuple, life["held"])) == held_by_calls(run, story)
        if story.outcome != "pending":
            assert without_times(life["caption"]) == without_times(caption(story))
            assert life["answered"] == round((story.arrived + story.answered) * 1e6)
        (names,) = lifelines_of([story])
        assert sorted(life["names"]) == sorted(names) and life["names"][0] == "customer"


def held_by_calls(run, story):
    """When workers wait for those whom they call: also through the pause before they ask again."""
    first = run.tables.rows["first"]
    calls = [span for span in story.spans.values() if span.is_call and span.verdict != Verdict.COPY]
    asked = {span.row: (span.row if first[span.row] < 0 else first[span.row], span.attempt) for span in calls}
    given_up = {asked[span.row]: span.settled for span in calls}
    found = []
    for span in calls:
        duty, attempt = asked[span.row]
        begin = given_up.get((duty, attempt - 1), span.born)
        end = np.nanmin([span.settled, story.spans[span.parent].ended, run.ended_at - story.arrived])
        found.append(tuple(round((story.arrived + time) * 1e6) for time in (begin, end)))
    return sorted(each for each in found if each[0] < each[1])


def without_times(words):
    """Words without numbers, which may be rounded the other way where they were rounded before."""
    return re.sub(r"\d[\d.]* (ms|s|min)", "a time", words)


def named_times(story):
    for span in story.spans.values():
        for name in ("born", "ready", "leased", "arrived", "started", "ended", "settled", "replied", "late"):
            yield name, getattr(span, name)
    for message in story.messages.values():
        for name in ("published", "appended", "acknowledged", "confirmed_from"):
            yield name, getattr(message, name)
        for sending in message.sendings:
            yield from (("sent", sending.sent), ("arrived", sending.arrived))


@each_run
def test_a_life_is_what_the_story_tells(name):
    assert_lives_agree(getattr(runs, name)())


def test_a_life_in_which_dead_letters_go_back_has_them_come_from_their_channel():
    scenario = with_mail_server().replace({
        "faults": [{"outage": "mail-server", "at": "2s", "for": "2s"}], "run.duration": "10s", "run.warmup": 0,
        "services.mailing-list.subscribe": {"channel": "customer-registered", "dead_letter": "letters"},
        "channels.letters": {"queue": {"redrive": {"at": "6s", "rate": "10/s"}}},
    })  # fmt: skip
    run = scenario.run()
    assert run.summary()["dead"] > 3
    assert_lives_agree(run, 25)


@any_system
@given(systems())
def test_a_life_is_what_the_story_tells_in_any_system(scenario):
    assert_lives_agree(scenario.run())


def test_lifelines_that_two_designs_share_stand_in_one_order():
    question = """(film, lanes) => livesOf(lanes, lanes.map((index) => index.requestOf(film.customer)))
        .flatMap(({names}) => names)"""
    data = film(runs.classic(), runs.events()) | {"customer": {"workload": "register-page", "number": 20}}
    (found,) = ask([data], question, {"lives": ["livesOf"]})
    ticks = lives(runs.classic(), runs.events(), request=20).x.ticks
    heads = [text.replace("-\n", "-").strip() for _, text in ticks]
    assert found == heads


def test_crash_points_lie_in_the_work_of_their_service():
    question = """(film, lanes) => livesOf(lanes, lanes.map((index) => index.requestOf(film.customer)))
        .map((life) => life.crashPoints().map(({service, time}) => [service, time]))"""
    run = runs.events(down=False)
    data = film(run) | {"customer": {"workload": "register-page", "number": 20}}
    ((points,),) = ask([data], question, {"lives": ["livesOf"]})
    story = Story(run, 20)
    work = {span.service: (span.started, span.ended) for span in story.spans.values()}
    assert {service for service, _ in points} == {"register", "database", "mailing-list"}
    for service, time in points:
        begin, end = (round((story.arrived + each) * 1e6) for each in work[service])
        assert begin < time <= end
    assert len(points) == 4  # before register publishes and before it ends; before each of the others ends


# The scenes of the panels, and those of the still pictures.

DRAWN = """(film, [index]) => [
    flowScene(index, linesOf(index), {end: film.end, most: 1.04 * Math.max(1, index.arrivals.length), until: Infinity}),
    promiseScene(new Promises(index), new Promises(index).worst(6), film.at, film.at),
    ...livesOf([index], [film.who]).map((life) => livesScene(film, [life], 1.03 * (life.end - life.begin)).scene)]"""
SCENES_OF_PANELS = {
    "flow": ["flowScene", "linesOf"], "promise": ["promiseScene", "Promises"], "life-scene": ["livesScene"],
    "lives": ["livesOf"],
}  # fmt: skip


def assert_alike(one, other, where):
    """The same words, looks and order, and the same numbers but for rounding."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name in one:
            assert_alike(one[name], other[name], f"{where} {name}")
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for place, pair in enumerate(zip(one, other, strict=True)):
            assert_alike(*pair, f"{where} {place}")
    elif isinstance(one, float | int) and not isinstance(one, bool):
        assert one == pytest.approx(other, rel=2e-4, abs=2e-5), where
    else:
        assert one == other, where


def assert_panels_draw_what_pictures_draw(run):
    made, number = film(run), len(run.tables.requests.row)
    at = round(0.6 * made["end"])
    ((flows, columns, life),) = ask([made | {"at": at, "who": 1}], DRAWN, SCENES_OF_PANELS)
    stills = (
        flow_scene(run, Frame(made["end"] / 1e6, 1.04 * number)),
        promise(run, (at + 0.5) / 1e6, frame=Frame(number)),
    )
    for found, still in zip((flows, columns), stills, strict=True):
        still = json.loads(json.dumps(still.to_dict()))
        for mark in found["marks"]:
            mark.pop("room", None)  # of words that change with the time
        for part in ("x", "marks", *(["y"] if found is flows else [])):
            assert_alike(found[part], still[part], part)
        assert [text for _, text in found["y"]["ticks"]] == [text for _, text in still["y"]["ticks"]]
        assert [band["words"].partition(" for ")[0] for band in found["bands"]] == [
            band["words"].partition(" for ")[0]
            for band in still["bands"]  # at a moment one does not know for how long
        ]
    tally = run.tables.requests
    still = lives(run, request=int(tally.number[1]), workload=tally.workloads[tally.workload[1]])
    still = json.loads(json.dumps(still.to_dict()))
    assert life["legend"] == still["legend"]
    assert looks_of(life) == looks_of(still)
    assert life["y"]["label"] == still["y"]["label"]


def looks_of(scene):
    """How many marks of each name and look there are; the words of the panel stand above it."""
    marks = [mark for mark in scene["marks"] if mark["kind"] != "text"]
    return Counter((mark["kind"], mark["name"], mark["look"]["colour"], mark["look"]["marker"]) for mark in marks)


@pytest.mark.parametrize("name", mostly_at_night([name for name in NAMES if name != "nobody"], *DAY))
def test_panels_draw_the_marks_of_the_still_pictures_in_their_looks_and_order(name):
    assert_panels_draw_what_pictures_draw(getattr(runs, name)())


# In a browser.


@pytest.fixture(scope="module")
def pages():
    with browser() as chromium:
        yield Pages(chromium)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = tmp_path_factory.mktemp("panels")
    evsim.play(runs.classic(), runs.events()).to_html(folder / "two.html")
    evsim.play(runs.nobody()).to_html(folder / "nobody.html")
    evsim.play(runs.many(20)).to_html(folder / "many.html")
    (folder / "crash.html").write_text(page(crashable(), "crash"), encoding="utf-8")
    return folder


def crash_moment():
    """The moment just before the database writes the row of customer 20, in microseconds."""
    story = Story(runs.classic(down=False), 20)
    return round((story.arrived + story.effects[0][0]) * 1e6) - 1


def crashable():
    """A film with a crash of the database just before it writes the row of customer 20."""
    run, at = runs.classic(down=False), crash_moment()
    fault = {"crash": "database", "for": "1s"}
    made = film(run)
    names = [effect["name"] for effect in made["effects"]]
    crashed = {"registration-classic": run.branch(fault, at=at / 1e6)}
    made["futures"].append(future(crashed, names, "crash", fault, at / 1e6))
    made["breaks"] = [{"id": "crash", "label": "database crashes", "fault": fault, "moments": [at]}]
    return made


@pytest.fixture
def open_page(pages, files):
    def open_(name, width=1280, **settings):
        page = pages.open(files / f"{name}.html", {"width": width, "height": 900}, **settings)
        page.locator(".ev-panels").wait_for()
        return page

    yield open_
    pages.assert_no_trouble()


def columns(page, design=0):
    return page.locator(".ev-pr-columns").nth(design)


def click_column(page, place, of, design=0):
    left, right = axis(columns(page, design))
    box = columns(page, design).bounding_box()
    page.mouse.click(left + (place + 0.5) / of * (right - left), box["y"] + box["height"] / 2)


def axis(picture):
    """Where the time axis of a picture begins and ends on the page."""
    line = picture.locator("svg path[stroke='#8a8a90']").first.bounding_box()
    return line["x"], line["x"] + line["width"]


def test_a_click_on_a_column_opens_that_customer_everywhere(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(20_000_000)")
    count = len(runs.classic().tables.requests.row)
    order = np.argsort(runs.classic().tables.requests.arrived, kind="stable").tolist()
    state = State(runs.classic())
    odd = np.flatnonzero(state.who(state.outcomes.error_yet_true))[3]
    columns(page).scroll_into_view_if_needed()
    click_column(page, int(odd), count)
    number = int(runs.classic().tables.requests.number[order[odd]])
    assert page.evaluate("player.selection.get().customer") == {"workload": "register-page", "number": number}
    assert f"You are customer {number}." in page.locator(".ev-me").inner_text()  # the player
    captions = page.locator(".ev-lv-captions p").all_inner_texts()  # C
    stories = [Story(run, number) for run in (runs.classic(), runs.events())]
    assert captions == [f"{name}: {caption(story)}" for name, story in zip(("classic", "events"), stories)]
    assert re.match(rf"customer {number}: told an error after", columns(page).get_attribute("aria-valuetext"))
    page.locator(".ev-panels").screenshot(path=PICTURES / "panels.png")


def test_columns_are_chosen_by_keys_and_page_keys_go_to_odd_ones(open_page):
    page = open_page("two")
    page.evaluate("player.goTo(20_000_000)")
    columns(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("player.selection.get().customer.number") == 1
    page.keyboard.press("PageDown")
    state = State(runs.classic(), at=20)
    odd = np.flatnonzero(state.who(state.outcomes.error_yet_true))
    assert page.evaluate("player.selection.get().customer.number") == odd[0]
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert page.evaluate("player.selection.get().customer.number") == odd[0]
    assert page.evaluate("player.selection.get().time") == 20_000_000


def test_the_sentence_is_the_sum_of_the_still_picture_at_that_moment(open_page):
    page = open_page("two")
    for time in (8.1234567, 12.0, 99):
        page.evaluate(f"player.goTo({round(time * 1e6)})")
        sums = page.locator(".ev-pr-sum").all_inner_texts()
        at = None if time == 99 else time
        assert sums == [f"{State(run, at).sum}." for run in (runs.classic(), runs.events())]
    assert page.locator(".ev-pr-books").first.inner_text() == "\N{CHECK MARK} the books balance"


def painted(page, design, row):
    """How many columns have a bar in a row of a picture."""
    mark = columns(page, design).locator(f".mark[data-name^='{row}: '] path").first
    return mark.get_attribute("d").count("M") if mark.count() else 0


def test_time_fills_the_columns_as_answers_and_effects_come(open_page):
    page = open_page("two")
    before = (0, 0)
    for time in (5, 12, 20, 99):
        page.evaluate(f"player.goTo({time * 1_000_000})")
        state = State(runs.events(), at=time)
        done = painted(page, 1, "told"), painted(page, 1, state.names[0])
        assert done == (state.who(state.outcomes.yes).sum(), (state.effect(state.names[0])[0] > 0).sum())
        assert done > before
        before = done


@pytest.mark.parametrize("time", mostly_at_night([3.3, 9.7, 12.9, 16.1], 9.7))
def test_the_brackets_give_backlog_and_wait_as_numpy_counts_them(open_page, time):
    page = open_page("two")
    page.evaluate(f"player.goTo({round(time * 1e6)})")
    for design, run in enumerate((runs.classic(), runs.events())):
        lines = {name: np.round(np.sort(its) * 1e6) for name, its, _ in lines_of(run)}
        chart = page.locator(".ev-flow").nth(design)
        chart.get_by_role("button", name="subscription").click()
        come = np.searchsorted(lines["arrived"], time * 1e6, "right")
        backlog = come - np.searchsorted(lines["subscription"], time * 1e6, "right")
        texts = chart.locator(".ev-fl-number.backlog").all_text_contents()
        assert texts == ([f"{backlog:,}"] if backlog else [])
        wait = max(0.0, lines["subscription"][come - 1] / 1e6 - time)
        texts = chart.locator(".ev-fl-number.wait").all_text_contents()
        requests = run.tables.requests
        has = requests.first_time[run.tables.effect_names.index("subscription")]
        lack = has[(requests.arrived <= time) & ~(has <= time)]
        never = int(np.isnan(lack).sum())
        # A wait is nobody's where some never have it; then the sentence counts them.
        assert texts == ([evsim.view.words.seconds(wait)] if backlog and not never else [])
        last = evsim.view.words.seconds(float(np.nanmax(lack)) - time) if never < len(lack) else None
        sentence = chart.locator(".ev-fl-sentence").inner_text()
        assert (f"{never} of them never" in sentence) == bool(never and last), sentence
        assert (f"{last} from now." in sentence) == bool(backlog and last), sentence
        assert f"{come} arrived" in chart.inner_text()


def test_a_click_on_the_chart_goes_to_that_time(open_page):
    page = open_page("two")
    chart = page.locator(".ev-flow .evsim-scene").first
    chart.scroll_into_view_if_needed()
    left, right = axis(chart)
    page.mouse.click((left + right) / 2, chart.bounding_box()["y"] + 60)
    assert page.evaluate("player.selection.get().time / player.film.end") == pytest.approx(0.5, abs=0.005)


def test_a_click_on_a_mark_of_a_life_goes_to_its_moment(open_page):
    page = open_page("two")
    page.evaluate("player.find(20)")
    mark = page.locator("[data-panel=lives] .mark[data-name='customer row'] path").first
    mark.click()
    story = Story(runs.classic(), 20)
    assert page.evaluate("player.selection.get().time") == round((story.arrived + story.effects[0][0]) * 1e6)
    mark.hover()
    assert re.fullmatch(r"customer row, \d+(\.\d+)? ms", page.locator(".ev-tip").inner_text())


def test_a_diamond_crashes_there_and_the_life_is_another(open_page):
    page = open_page("crash")
    page.evaluate("player.find(20)")
    before = page.locator(".ev-lv-captions").inner_text()
    (diamond,) = page.locator(".ev-lv-crash").all()
    assert diamond.get_attribute("aria-label").startswith("crash database here")
    diamond.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[player.selection.get().future, player.selection.get().time]") == [1, crash_moment()]
    run = runs.classic(down=False).branch({"crash": "database", "for": "1s"}, at=crash_moment() / 1e6)
    story = Story(run, 20)
    assert story.outcome == "error" and not story.effects
    assert page.locator(".ev-lv-captions").inner_text() == f"{caption(story)} (was: {before})"
    page.locator(".ev-panels").screenshot(path=PICTURES / "panels-crashed.png")


LOOKS = [
    ("two", "light", 1280), ("two", "dark", 900), ("nobody", "light", 1280), ("many", "light", 1280),
    ("crash", "dark", 1280),
]  # fmt: skip


@pytest.mark.parametrize(("name", "scheme", "width"), mostly_at_night(LOOKS, LOOKS[1], LOOKS[2]))
def test_axe_finds_no_fault_in_the_panels(open_page, name, scheme, width):
    page = open_page(name, width, color_scheme=scheme)
    page.evaluate("player.find(20); player.goTo(9_500_000)")
    found = Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".ev-panels").screenshot(path=PICTURES / f"panels-{name}-{scheme}.png")


def test_every_mark_of_the_panels_says_what_it_is(open_page):
    page = open_page("two")
    page.evaluate("player.find(92); player.goTo(12_000_000)")
    words = page.evaluate(
        """() => [...document.querySelectorAll(".ev-panels .mark:not([data-name='']) > :not(text)")]
            .map((node) => [node.outerHTML, node.words?.() ?? null])"""
    )
    assert len(words) > 40 and [mark for mark, said in words if not said] == []
    assert not [said for _, said in words if re.search(r"undefined|NaN|null|object", said)]


def test_of_effects_that_are_as_slow_the_first_six_are_lines_and_one_that_nobody_is_to_have_is_none():
    effects = [f"mark-{number}" for number in range(1, 8)]
    steps = [{"maybe": {"probability": 0, "then": [{"effect": "never"}]}}, *({"effect": name} for name in effects)]
    run = evsim.Scenario.from_dict({
        "name": "desk", "workloads": {"page": {"target": "desk", "arrivals": {"constant": "5/s"}}},
        "services": {"desk": {"handle": [*steps, {"reply": "yes"}]}}, "run": {"duration": "2s"},
    }).run()  # fmt: skip
    assert [name for name, _, _ in lines_of(run)] == ["arrived", "told yes", *effects[:6]]
    assert "the 6 slowest effects, 1 left out" in flow_scene(run).x.label
    assert_flow_agrees(run)
