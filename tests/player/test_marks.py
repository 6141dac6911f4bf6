"""What is drawn on the stage at any moment is what the records say: each box, ticket, dot, flag, label and count."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings

import evsim
from evsim.scenario import Scenario
from evsim.view.player.film import film
from tests.books.holding import examples
from tests.exports.plain import Plain, micro
from tests.exports.runs import a_run
from tests.player.node import ask
from tests.player.reference_marks import MOST_DOTS, Drawing
from tests.player.reference_state import Reference
from tests.player.test_film import NO_SHRINKING
from tests.player.test_state import SEVERAL, copies, moments

pytestmark = pytest.mark.slow

NAMES = {"stage-marks": ["StageMarks"], "geometry": ["arrange"]}
QUESTION = """(film, [index]) => {
    const marks = new StageMarks(film, arrange(film), index);
    const at = (its) => its.transform ? its.transform.match(/[-.\\d]+/g).map(Number)
        : [its.x ?? its.cx, its.y ?? its.cy, its.width ?? its.r ?? null];
    const said = (its) => its.words ? its.words() : null;
    const drawn = (its) => [its.class ?? null, ...at(its), its.height ?? null, its.text ?? null, said(its),
        its.customer?.number ?? null, its.fill ?? null];
    const line = (its) => {
        const numbers = its.d.match(/[-.\\d]+/g).map(Number);
        return [its.class, ...numbers.slice(0, 2), ...numbers.slice(-2), said(its)];
    };
    const points = ({pairs, way}) => Object.fromEntries(pairs.flatMap(([one, other]) =>
        [[one, other], [other, one]]).map((pair) => [pair.join(" "), way(...pair).points]));
    return {
        boxes: marks.boxes,
        ways: points(marks.wires),
        moments: film.moments.map(([t, mine]) => {
            const {parts, lines, flying} = marks.at(t, mine);
            return {parts: parts.map(drawn), flying: flying.map(drawn),
                lines: lines.map((its) => (its.class.startsWith("ev-wait") ? line : drawn)(its))};
        }),
    };
}"""


def alike(found, meant, where):
    """Whether two lists have the same marks; their order is that of drawing."""

    def words(mark):
        return [each if isinstance(each, str) else "" for each in mark if each is None or isinstance(each, str)]

    def numbers(mark):
        return [each for each in mark if each is not None and not isinstance(each, str)]

    def order(mark):
        return words(mark), [round(each + 0.137) for each in numbers(mark)]

    found, meant = sorted(map(list, found), key=order), sorted(map(list, meant), key=order)
    here, there = list(map(words, found)), list(map(words, meant))
    if here != there:
        only, missing = ([mark for mark in one if mark not in other] for one, other in ((here, there), (there, here)))
        assert (only[:3], missing[:3], len(here)) == ([], [], len(there)), where
        assert here == there, where
    for mark, other in zip(found, meant, strict=True):
        assert numbers(mark) == pytest.approx(numbers(other), abs=0.02), (where, mark, other)


def one_of(plain, t, luck):
    """One of the last who have come, or nobody."""
    return luck.choice([None, *[each.place for each in plain.requests if micro(each.arrived) <= t][-9:]])


def assert_the_stage_draws_the_records(runs, count=3):
    """What is drawn, as {class: how often}."""
    luck, references, films, drawn = random.Random(3), [], [], Counter()
    for run in runs:
        references.append(Reference(Plain(run)))
        plain = references[-1].plain
        films.append(film(run) | {"moments": [(t, one_of(plain, t, luck)) for t in moments(plain, count, luck)]})
    for run, made, reference, said in zip(runs, films, references, ask(films, QUESTION, NAMES), strict=True):
        drawing = Drawing(reference, made, said["boxes"], said["ways"])
        for (t, mine), found in zip(made["moments"], said["moments"], strict=True):
            where = f"{run} at {t}, mine {mine}"
            parts, lines, dots = drawing.at(t, mine)
            alike(found["parts"], parts, where)
            alike(found["lines"], lines, where)
            assert_dots(found["flying"], dots, drawing.travelling, where)
            drawn.update(each[0] for marks in found.values() for each in marks)
            drawn.update(" ".join(each[5].split()[2:]) for each in found["flying"] if each[0] == "ev-small strong")
    return drawn


def assert_dots(found, dots, travelling, where):
    """Of many that travel some are drawn, those of my customer before all others, and the rest is counted."""
    more = [each[5] for each in found if each[0] == "ev-small strong"]
    assert more == ([f"and {travelling - MOST_DOTS} more on their way"] if travelling > MOST_DOTS else []), where
    found = [each for each in found if each[0] != "ev-small strong"]
    if travelling <= MOST_DOTS:
        alike(found, [each for marks, _ in dots for each in marks], where)
        return
    circles = [each for each in found if each[0].startswith("ev-dot")]
    meant = [marks[0] for marks, _ in dots]
    assert len(circles) <= MOST_DOTS, where
    assert {tuple(each[5:]) for each in circles} <= {each[5:] for each in meant}, where
    assert sum("mine" in each[0] for each in circles) == min(MOST_DOTS, sum(mine for _, mine in dots)), where


def crowded():
    """Parts far from each other, so that much travels; many workers, batches, a breaker, faults, a log that forgets.

    A job that came back, as its clerk died, waits in its old place, before the others.
    """
    asked = {"service": "back", "timeout": 2, "breaker": {"failures": 3, "open_for": 0.3}, "on_error": "ignore"}
    return Scenario.from_dict({
        "name": "crowded",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 30}}},
        "services": {
            "front": {"workers": 40, "handle": [
                {"publish": {"channel": "news", "outbox": {"poll": 0.4}}}, {"publish": "facts"}, {"call": asked},
                {"effect": "row"},
            ]},
            "back": {"workers": 2, "instances": 2, "limit": 5, "handle": [{"work": 0.1}, {"effect": "row"}]},
            "reader": {"workers": 9, "subscribe": {"channel": "news", "batch": 3},
                       "handle": [{"work": 0.3}, {"effect": "mail"}]},
            "clerk": {"subscribe": "facts", "handle": [{"work": 0.05}]},
        },
        "channels": {
            "news": {"log": {"partitions": 9, "retention": 0.2, "replicas": 2, "replication": 0.2}},
            "facts": {"queue": {}},
        },
        "network": {"latency": 0.3, "links": {"wire": {"between": ["front", "back"], "latency": 0.4}}},
        "faults": [
            {"pause": "back/2", "at": 1.2, "for": 0.5}, {"outage": "back", "at": 2, "for": 0.3},
            {"crash": "back/1", "at": 2.5, "for": 0.2}, {"crash": "clerk", "at": 0.95, "for": 1.4},
            {"loss": "wire", "probability": 0.2, "at": 0.5, "for": 2},
        ],
        "run": {"duration": 3, "warmup": 0, "drain_limit": 0.5},
    }).run()  # fmt: skip


def test_a_worker_waits_while_any_message_of_its_batch_does():
    """Two messages are taken together; the second asks for one second, when the turn of the first is over."""
    run = Scenario.from_dict({
        "name": "batch",
        "workloads": {"page": {"target": "front", "arrivals": {"burst": 2}}},
        "services": {
            "front": {"handle": [{"publish": "facts"}]},
            "reader": {"subscribe": {"channel": "facts", "batch": 2, "batch_window": 1},
                       "handle": [{"for_each": [{"call": "slow"}]}]},
            "slow": {"handle": [{"work": 1}]},
        },
        "channels": {"facts": {"queue": {}}},
        "run": {"duration": 10, "warmup": 0},
    }).run()  # fmt: skip
    shown = film(run) | {"moments": [(1_500_000, None)]}
    (said,) = ask([shown], QUESTION, NAMES)
    slots = [each for each in said["moments"][0]["parts"] if each[0].startswith("ev-slot") and "reader" in each[6]]
    assert [(each[0], each[6]) for each in slots] == [
        ("ev-slot waits", "customer 1: reader waits for slow, held for 1.5 s")
    ]


def test_the_stage_draws_the_records_at_any_moment():
    names = ["lossy", "crashed calls", "letters", "troubled", "committing", "read again", "refused"]
    elastic = evsim.load("cold-start-burst").run()
    drawn = assert_the_stage_draws_the_records([*map(a_run, names), copies().run(), crowded(), elastic])
    assert drawn.keys() >= {
        "ev-slot", "ev-slot works", "ev-slot waits mine", "ev-number works", "ev-ticket", "ev-ticket mine",
        "ev-count", "ev-cell over gone", "ev-cell mine", "ev-pip handed", "ev-pip waits", "ev-pip over", "ev-pip none",
        "ev-flag", "ev-small strong", "ev-hatch", "ev-fault-words", "ev-wait", "ev-wait mine", "ev-dot", "ev-dot mine",
        "ev-dot back bad", "ev-cross", "ev-number label bold", "more on their way",
    }  # fmt: skip


def waiting(handle, **services):
    """What the stage says of the front's worker half a second after its customer came."""
    run = Scenario.from_dict({
        "name": "waiting", "workloads": {"page": {"target": "front", "arrivals": {"burst": 1}}},
        "services": {"front": {"handle": handle}, **services}, "run": {"duration": 1},
    }).run()  # fmt: skip
    (found,) = ask([film(run) | {"moments": [(500_000, None)]}], QUESTION, NAMES)
    (said,) = {each[6] for each in found["moments"][0]["parts"] if "held for" in (each[6] or "")}
    return said


def test_answers_of_one_service_that_a_worker_waits_for_are_counted():
    slow = {"handle": [{"work": 1}], "workers": 3}
    calls = [{"call": name} for name in ("stock", "stock", "stock", "price", "mail")]
    said = waiting([{"parallel": calls}], stock=slow, price=slow, mail=slow)
    assert said == "customer 0: front waits for 3 answers of stock, price and mail, held for 500 ms"
    assert waiting([{"call": "stock"}], stock=slow) == "customer 0: front waits for stock, held for 500 ms"


@settings(examples(0.1), phases=NO_SHRINKING)
@given(SEVERAL)
def test_the_stage_draws_the_records_of_any_system_at_any_moment(drawn):
    assert_the_stage_draws_the_records([scenario.run() for scenario in drawn.systems])
