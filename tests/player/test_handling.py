"""What a user does in a player: bets, looks, plugs, breaks, futures of futures; in Node, on an imitated page."""

import random
from math import ceil, floor

import pytest

import evsim
from evsim.lesson import lesson_size
from evsim.lesson.toys import LENGTHS, MOMENTS
from evsim.view.player.branching import Branches
from evsim.view.player.film import film
from evsim.view.words import seconds
from tests.exports.plain import Plain, micro
from tests.player.node import ask

pytestmark = pytest.mark.slow

MODULES = {
    "player": ["mountPlayer"], "panels": ["PANELS"], "film": ["readFilm"], "lamps": ["lampsAt"], "lives": ["livesOf"],
    "state": ["customerAt"], "stored": ["branchesOf"], "../../../../tests/player/js/fake-page": ["fakePage"],
}  # fmt: skip
BET = """(film) => {
    const player = mountPlayer(fakePage(), film);
    const {bet} = player.toybox;
    const press = (key) => bet.handle.happen("keydown", {key});
    const points = (node) => (node.getAttribute("d") || "").split(/[ML]/).filter(Boolean)
        .map((each) => each.split(",").map(Number));
    const shown = () => ({
        known: points(bet.known), truth: points(bet.truth), mine: points(bet.mine), words: bet.words.textContent,
        now: Number(bet.handle.getAttribute("aria-valuenow")), said: bet.handle.getAttribute("aria-valuetext"),
        at: ["cx", "cy"].map((name) => Number(bet.handle.getAttribute(name))), peak: bet.peak,
    });
    const steps = film.steps.map(([time, keys]) => {
        player.goTo(0);
        keys.forEach(press);
        player.goTo(time);
        return shown();
    });
    const axes = bet.axes.children.filter(({tagName}) => tagName === "text").map((node) =>
        [Number(node.getAttribute("x")), Number(node.getAttribute("y")), node.textContent]);
    player.goTo(film.toy.bet.until);
    const flat = [...bet.drawn.keys()];
    flat.forEach((time, place) => bet.drawn.set(time, film.drawn[place % film.drawn.length]));
    return {steps, axes, end: bet.end, first: flat.find((_, place) => film.drawn[place % film.drawn.length] <= 0.5)};
}"""
WIDE, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 210, 44, 14, 16, 26
STEP = 250_000  # microseconds that a key moves the end


def count(times, t):
    return sum(0 <= time <= t for time in times)


def test_a_bet_shows_what_is_known_by_now_and_the_arithmetic_after_the_truth():
    toy = evsim.toy("it recovers")
    made, plain = toy.film, Plain(toy.runs[0])
    settings, end = made["toy"]["bet"], made["end"]
    until, truth = settings["until"], settings["truth"]
    (name,) = {each["name"] for number, each in enumerate(made["effects"]) if number == settings["effect"]}
    asked = [micro(each.arrived) for each in plain.requests]
    done = [micro(each.time) for each in plain.effects if each.name == name]
    steps = [
        (until, []), (until + 10**6, ["ArrowRight"] * 3), (truth + 2_000_000 - 1, ["ArrowLeft"]),
        (truth + 2_000_000, []),
        (until, ["PageDown"] * 40), (end, ["PageUp"]), (until // 2, ["ArrowUp", "ArrowDown", "ArrowDown"]),
    ]  # fmt: skip
    drawn = [9, 0.5, 0.4, 3]
    (said,) = ask([made | {"steps": steps, "drawn": drawn}], BET, MODULES)
    peak = count(asked, until) - count(done, until)
    most = ceil(peak * 1.6 / 20) * 20

    def x(time):
        return LEFT + time / end * (WIDE - LEFT - RIGHT)

    def y(many):
        return HEIGHT - BOTTOM - many / most * (HEIGHT - TOP - BOTTOM)

    def line(begin, last):
        return [(round(x(t), 1), round(y(count(asked, t) - count(done, t)), 1)) for t in range(begin, last + 1, 50_000)]

    at = until + (end - until) / 2
    moves = {"ArrowRight": 1, "ArrowUp": 1, "ArrowLeft": -1, "ArrowDown": -1, "PageUp": 8, "PageDown": -8}
    for (time, keys), its in zip(steps, said["steps"], strict=True):
        for key in keys:
            where = until + ceil((at - until) / STEP - 1e-9) * STEP  # a point that there is
            at = min(end, max(until + STEP, where + moves[key] * STEP))
        shown = until + ceil((at - until - 1e-6) / STEP) * STEP
        gone = peak * (1 - (shown - STEP - until) / (at - until))
        shown -= STEP if gone <= 0.5 else 0
        assert its["peak"] == peak and its["now"] == shown / 1e6 and its["said"] == f"second {shown / 1e6:g}"
        assert its["at"] == pytest.approx([x(shown), y(0)])
        assert its["known"] == [pytest.approx(each, abs=0.06) for each in line(0, min(time, until))]
        assert its["truth"] == [pytest.approx(each, abs=0.06) for each in (line(until, time) if time > until else [])]
        way = [(x(t), y(max(0, peak * (1 - (t - until) / (at - until))))) for t in range(until, end + 1, STEP)]
        assert its["mine"] == [pytest.approx(each, abs=0.06) for each in way]
        words = (
            f"You drew the end at second {shown / 1e6:g}; it was second {truth / 1e6:.1f}, "
            f"{seconds((truth - until) / 1e6)} after the list was back. The arithmetic: {settings['words']}."
        )
        assert its["words"] == (words if time >= min(end, truth + 2_000_000) else "")
    labels = [(x(t), HEIGHT - 8, f"{t // 10**6}{'' if t else ' s'}") for t in range(0, end + 1, 5_000_000)]
    labels += [(LEFT - 6, y(many) + 4, str(many)) for many in range(0, most + 1, 20)]
    assert [text for *_, text in said["axes"][: len(labels)]] == [text for *_, text in labels]
    assert [each[:2] for each in said["axes"][: len(labels)]] == [pytest.approx(each[:2]) for each in labels]
    assert said["end"] == said["first"]  # the first moment with nobody, though the hand went up again


LOOKS = """(film) => {
    const player = mountPlayer(fakePage(), film);
    const {looks} = player.toybox;
    return film.looks.map((since) => {
        looks.add(since);
        const mark = looks.marks.lastChild;
        return [...["cx", "cy"].map((name) => Number(mark.getAttribute(name))), looks.words.textContent];
    });
}"""


def test_each_look_stands_at_its_time_and_as_high_as_there_are_strangers():
    toy = evsim.toy("look too early")
    plain = Plain(toy.runs[0])
    rows = {}
    for each in sorted(plain.effects, key=lambda effect: effect.time):
        if each.name == "customer row":
            rows.setdefault(each.row.request.place, micro(each.time))
    after = [rows.get(each.place, float("inf")) - micro(each.arrived) for each in plain.requests]
    looks = [0, 20_000, sorted(after)[0], sorted(after)[0] - 1, sorted(after)[-2], 399_999, 400_000, 2_000_000, 120_000]
    (said,) = ask([toy.film | {"looks": looks}], LOOKS, MODULES)
    for since, (x, y, words) in zip(looks, said, strict=True):
        many = sum(each > since for each in after)
        assert x == pytest.approx(44 + min(since, 400_000) / 400_000 * (420 - 52))
        assert y == pytest.approx(96 - many / len(after) * 86)
        are = "is still a stranger" if many == 1 else "are still strangers"
        told = f"{seconds(since / 1e6)} after the press, {many} of {len(after)} customers {are}."
        assert words == told


PLUGS = """async (film) => {
    const asked = [];
    const branch = async ({fault, at, future}) => {
        asked.push([fault, at, future]);
        return {...film.futures[0], id: `${JSON.stringify(fault)} at ${at}`, origin: future, fault, at};
    };
    const player = mountPlayer(fakePage(), film, {branch});
    player.clock.start = () => {};
    const {plugs} = player.toybox;
    const press = async (part) => {
        plugs.press(part);
        await new Promise((go) => setTimeout(go, 0));
    };
    const shown = () => [plugs.note.textContent, ...[...plugs.buttons.values()].map((button) =>
        [button.textContent, button.getAttribute("data-out"), button.getAttribute("aria-disabled")])];
    const found = [];
    for (const [now, part, back] of film.pulls) {
        player.restart();
        asked.length = 0;
        player.goTo(now);
        await press(part);
        const at = plugs.out?.at ?? null;
        const its = {at, before: null, out: null, again: null, other: null};
        if (at !== null) {
            player.goTo(at - 1);
            its.before = shown();
            await press(part);
            its.early = plugs.out.until;
            player.goTo(at + back);
            its.out = shown();
            await press(film.toy.plugs.parts.find((each) => each !== part) ?? part);
            its.other = plugs.out.part;
            await press(part);
            its.until = plugs.out.until;
            player.goTo(plugs.out.until);
            its.again = shown();
        }
        found.push({...its, branches: [...asked]});
    }
    return found;
}"""


@pytest.mark.parametrize("at_moments", [True, False])
def test_a_plug_is_out_from_its_moment_on_until_it_is_put_back_or_goes_back_by_itself(at_moments):
    made = evsim.toy("break it").film
    parts, longest = made["toy"]["plugs"]["parts"], made["toy"]["plugs"]["longest"]
    moments = [moment * 10**6 for moment in MOMENTS] if at_moments else None
    breaks = [{"id": part, "label": part, "fault": {"outage": part, "for": 5}, "moments": moments} for part in parts]
    luck = random.Random(3)
    pulls = [(luck.randint(0, 7_000_000), luck.choice(parts), luck.randint(1, 4_900_000)) for _ in range(12)]
    pulls += [(3_000_000, parts[0], 2_000_000), (8_000_000, parts[1], 1_200_000), (2_000_000, parts[0], 1_400_000)]
    (found,) = ask_later(made | {"breaks": breaks, "pulls": pulls}, PLUGS)
    for (now, part, back), its in zip(pulls, found, strict=True):
        at = next((moment for moment in moments if moment >= now), None) if at_moments else now
        assert its["at"] == at
        if at is None:
            assert its["branches"] == []
            continue
        lasts = max(1, ceil(back / 1e6)) if at_moments else max(1e-3, floor(back / 1e3 + 0.5) / 1e3)
        buttons = [[f"pull the plug of {each}", "true" if each == part else "false", None if each == part else "true"]
                   for each in parts]  # fmt: skip
        assert its["before"] == [f"out at second {tenth(at)} ...", *buttons]
        pulled = [[f"put the plug of {name} back", *how] if name == part else [said, *how]
                  for name, (said, *how) in zip(parts, buttons, strict=True)]  # fmt: skip
        assert its["out"] == [f"back by itself at second {tenth(at + longest * 10**6)}", *pulled]
        assert its["early"] == at + longest * 10**6  # before it is out it can't be put back
        assert its["other"] == part  # another one can't be pulled meanwhile
        assert its["until"] == pytest.approx(at + lasts * 1e6)
        wanted = [{"outage": part, "for": each} for each in (longest, lasts)]
        assert all(fault in wanted for fault, *_ in its["branches"])
        assert all(any([fault, at, "base"] in each["branches"] for each in found) for fault in wanted)
        assert {(each[1], each[2]) for each in its["branches"]} <= {(at, "base")}
        assert its["again"][0] == "It is back. Start over to pull again."
    assert len(LENGTHS) == longest


NOWHERE = """(film) => {
    const found = [null, Object.assign(async () => {}, {offers: (fault, at) => at === 1_000_000})].map((branch) => {
        const player = mountPlayer(fakePage(), film, {branch});
        const {plugs} = player.toybox;
        plugs.press(film.toy.plugs.parts[0]);
        return [plugs.note.textContent, plugs.out, player.clock.running];
    });
    return found;
}"""


def test_a_plug_whose_outcome_is_not_on_the_page_stays_in_and_the_player_says_so():
    toy = evsim.toy("break it")
    (found,) = ask([toy.film | {"breaks": []}], NOWHERE, MODULES)
    assert found == [["What follows from this is not on this page.", None, False]] * 2
    made = toy.stored((2,), (1,))
    assert made["toy"]["plugs"]["longest"] == 1  # no longer than what is on the page
    there = NOWHERE.replace("(fault, at) => at === 1_000_000", "branchesOf(film).offers")
    (found,) = ask([made], there, MODULES)
    assert found[1][1] == {"part": "mailing-list", "at": 2_000_000, "until": 3_000_000}


def tenth(micros):
    return f"{floor(micros / 1e5 + 0.5) / 10:g}"


def ask_later(made, question):
    """As `ask`, of one film, where the answer takes its time."""
    answer = question.replace("async (film) =>", "const later = async (film) =>", 1)
    names = {name: its for name, its in MODULES.items() if name != "film"}
    return ask([made], f"(film) => {{ {answer}; return later(film); }}", names, awaits=True)


BREAKS = """async (film) => {
    const asked = [];
    const branch = async ({fault, at, future}) => {
        asked.push([fault, at, future]);
        const lanes = film.futures[0].lanes.map((lane) => ({...lane, end: film.ends[asked.length - 1] ?? lane.end}));
        return {...film.futures[0], id: `number ${asked.length}`, origin: future, fault, at, label: "another", lanes};
    };
    const player = mountPlayer(fakePage(), film, {branch});
    const {breaks} = player;
    const found = [];
    for (const [time, choice, length, future, customer] of film.breaking) {
        player.goTo(time, {future, customer});
        player.pace = "mine";
        breaks.choice.selectedIndex = choice;
        breaks.choice.happen("change");
        const marks = player.bar.moments;
        const field = [breaks.lasts.hidden, Number(breaks.length.value), breaks.length.disabled];
        breaks.length.valueAsNumber = length;
        const many = asked.length;
        breaks.button.happen("click");
        await new Promise((go) => setTimeout(go, 0));
        const {time: now, future: there} = player.selection.get();
        found.push({marks, field, asked: asked.slice(many), now, there, end: player.film.end, pace: player.pace});
    }
    const radios = breaks.futures.children.map((label) => label.textContent);
    const chosen = [...breaks.radios].filter(([, radio]) => radio.checked).map(([number]) => number);
    return {found, radios, chosen};
}"""


def test_a_fault_begins_where_one_stands_or_at_the_nearest_moment_and_no_future_is_made_twice():
    made = film(lesson_size("events").run(until=5), labels=["events"])
    breaks = [
        {"id": "a", "label": "database down", "fault": {"outage": "database", "for": 2}, "moments": None},
        {"id": "b", "label": "mailing-list crashed", "fault": {"crash": "mailing-list", "for": 1},
         "moments": [1_000_000, 3_000_000]},
        {"id": "c", "label": "database slow", "fault": {"slowdown": "database", "factor": 5, "for": 4},
         "moments": None},
        {"id": "d", "label": "list slow", "fault": {"slowdown": "mailing-list", "factor": 5, "for": "1s"},
         "moments": [2_000_000]},
    ]  # fmt: skip
    ends = [made["end"] + 2_000_000, made["end"] - 1_000_000]
    breaking = [  # when, what, for how long, in which future; and what is asked for, from where
        (1_500_000, 0, 3.5, 0, ({"outage": "database", "for": 3.5}, 1_500_000, "base")),
        (1_900_000, 1, 9, 0, ({"crash": "mailing-list", "for": 1}, 1_000_000, "base")),
        (2_100_000, 1, 9, 1, ({"crash": "mailing-list", "for": 1}, 3_000_000, "number 1")),
        (1_500_000, 0, 3.5, 0, None),  # is there
        (1_500_000, 0, 3.5, 2, ({"outage": "database", "for": 3.5}, 1_500_000, "number 2")),
        (2_000_000, 2, float("nan"), 0, ({"slowdown": "database", "factor": 5, "for": 4}, 2_000_000, "base")),
        (500_000, 3, 7, 0, ({"slowdown": "mailing-list", "factor": 5, "for": "1s"}, 2_000_000, "base")),
    ]  # fmt: skip
    me = {"workload": made["workloads"][0], "number": 3}
    plain = [[*each[:2], None if each[2] != each[2] else each[2], each[3], me if number > 4 else None]
             for number, each in enumerate(breaking)]  # fmt: skip
    (said,) = ask_later(made | {"breaks": breaks, "breaking": plain, "ends": ends}, BREAKS)
    futures = 0
    for number, ((time, choice, _, _, wanted), its) in enumerate(zip(breaking, said["found"], strict=True)):
        fault, moments = breaks[choice]["fault"], breaks[choice]["moments"]
        assert its["marks"] == (moments or [])
        hidden = isinstance(fault["for"], str)
        assert its["field"][0] == hidden and its["field"][2] == (moments is not None)
        assert hidden or its["field"][1] == fault["for"]
        assert its["asked"] == ([list(wanted)] if wanted else []), time
        futures += wanted is not None
        assert its["there"] == (futures if wanted else 1) and its["pace"] == ("mine" if number > 4 else "true")
        assert its["now"] == (wanted[1] if wanted else 1_500_000)
        assert its["end"] == made["end"] + 2_000_000  # a shorter future leaves the bar as long as it was
    assert len(said["radios"]) == futures + 1 and said["chosen"] == [futures]
    times = ["1.500", "1.000", "3.000", "1.500", "2.000", "2.000"]
    assert said["radios"] == [" as it was", *(f" another at {each} s" for each in times)]


WAS = """(film) => {
    const body = fakePage();
    const player = mountPlayer(body, film, {panels: PANELS});
    return film.looked.map(([time, customer, future]) => {
        player.goTo(time, {customer, future});
        const left = player.lanes(film.left[future]);
        const all = {yes: 0, no: 0, error: 0, arrived: 0, effects: []};
        const lamps = player.lanes().map((index, lane) => {
            const request = left[lane].requestOf(customer);
            const before = future && request !== undefined ? customerAt(left[lane], request, Infinity) : null;
            return lampsAt(index, time, index.requestOf(customer), all, before).map(({was}) => was);
        });
        const [here, there] = [player.lanes(), left].map((lanes) =>
            livesOf(lanes, lanes.map((index) => index.requestOf(customer))));
        const lives = here.map((life, lane) => life && there[lane] && future && life.caption !== there[lane].caption
            ? ` (was: ${there[lane].caption})` : "");
        const ghosts = (selector, each) => body.querySelectorAll(selector).map((node) =>
            node.querySelectorAll(each).map(({textContent}) => textContent));
        return {lamps, lives, changed: player.changed.textContent,
            drawn: ghosts(".ev-lamps", ".ev-lamp-ghost"), captions: ghosts(".ev-lv-captions", ".ev-lamp-ghost").flat(),
            asked: player.lanes().map((index) => index.asked[index.requestOf(customer)])};
    });
}"""


def test_what_was_is_what_it_was_in_the_future_that_was_left_and_only_of_who_is_here():
    its = {name: lesson_size(name).run() for name in ("classic", "events")}
    made = film(*its.values(), labels=list(its))
    branches = Branches(its, [each["name"] for each in made["effects"]])
    first = branches({"outage": "mailing-list", "for": 5}, 8)
    second = branches({"outage": "database", "for": 4}, 10, first["id"])
    third = branches({"outage": "database", "for": 4}, 10)
    made["futures"] += [first, second, third]
    luck = random.Random(1)
    numbers = luck.sample(range(80, 200), 12)
    (workload,) = made["workloads"]
    looked = [(time, {"workload": workload, "number": number}, future)
              for number in numbers for future in (2, 1, 3, 0) for time in (made["end"], 9_000_000)]  # fmt: skip
    (said,) = ask([made | {"looked": looked, "left": [0, 0, 1, 0]}], WAS, MODULES)
    seen = set()
    for (time, _, future), each in zip(looked, said, strict=True):
        assert each["drawn"] == each["lamps"]
        assert each["captions"] == [words for words in each["lives"] if words]
        told = [f"{name}: {words}" for name, words in zip(its, made["futures"][future]["changed"], strict=future > 0)]
        assert each["changed"] == (" ".join(told) if time == made["end"] else "")
        words = [word for lamp in each["drawn"] for word in lamp if word]
        assert not words or (future and any(asked <= time for asked in each["asked"]))
        seen |= {(future, bool(words)), (future, bool(each["captions"]), "lives")}
    assert {(1, True), (2, True), (3, True), (2, True, "lives"), (0, False)} <= seen


SEEN = """async (film) => {
    const player = mountPlayer(fakePage(), {...film, futures: [film.futures[0], {...film.futures[0], id: "other"}]});
    player.goTo(film.end, {future: 1});
    player.goTo(1_000_000, {future: 0});
    player.goTo(500_000);
    const branch = branchesOf({...film, stored: film.kept});
    const kept = film.asked.map(({fault, at}) => [branch.offers(fault, at), fault, at]);
    const made = await Promise.all(film.asked.filter(({fault, at}) => branch.offers(fault, at)).map(branch));
    const offers = kept.map(([its]) => its);
    return {until: player.until(), hides: player.bar.until, kept: offers, made: made.map(({id}) => id)};
}"""


def test_what_was_seen_of_a_future_tells_nothing_of_another_and_a_page_has_those_it_keeps():
    made = film(lesson_size("events").run(until=3), labels=["events"])
    faults = [{"outage": "database", "for": 2}, {"outage": "database", "for": 3}, {"crash": "database", "for": 2}]
    kept = [{"id": f"{number} {at}", "fault": fault, "at": at, "lanes": []}
            for number, fault in enumerate(faults[:2]) for at in (10**6, 2 * 10**6)]  # fmt: skip
    asked = [{"fault": fault, "at": at} for fault in faults for at in (2 * 10**6, 10**6, 1_500_000)]
    (said,) = ask_later(made | {"toy": {"hides": True}, "kept": kept, "asked": asked}, SEEN)
    assert said["until"] == said["hides"] == 1_000_000
    assert said["kept"] == [True, True, False] * 2 + [False] * 3
    assert said["made"] == ["0 2000000", "0 1000000", "1 2000000", "1 1000000"]
