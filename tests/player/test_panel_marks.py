"""What stands beside the stage at any moment is what the records say: lamps, telephone, and the marks of each panel."""

import random

import pytest
from hypothesis import given, settings

import evsim
from evsim.scenario import Scenario
from evsim.view.player.film import film
from tests.books.holding import examples
from tests.exports.plain import Plain, micro
from tests.exports.runs import a_run
from tests.player.node import ask
from tests.player.reference_lives import marks_of, ways
from tests.player.reference_panels import Panels
from tests.player.reference_state import Reference
from tests.player.test_film import NO_SHRINKING
from tests.player.test_marks import alike, one_of
from tests.player.test_state import SEVERAL, copies, moments

pytestmark = pytest.mark.slow

MODULES = {
    "lamps": ["lampsAt"], "phone": ["phoneAt"], "state": ["countsAt", "customerAt"],
    "promise": ["Promises", "promiseScene"],
    "flow": ["linesOf", "gapKnown", "slowestAt", "flowScene"], "lives": ["livesOf"], "life-scene": ["livesScene"],
}  # fmt: skip
QUESTION = """(film, [index]) => {
    const lines = linesOf(index);
    const promises = new Promises(index);
    const spans = ({bands}) => bands.flatMap((each) => each.spans);
    const of = (mark) => ({
        steps: () => [mark.kind, mark.name, [...mark.x], [...mark.y]],
        line: () => [mark.kind, mark.name, [...mark.x], [...mark.y]],
        bars: () => [mark.name, mark.left.map((x, each) => [x, mark.right[each], mark.low[each], mark.high[each]])],
    })[mark.kind]?.();
    const flat = (mark) => ({
        bars: () => mark.left.map((left, each) =>
            ["bars", mark.name, mark.words, left, mark.right[each], mark.low[each], mark.high[each]]),
        line: () => [["line", mark.name && `${mark.name} ${mark.head}`, mark.words, ...mark.x, ...mark.y]],
        dots: () => [["dots", mark.name, mark.words, ...mark.x, ...mark.y]],
        text: () => [["text", mark.text, "", mark.x, mark.y]],
    })[mark.kind]();
    return film.moments.map(({t, mine, other, until, logins, compared}) => {
        const counts = countsAt(index, t);
        const request = mine ?? undefined;
        const before = compared && request !== undefined ? customerAt(index, request, film.end) : null;
        const flow = flowScene(index, lines, {end: film.end, most: 9, until});
        const promise = promiseScene(promises, promises.worst(6), t, until);
        const found = {
            lamps: lampsAt(index, t, request, counts, before).map(({state, text, was}) => [state, text, was]),
            phone: phoneAt(index, t, request, counts, logins, {row: film.row, mail: film.mail}),
            gaps: lines.slice(1).map((line) => gapKnown(index, lines, line, t, until >= film.end))
                .map(({come, done, backlog, wait, words}) => [come, done, backlog, wait, words]),
            slowest: slowestAt(lines, t).name,
            flow: flow.marks.map(of).filter(Boolean), bands: spans(flow),
            promise: promise.marks.filter(({kind}) => kind === "bars").map(of), columns: spans(promise),
            said: promise.marks.filter(({kind}) => kind === "text").map(({text}) => text),
            rows: promise.y.ticks.map(([, name]) => name),
        };
        if (request === undefined) return found;
        const lives = livesOf(other === null ? [index] : [index, index], other === null ? [mine] : [mine, other]);
        const {scene} = livesScene(film, lives, film.span);
        return {...found, lives: scene.marks.flatMap(flat), end: lives[0].end,
            heads: scene.x.ticks.map(([at, name]) => [at, name.replaceAll("\\n", "")]),
            points: lives[0].crashPoints().map(({service, x, time}) => [service, x, time])};
    });
}"""


def asked(run, plain, luck, count):
    """Moments: when, of whom, beside whom; up to when the future is known; when my customer has logged in."""
    end, sorts = micro(plain.end), list({each.outcome: each.place for each in plain.requests}.values())
    for number, t in enumerate(moments(plain, count, luck)):
        mine = sorts[number // 2 % len(sorts)] if sorts and number % 2 else one_of(plain, t, luck)
        yield {
            "t": t, "mine": mine, "other": None if mine is None else luck.choice([None, one_of(plain, end, luck)]),
            "until": luck.choice([t, end]), "compared": luck.random() < 0.5,
            "logins": sorted(luck.randint(0, end) for _ in range(9)),
        }  # fmt: skip


def assert_the_panels_draw_the_records(runs, count=3):
    """What is drawn and said, as a set of words."""
    luck, references, films, seen = random.Random(5), [], [], set()
    for number, run in enumerate(runs):
        references.append(Reference(Plain(run)))
        made, plain = film(run), references[-1].plain
        many = len(made["effects"])
        toy = {"toy": {"again": True}} if number % 2 else {}
        films.append(made | toy | {
            "moments": list(asked(run, plain, luck, count)), "row": 0 if many else None,
            "mail": many - 1 if many else None, "span": micro(plain.end) // luck.choice([1, 20, 200]) + 1000,
        })  # fmt: skip
    for made, reference, found in zip(films, references, ask(films, QUESTION, MODULES), strict=True):
        names = [each["name"] for each in made["effects"]]
        panels, end = Panels(reference, names), made["end"]
        lines = panels.lines()
        for moment, said in zip(made["moments"], found, strict=True):
            where, (t, mine, until) = f"{reference.run} {moment}", (moment[name] for name in ("t", "mine", "until"))
            assert said["lamps"] == panels.lamps(t, mine, moment["compared"]), where
            row, mail = names[:1] or None, names[-1:] or None
            if row:
                assert said["phone"] == panels.phone(t, mine, moment["logins"], *row, *mail, "toy" in made), where
            assert said["gaps"] == panels.gaps(lines, t, until >= end), where
            assert said["slowest"] == slowest(lines, t), where
            assert_numbers((said["flow"], sorted(said["bands"])), panels.flow(lines, end, until), where)
            rows, columns = panels.promise(t, until)
            assert [said["rows"], said["said"]] == [[each[0] for each in rows], [each[1] for each in rows]], where
            drawn = [sorted(bar for name, bars in said["promise"] if name.rpartition(": ")[0] == row[0] for bar in bars)
                     for row in rows]  # fmt: skip
            assert_numbers((drawn, sorted(said["columns"])), ([each[2] for each in rows], columns), where)
            if mine is not None:
                assert_lives(reference, panels, made, moment, said, where)
            seen.update(words for lamp in said["lamps"] for words in lamp)
            seen.update([said["phone"]["screen"], said["phone"]["answer"], said["phone"]["inbox"]])
            seen.update(words for *_, words in said["gaps"])
            seen.update(each[1] for each in said["flow"])
            seen.update(each for mark in said.get("lives", ()) for each in mark[1:3])
    return seen


def assert_numbers(found, meant, where):
    """The same, but for the rounding of numbers."""
    if isinstance(meant, list | tuple):
        assert len(found) == len(meant), (where, found, meant)
        for pair in zip(found, meant, strict=True):
            assert_numbers(*pair, where)
    else:
        assert found == meant if isinstance(meant, str) else abs(found - meant) < 1e-6, (where, found, meant)


def slowest(lines, t):
    """The line that is furthest behind, but for those of a no and of errors; of several the last."""
    behind = [(sum(time <= t for time in times), -place, name) for place, (name, kind, _, times) in enumerate(lines)
              if place and kind not in ("no", "error")]  # fmt: skip
    return min(behind)[2]


def assert_lives(reference, panels, made, moment, said, where):
    customers = [each for each in (moment["mine"], moment["other"]) if each is not None]
    its = ways(reference, customers)
    true = [
        -1 if time != time else max(round(max(time, 0) * 1e6), panels.asked[each])
        for time, each in zip(reference.run.outcomes.true_at[customers].tolist(), customers, strict=True)
    ]
    words = {
        (each["kind"], each["target"], each["start"]): each["words"]
        for each in made["futures"][0]["lanes"][0]["faults"]
    }
    marks, heads = marks_of(its, [panels.word[each] for each in customers], true, made["span"], words)
    alike(said["lives"], [list(each) for each in marks], where)
    assert_numbers(said["heads"], heads, where)
    assert said["end"] == its[0].end, where
    assert_numbers(sorted(said["points"]), sorted(its[0].crash_points()), where)


def crowd():
    """More customers than have a column each, of whom some are refused, some served twice and some told no."""
    return Scenario.from_dict({
        "name": "crowd",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 700}, "key": {"uniform": 2000}}},
        "services": {
            "front": {"workers": 9, "limit": 20, "handle": [{"work": 0.01}, {"effect": {"name": "row", "unique": True}},
                                                           {"publish": "facts"}]},
            "reader": {"workers": 3, "subscribe": {"channel": "facts", "retry": {"attempts": 2}},
                       "handle": [{"work": 0.001}, {"effect": "mail"}, {"fail": 0.2}]},
        },
        "channels": {"facts": "queue"},
        "faults": [{"outage": "reader", "at": 1, "for": 1}],
        "run": {"duration": 3, "warmup": 0},
    }).run()  # fmt: skip


def test_the_panels_draw_the_records_at_any_moment():
    names = ["lossy", "crashed calls", "letters", "troubled", "committing", "read again", "refused", "doubled",
             "crashed events", "two workloads", "nobody"]  # fmt: skip
    elastic = evsim.load("cold-start-burst").run()
    seen = assert_the_panels_draw_the_records([*map(a_run, names), copies().run(), crowd(), elastic], 6)
    assert {
        "waits", "not yet", "not there", "not due", "never", "press Register", "not here yet",
        "please wait", "registered", "no: taken", "gave up", "error", "no mail", "Nobody has come yet.",
        "told no", "told error", "not true yet", "held", "in line", "works", "message solid", "answer open",
    } - seen == set()  # fmt: skip


@settings(examples(0.1), phases=NO_SHRINKING)
@given(SEVERAL)
def test_the_panels_draw_the_records_of_any_system_at_any_moment(drawn):
    assert_the_panels_draw_the_records([scenario.run() for scenario in drawn.systems])
