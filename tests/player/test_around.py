"""What lies around the stage, in any film: bar, jumps, keys, clock, search, and what of the future is hidden.

The whole player is mounted in Node on an imitation of a page (js/fake-page.js), and used at random moments; what it
then shows is worked out from the records and the film.
"""

import random

import pytest
from hypothesis import given, settings

from evsim.lesson import lesson_size
from evsim.view.player.film import film
from tests.books.holding import examples
from tests.exports.plain import Plain, micro
from tests.exports.runs import a_run
from tests.player.node import ask
from tests.player.reference_around import Around
from tests.player.test_film import NO_SHRINKING
from tests.player.test_state import SEVERAL, moments

pytestmark = pytest.mark.slow

MODULES = {
    "player": ["mountPlayer"], "panels": ["PANELS"], "flow": ["gapKnown", "linesOf", "slowestAt"], "lives": ["livesOf"],
    "promise": ["Promises"], "words": ["duration"], "../../../../tests/player/js/fake-page": ["fakePage"],
}  # fmt: skip
QUESTION = """(film) => {
    const body = fakePage();
    const player = mountPlayer(body, film, {panels: PANELS, branch: async () => {}});
    const {bar, controls, selection} = player;
    const percent = (node, what) => parseFloat(node.style[what]);
    const now = () => { const {time, customer} = selection.get(); return [time, customer]; };
    const painted = () => {
        bar.paint();
        return bar.canvas.pen.painted;
    };
    const flow = (lane) => {
        const {time} = selection.get();
        const [index, all] = [player.lanes()[lane], player.until() >= film.end];
        const lines = linesOf(index);
        const gap = gapKnown(index, lines, slowestAt(lines, time), time, all);
        const waits = body.querySelectorAll(".ev-flow")[lane].querySelector(".wait");
        return {said: body.querySelectorAll(".ev-fl-sentence")[lane].textContent, words: gap.words, all,
            wait: waits?.textContent ?? "", waits: gap.wait ? duration(gap.wait) : "", micros: gap.wait,
            x: numbers(body.querySelectorAll(".ev-flow")[lane].querySelector(".ev-fl-cursor"))[0],
            until: gap.wait ? numbers(brackets(lane).at(-1))[3] : null};
    };
    const brackets = (lane) => body.querySelectorAll(".ev-fl-brackets")[lane].querySelectorAll("path");
    const numbers = (node) => node.getAttribute("d").match(/[-.\\d]+/g).map(Number);
    /* Whether what became of them is told, and how many bands of faults are drawn beside them and above. */
    const hidden = () => {
        const {time, customer} = selection.get();
        const lanes = player.lanes();
        const requests = lanes.map((index) => customer ? index.requestOf(customer) : undefined);
        const lives = livesOf(lanes, requests).filter(Boolean);
        const bands = (name) => body.querySelectorAll(name).map((node) => node.querySelectorAll("rect")
            .filter((rect) => rect.nodes.some(({tagName}) => tagName === "title")).length);
        const lines = player.rows.map((row, lane) => [row.words.textContent, player.events().lanes[lane].times
            .findLast((each) => each <= time) ?? null]);
        return {lives: lives.length, captions: !body.querySelector(".ev-lv-captions").hidden,
            over: lives.every(({end}) => end <= player.until()), bands: [bands(".ev-flow"), bands(".ev-pr")], lines};
    };
    const crashes = () => {
        const {customer} = selection.get();
        const lanes = player.lanes();
        const lives = livesOf(lanes, lanes.map((index) => customer ? index.requestOf(customer) : undefined));
        const points = lives.flatMap((life) => life ? life.crashPoints() : []);
        const drawn = points.length ? body.querySelectorAll(".ev-lv-crash").length : 0;
        return {drawn, known: points.filter(({time}) => time <= player.until()).length, all: points.length};
    };
    const moments = film.moments.map(([time, customer]) => {
        player.goTo(time, {customer});
        return {
            clock: player.time.textContent,
            bands: bar.bands.children.map((node) =>
                [percent(node, "left"), percent(node, "width"), node.textContent, node.hidden]),
            painted: painted(),
            head: [percent(bar.head, "left"), bar.head.getAttribute("data-side"), bar.head.textContent],
            mine: bar.mine.hidden ? null : percent(bar.mine, "left"),
            track: ["max", "now", "text"].map((name) => bar.track.getAttribute(`aria-value${name}`)),
            jumps: controls.jumps.children.map((group) => [group.getAttribute("label"),
                group.children.map((option) => [option.textContent, option.hidden, option.disabled])]),
            flow: player.lanes().map((_, lane) => flow(lane)),
            crashes: crashes(), hidden: hidden(),
        };
    });
    const axis = bar.axis.children.map((node) => [node.textContent, percent(node, "left")]);
    const go = body.all().find((node) => node.getAttribute("aria-label") === "jump there");
    const jumps = controls.jumps.options.map((_, place) => {
        player.goTo(film.end / 2, {customer: null});
        controls.jumps.selectedIndex = place;
        go.happen("click");
        return now();
    });
    const keys = film.keys.map(([time, customer, key, shiftKey]) => {
        player.goTo(time, {customer});
        player.root.happen("keydown", {key, shiftKey});
        player.clock.stop();
        return now();
    });
    const note = () => controls.note.textContent;
    const found = film.sought.map(([customer, number]) => {
        player.goTo(0, {customer});
        controls.number.value = String(number);
        body.querySelector("form").happen("submit");
        return [...now(), note()];
    });
    const come = film.moments.map(([time]) => {
        player.goTo(time, {customer: null});
        player.come();
        player.clock.stop();
        return [...now(), player.pace];
    });
    const going = film.moments.map(([time], place) => {
        player.goTo(time, {customer: null});
        player.change({pace: "true", speed: [5, 1, 0.1][place % 3]});
        player.clock.start();
        player.clock.forward(250);
        const {running} = player.clock;
        player.clock.stop();
        return [...now(), running];
    });
    const zoom = body.querySelectorAll("button").find((button) => button.textContent === "up to the answer");
    const zoomed = film.sought.filter(([customer]) => customer).map(([customer]) => {
        player.goTo(film.end, {customer});
        const lanes = player.lanes();
        const lives = livesOf(lanes, lanes.map((index) => index.requestOf(customer))).filter(Boolean);
        const long = lives.map(({begin, end}) => end - begin);
        const told = lives.filter((life) => life.told !== "nothing").map(({begin, answered}) => answered - begin);
        const y = (time) => {
            player.goTo(time);
            return numbers(body.querySelectorAll(".ev-fl-cursor").find((node) => /H/.test(node.getAttribute("d"))))[1];
        };
        const [begin, then] = [lives[0].begin, lives[0].begin + Math.max(...told) / 2];
        if (zoom.hidden) return {long, told, hidden: true};
        const far = y(then) - y(begin);
        zoom.happen("click");
        const near = y(then) - y(begin);
        zoom.happen("click");
        return {long, told, hidden: false, ratio: near / far};
    });
    const columns = player.lanes().map((index, lane) => {
        const promises = new Promises(index);
        const node = body.querySelectorAll(".ev-pr-columns")[lane];
        const place = () => promises.place.get(index.requestOf(selection.get().customer));
        const frame = () => {
            const it = node.querySelector(".ev-pr-frame");
            return it && [Number(it.getAttribute("x")), Number(it.getAttribute("width"))];
        };
        return film.columns.map(([time, from, key]) => {
            const begin = from % promises.order.length;
            const request = promises.order[begin];
            const {workloads, requests} = index.lane;
            const customer = {workload: workloads[requests.workload[request]], number: requests.number[request]};
            player.goTo(time, {customer});
            const [scale, drawn] = [node.querySelector("svg").getAttribute("viewBox").split(" ")[2] / 1000, frame()];
            if (drawn) node.happen("click", {clientX: (drawn[0] + drawn[1] / 2) / scale});
            const [clicked, odd] = [place(), promises.order.map((_, each) => promises.state(each, time).odd)];
            player.goTo(time, {customer});
            node.happen("keydown", {key});
            return {begin, key, drawn, clicked, odd, after: place(), many: promises.order.length};
        });
    });
    return {moments, axis, jumps, keys, found, come, going, columns, zoomed,
        all: [...player.events().moments], mine: film.keys.map(([, customer]) => [...player.events().mine(customer)])};
}"""
KEYS = ("ArrowRight", "ArrowLeft", "Home", "End", "PageUp", "PageDown", "Escape")
COLUMN_KEYS = ("ArrowRight", "ArrowLeft", "Home", "End", "PageDown", "PageUp")


def assert_columns(columns):
    """A click on a column chooses who stands there; keys lead from one to the next, or to the next one who is odd."""
    for its in (each for lane in columns for each in lane):
        place, last, odd = its["begin"], its["many"] - 1, its["odd"]
        assert its["clicked"] == place
        ahead, behind = ([each for each in where if odd[each]] for where in (range(place + 1, last + 1), range(place)))
        meant = {"ArrowRight": min(place + 1, last), "ArrowLeft": max(place - 1, 0), "Home": 0, "End": last,
                 "PageDown": ahead[0] if ahead else place, "PageUp": behind[-1] if behind else place}  # fmt: skip
        assert its["after"] == meant[its["key"]], its["key"]


def assert_zoom(zoomed):
    """Up to the last answer and a third more, where that is much less than all of it."""
    for its in zoomed:
        whole, near = max(its["long"]), 1.3 * max(its["told"], default=0)
        assert its["hidden"] == (not near or near > 0.8 * whole)  # some are told nothing, or at once
        assert its["hidden"] or its["ratio"] == pytest.approx(1.03 * whole / near)


def some_customers(plains, luck, many):
    its = [each for plain in plains for each in plain.requests]
    return [
        None,
        *({"workload": each.workload, "number": each.number} for each in luck.sample(its, min(many, len(its)))),
    ]


def latest(plains, time):
    """Who came last by a time, of all designs."""
    its = [each for plain in plains for each in plain.requests if micro(each.arrived) <= time]
    last = max(its, key=lambda each: each.arrived, default=None)
    return last and {"workload": last.workload, "number": last.number}


def assert_around_is_true(pairs):
    """Whether the bracket of a wait was drawn somewhere."""
    waits = False
    luck, made = random.Random(5), []
    for number, pair in enumerate(pairs):
        plains = [Plain(run) for run in pair]
        whose = some_customers(plains, luck, 4)
        times = {time for plain in plains for time in moments(plain, 2, luck)}
        its = film(*pair, labels=[f"design {place}" for place, _ in enumerate(pair)])
        last = max(each.number for plain in plains for each in plain.requests) if any(
            plain.requests for plain in plains) else 0  # fmt: skip
        times = sorted(luck.sample(sorted(times), min(5, len(times))))
        begun = [fault["start"] for lane in its["futures"][0]["lanes"] for fault in lane["faults"]][:2]
        times = sorted({*times, *begun})
        played = [[time, latest(plains, time)] for time in [*times, its["end"]]]  # where the future is hidden
        played += [[min(time + 60_000, its["end"]), who] for time, who in played]  # more of one is known after a while
        played.sort(key=lambda each: each[0])
        made.append(its | {
            "toy": {"hides": bool(number % 2)},
            "moments": played if number % 2 else [[time, luck.choice(whose)] for time in [its["end"], *times[::-1]]],
            "keys": [[luck.choice(times), luck.choice(whose), key, shift] for key in KEYS for shift in (False, True)],
            "sought": [[who, luck.choice([0, last // 2, last + 1])] for who in whose],
            "columns": [[luck.choice(times), luck.randint(0, 10**6), key] for key in COLUMN_KEYS]
            if all(plain.requests for plain in plains) else [],
        })  # fmt: skip
    for pair, its, said in zip(pairs, made, ask(made, QUESTION, MODULES), strict=True):
        around, seen = Around(pair, its), 0
        for (time, customer), shown in zip(its["moments"], said["moments"], strict=True):
            seen = max(seen, time)
            around.assert_shown(shown, time, customer, seen)
        around.assert_axis(said["axis"])
        around.assert_brackets(said["moments"])
        waits |= any(flow["until"] is not None for shown in said["moments"] for flow in shown["flow"])
        around.assert_jumps(said["jumps"])
        around.assert_keys(said["keys"], said["all"], said["mine"])
        around.assert_found(said["found"])
        around.assert_come(said["come"])
        around.assert_going(said["going"])
        assert_columns(said["columns"])
        assert_zoom(said["zoomed"])
    return waits


def test_what_lies_around_the_stage_is_what_the_records_say():
    pairs = [tuple(map(a_run, pair)) for pair in (("troubled", "lossy"), ("letters", "crashed events"))]
    healthy = lesson_size("events").run(until=4)  # who waits there has it at last
    assert assert_around_is_true([*pairs, (healthy, a_run("refused"))])


@settings(examples(0.1), phases=NO_SHRINKING)
@given(SEVERAL)
def test_what_lies_around_the_stage_of_any_systems_is_what_the_records_say(drawn):
    its = [scenario.run() for scenario in drawn.systems[:4]]
    assert_around_is_true([*zip(its[::2], its[1::2], strict=True)])
