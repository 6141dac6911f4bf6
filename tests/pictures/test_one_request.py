"""The pictures of one request are worked out a second time, from the raw records of random systems.

Sequence diagram (also of two requests), waterfall and picture C: each arrow, note, bar, cross and effect, its words,
its place and its time. What must have been drawn is counted.
"""

import re
from collections import Counter

import pytest
from hypothesis import given

from evsim.scenario import Scenario
from evsim.view import lives, waterfall
from evsim.view.lifelines import LIFELINE, REPLY
from evsim.view.sequence import Sequence
from evsim.view.words import seconds, short
from tests.books.holding import examples, holds, run_of
from tests.books.systems import systems
from tests.exports.runs import NAMES, a_run
from tests.figures.crowded import crowded_systems
from tests.figures.customers import follow
from tests.figures.elastic import elastic_systems
from tests.figures.plain import Plain
from tests.parts.log.drawing import log_systems
from tests.parts.window.drawing import stream_systems
from tests.pictures.arrows import arrows, fault_notes
from tests.pictures.bars import Waterfall, joined
from tests.pictures.lifelines import Ways, ending
from tests.pictures.one import One, all_of
from tests.pictures.words import alt_text, as_text, of_several, participants
from tests.support.done import run_the_others, what_is_done  # noqa: F401
from tests.support.nightly import NIGHTLY, mostly_at_night
from tests.view.drawing import boxes, marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 200 if NIGHTLY else 60  # systems
EACH = 2  # requests of a system, beside those with something new
LOOKED_AT = 200  # the first requests of a run, of which some are drawn
BY_DAY = ("doubled", "troubled", "committing", "letters", "windowed", "held back")
SEEN = Counter()
MUST = {  # have been drawn in some of them
    "note": ("waited # for a free worker", "gives up after #", "takes it back", "dead after # attempts", "undoes row",
             "fails: it failed", "fails: it is taken", "fails: lost on the way", "fails: no answer in time",
             "refuses: unreachable", "crash: the work is lost", "done before: nothing is done again",
             "no answer yet when the run ended", "waits here to the end of the run", "waits for a new environment",
             "needs this answer no more: another attempt was faster", "counts as done when it is handed out"),
    "ask": ("request", "call", "call, attempt #", "the same call once more, made by the network"),
    "answer": ("done", "error: unreachable", "no: it is taken", "rejected: too many came"),
    "deliver": ("deliver", "deliver, after # in line", "deliver, attempt #", "deliver, attempt #, after # in line",
                "deliver item #", "the same delivery once more, made by the network"),
    "publish": ("publish", "publish item #", "publish, attempt #", "copy", "dead letter"),
    "keep": ("kept", "kept (partition #, offset #)"),
    "lost": ("request: lost on the way", "call: lost on the way", "deliver: lost on the way",
             "publish: lost on the way", "answer: lost on the way", "answer: too late",
             "publish: refused, the channel is down"),
    "waterfall": ("in line", "work", "held", "failed", "refused", "lost", "lost on the way", "given up", "not asked",
                  "crashed", "withdrawn"),
    "lives": ("in line", "works", "held", "waits", "failed", "refused", "lost", "gives up", "crashed", "not true yet"),
    "words": ("Undone", "Never", "and again"), "fault": ("lasts", "more"), "sequence": ("of two",),
}  # fmt: skip


def gist(step):
    """A step without its numbers and names: what must have been drawn."""
    text = re.sub(r"[\d.]+ (ms|s|min|h)\b|\d+", "#", step[4])
    text = re.sub("not call [^ :]+", "not call", text)
    return step[1] if step[1] in ("effect", "start", "end", "told") else f"{step[1]}: {text}"


def sorts(one):
    """What is to be seen of a request, and its sorts of attempts and messages: two alike need no second look."""
    found = Counter(map(gist, arrows(one)))
    lanes = Ways(one).lanes
    for row in one.rows.values():
        late, delayed = row.late is not None, row.ready != row.born
        beside = lanes[row.number] > 0 and bool(one.children(row))
        found[row.kind, row.outcome, row.verdict, row.reason, row.started is None, late, delayed, beside] += 1
    for each in one.messages:
        fates = tuple(sending.fate for sending in each.sendings)
        shared = one.cause[each.number] != each.cause
        found[each.fate, fates, each.origin >= 0, each.acknowledged is None, shared] += 1
    return found


def alike(found, expected, what):
    """The same tuples, their times to the nanosecond, in any order."""
    found, expected = (sorted(map(rounded, each)) for each in (found, expected))
    more, fewer = [each for each in found if each not in expected], [each for each in expected if each not in found]
    assert found == expected, f"{what}: {more} is drawn, and {fewer} is not"


def rounded(values):
    return tuple(each if isinstance(each, str | bool) else round(float(each), 9) for each in values)


def assert_pictures_of_one_request_are_true(run):
    plain, customers = all_of(run), follow(Plain(run))
    assert len(plain.requests) == len(customers)
    last, seen, chosen = None, Counter(), set(range(0, len(customers), max(1, len(customers) // EACH)))
    for request, customer in list(zip(plain.requests, customers, strict=True))[:LOOKED_AT]:
        one = One(plain, request)
        kinds = sorts(one)
        if request.place in chosen or kinds.keys() - SEEN.keys() - seen.keys():
            seen.update(kinds)
            seen.update(assert_sequence_is_true(run, one, customer))
            seen.update(assert_waterfall_is_true(run, one, customer))
            seen.update(assert_lives_are_true(run, one, customer))
            if last and last[0].request.workload == request.workload:
                assert_sequence_of_two_is_true(run, last, (one, customer))
                seen["sequence: of two"] += 1
            last = one, customer
    SEEN.update(seen)  # not before all is true: who tries again what failed must choose the same


def steps_of(sequence):
    """The steps but the notes of faults, and those."""
    found = [(each.time, each.kind, each.source, each.target, each.text, each.good, each.whose)
             for each in sequence.steps]  # fmt: skip
    faults = [each for each in found if each[4].startswith("fault: ")]
    return [each for each in found if each not in faults], faults


def assert_sequence_is_true(run, one, customer):
    sequence = Sequence(run, one.request.number, one.request.workload)
    steps, faults = steps_of(sequence)
    expected = of_several([one])
    assert list(map(rounded, steps)) == list(map(rounded, expected))
    assert sequence.participants == participants([one], expected)
    assert list(sequence.participants) == list(participants([one], expected))
    end = max(0.0, Ways(one).last())
    notes = [(time, name, words) for time, name, words in fault_notes(one, sequence.participants, end)]
    alike([each[:1] + each[2:3] for each in faults], [each[:2] for each in notes], "faults")
    assert sorted(re.search(r", for [^,]*$", each[4])[0] for each in faults) == sorted(each[2] for each in notes)
    assert sequence.alt_text == alt_text(one, customer)
    lines = [line for line in sequence.text().split("\n\n")[1].split("\n") if ": fault: " not in line]
    assert lines == list(as_text(expected))
    said = [f"words: {words}" for words in MUST["words"] if f" {words}" in sequence.alt_text]
    return [*said, *(f"fault: {'more' if words.endswith('more') else 'lasts'}" for *_, words in notes)]


def assert_sequence_of_two_is_true(run, first, last):
    one, other = first[0], last[0]
    whole = [
        (each, customer, f"Customer {each.request.number}")
        for each, customer in sorted((last, first), key=lambda each: each[0].request.arrived)
    ]
    sequence = Sequence(run, [other.request.number, one.request.number], one.request.workload)
    steps, faults = steps_of(sequence)
    expected = of_several([other, one])
    alike(steps, expected, "steps of two")
    times = [step.time for step in sequence.steps]
    assert times == sorted(times)
    begin = min((one, other), key=lambda each: each.request.arrived)
    end = max(begin.since(each.request.arrived) + Ways(each).last() for each in (one, other))
    notes = list(fault_notes(begin, sequence.participants, end))
    alike([each[:1] + each[2:3] for each in faults], [each[:2] for each in notes], "faults of two")
    assert sequence.participants == participants([other, one], expected)
    assert sequence.alt_text == " ".join(alt_text(*each) for each in whole)


def assert_waterfall_is_true(run, one, customer):
    made, plain = waterfall.scene(run, one.request.number, one.request.workload), Waterfall(one)
    found = [(mark.name, round((low + high) / 2), left, right) for mark in marks(made, "Bars")
             for left, right, low, high in boxes([mark])]  # fmt: skip
    in_line = [each for each in found if each[0] == "in line"]
    work = joined(sorted((each for each in found if each not in in_line), key=lambda each: each[1:3]))
    alike([*in_line, *work], plain.bars, "bars")
    alike([(mark.y[0], *mark.x) for mark in marks(made, "Line", "")], plain.ways, "on the way")
    crosses = [mark for mark in marks(made, "Dots") if mark.look.marker == "x"]
    signs = [mark for mark in marks(made, "Dots") if mark.look.marker != "x"]
    alike([(mark.name or "kept", mark.y[0], mark.x[0]) for mark in signs], plain.signs, "signs")
    said = [(mark.text, mark.y, mark.x) for mark in marks(made, "Text") if "more bar" not in mark.text]
    alike(said, plain.fails, "failures")
    assert sorted((mark.y[0], mark.x[0]) for mark in crosses) == sorted(2 * [each[1:] for each in said])
    assert [text for _, text in made.y.ticks] == list(plain.labels())
    assert made.title == plain.title(customer)
    held = ", ".join(f"{name} {seconds(time)}" for name, time in plain.held().items())
    effects = "".join(f" {name} at {seconds(time)}." for time, name in one.effects())
    assert made.alt == f"{made.title}. Time a worker was held: {held}.{effects}"
    answered = [mark for mark in marks(made, "Line") if mark.name]
    told = [] if one.request.answered is None else [(one.since(one.request.answered),) * 2]
    alike([mark.x for mark in answered], told, "told")
    assert made.frame.right == pytest.approx(plain.longest(), abs=1e-9)
    return [f"waterfall: {each[0]}" for each in (*plain.bars, *plain.fails)]


def assert_lives_are_true(run, one, customer):
    made, plain = lives.scene(run, request=one.request.number, workload=one.request.workload), Ways(one)
    kinds = ("waits", "in line", "works", "held")
    found = [(mark.name, (left + right) / 2, low, high) for mark in marks(made, "Bars") if mark.name in kinds
             for left, right, low, high in boxes([mark])]  # fmt: skip
    alike(found, plain.bars, "bars")
    lines = [mark for mark in marks(made, "Line") if mark.name in ("message", "answer")]
    names = ["good answer" if mark.look == REPLY else mark.name for mark in lines]
    alike([(name, *mark.x, *mark.y) for name, mark in zip(names, lines, strict=True)], plain.arrows, "arrows")
    dots = marks(made, "Dots")
    alike([(mark.words, mark.x[0], mark.y[0]) for mark in dots if not mark.name], plain.crosses, "crosses")
    alike([(mark.name, mark.x[0], mark.y[0]) for mark in dots if mark.name], plain.effects, "effects")
    assert made.title == f"Customer {one.request.number} was {ending(one, customer)}"
    assert made.alt.endswith(f" Lifelines of {run.scenario.name}: {', '.join(plain.places)}.")
    untrue = [(low, high) for mark in marks(made, "Bars", "not true yet") for _, _, low, high in boxes([mark])]
    alike(untrue, plain.untrue(customer), "not true yet")
    bands = [
        (mark.left[0] + 0.42, mark.low[0], mark.high[0]) for mark in marks(made, "Bars") if mark.look.hatch == "///"
    ]
    alike(bands, plain.faults(), "faults")
    ends = {mark.y for mark in marks(made, "Line", "") if mark.look == LIFELINE}
    alike(ends, [(0.0, plain.end)], "lifelines")
    drawn = {name for name, *_ in plain.effects}
    names = {short(name): name for name in run.tables.effect_names}
    assert drawn == {names[words] for words, _ in made.legend if words in names}
    return [f"lives: {each[0]}" for each in (*plain.bars, *plain.crosses, *(["not true yet"] for _ in untrue))]


@holds(0.6, systems(), of=MANY)
def test_the_pictures_of_a_request_of_any_system_are_what_the_records_say(scenario):
    assert_pictures_of_one_request_are_true(run_of(scenario))


@holds(0.2, crowded_systems(), of=MANY)
def test_the_pictures_of_a_request_of_a_busy_system_are_what_the_records_say(scenario):
    assert_pictures_of_one_request_are_true(run_of(scenario))


@holds(0.1, elastic_systems(), of=MANY)
def test_the_pictures_of_a_request_of_functions_and_loops_are_what_the_records_say(scenario):
    assert_pictures_of_one_request_are_true(run_of(scenario))


@holds(0.1, log_systems(), of=MANY)
def test_the_pictures_of_a_request_of_a_log_are_what_the_records_say(scenario):
    assert_pictures_of_one_request_are_true(run_of(scenario))


@holds(0.1, stream_systems(), of=MANY)
def test_the_pictures_of_a_request_of_windows_are_what_the_records_say(scenario):
    assert_pictures_of_one_request_are_true(run_of(scenario))


def test_the_pictures_of_a_request_of_what_counts_as_done_before_it_is_worked_are_what_the_records_say():
    mailer = {"subscribe": {"channel": "mails", "ack": "before"}, "handle": [{"work": "20ms"}, {"effect": "mail"}]}
    scenario = Scenario.from_dict({
        "name": "hasty",
        "workloads": {"people": {"target": "page", "arrivals": {"constant": 2}}},
        "services": {"page": {"handle": [{"publish": "mails"}]}, "mailer": mailer},
        "channels": {"mails": "queue"},
        "run": {"duration": 5},
    })  # fmt: skip
    assert_pictures_of_one_request_are_true(run_of(scenario))


@pytest.mark.parametrize("name", mostly_at_night(NAMES, *BY_DAY))
def test_the_pictures_of_a_request_of_a_troubled_run_are_what_the_records_say(name):
    assert_pictures_of_one_request_are_true(a_run(name))


def test_what_a_picture_of_one_request_can_show_was_drawn_in_some():
    run_the_others(
        globals(),
        "test_the_pictures",
        test_the_pictures_of_a_request_of_a_troubled_run_are_what_the_records_say=BY_DAY,
    )
    wanted = {f"{kind}: {text}" for kind, texts in MUST.items() for text in texts}

    @examples(1, of=MANY)
    @given(systems())
    def more(scenario):
        if wanted - SEEN.keys():
            assert_pictures_of_one_request_are_true(run_of(scenario))

    if wanted - SEEN.keys():  # what happens seldom
        more()
    assert wanted - SEEN.keys() == set()
