"""The pictures of a run are worked out a second time, from the raw records of random systems, in plain loops.

Each line at each of its points, each bar, dot and strip, the words above and beside, and the bands of faults.
"""

from collections import Counter
from functools import cache
from math import inf

import numpy as np
import pytest

from evsim.figures import write_as
from evsim.scenario import Scenario
from evsim.view import dots, ecdf, flow, promise, staleness
from evsim.view.words import seconds, short
from tests.books.holding import holds, run_of
from tests.books.systems import systems
from tests.figures.crowded import crowded_systems
from tests.figures.customers import follow
from tests.figures.elastic import elastic_systems
from tests.figures.ledger import ledger
from tests.figures.plain import Plain
from tests.pictures import columns, curves
from tests.pictures.backlogs import backlog_systems, catch_ups, words_of
from tests.support.nightly import NIGHTLY
from tests.view import runs
from tests.view.drawing import marks

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("a_clock_that_stands_still_is_noticed_soon")]

MANY = 200 if NIGHTLY else 60  # systems


def near(found, expected, what):
    assert len(found) == len(expected), (what, len(found), len(expected))
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9), (what, found, expected)


def assert_pictures_of_a_run_are_true(run):
    crowd = curves.Crowd(run, follow(Plain(run)))
    assert_flow_is_true(run, crowd)
    assert_ecdf_is_true(run, crowd)
    assert_staleness_is_true(run, crowd)
    assert_pictures_are_true_with_fewer_lines(run, crowd)
    assert_latency_is_true(run, crowd)
    for at in (None, 0.37 * run.ended_at, float(max((each.born for each in crowd.all), default=1.0))):
        assert_promise_is_true(run, crowd, at)
    assert_promise_in_bins_is_true(run, crowd)
    assert_two_designs_are_true({"one": crowd, "two": another()})


def assert_pictures_are_true_with_fewer_lines(run, crowd):
    """Effects are already too many for a line of each."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, most in ((ecdf, "MOST", 0), (staleness, "MOST", 0), (curves, "MOST_ALONE", 0),
                                   (flow, "MOST_EFFECTS", 1), (curves, "MOST_LINES", 1)):  # fmt: skip
            patch.setattr(module, name, most)
        assert_flow_is_true(run, crowd)
        assert_ecdf_is_true(run, crowd)
        assert_staleness_is_true(run, crowd)


@cache
def another():
    return curves.Crowd(runs.doubled(), follow(Plain(runs.doubled())))


def happened(run):
    """(kind, target, from, to) of each fault that was there before the end."""
    kinds = {fault.kind for fault in run.scenario.faults}
    found = [(kind, target, time, run.ended_at if end is None else min(end, run.ended_at))
             for time, kind, target, end in run.records.incidents if kind in kinds and time < run.ended_at]  # fmt: skip
    return sorted(found, key=lambda fault: fault[2:])


def assert_bands_are_true(made, run, at=None, place=lambda time: time):
    """Each fault is in a band; those of one kind and target in one."""
    until = run.ended_at if at is None else at
    spans = [(place(time), place(min(end, until))) for _, _, time, end in happened(run) if time < until]
    found = [span for band in made.bands for span in band.spans]
    near(sorted(found), sorted(spans), "bands")
    for band in made.bands:
        if " other faults" not in band.words:
            begin, end = band.spans[0]
            many = f", {len(band.spans)} times" if len(band.spans) > 1 else f" for {seconds(end - begin)}"
            assert band.words.endswith(many) or place(1.5) != 1.5, band.words
    assert len(made.bands) <= 5


def assert_flow_is_true(run, crowd):
    made = flow.scene(run)
    if not crowd.all:
        assert made.title.startswith("Nobody arrived within ")
        return
    lines = curves.flow(crowd)
    steps = [mark for mark in marks(made, "Steps") if mark.name]
    assert [mark.name for mark in steps] == [line.name for line in lines]
    assert [end.text for end in made.ends if end.look] == [f"{len(line.times):,} {line.name}" for line in lines]
    for mark, line in zip(steps, lines, strict=True):
        near(mark.x, [0.0, *line.times, made.frame.right], line.name)
        assert mark.y == [0, *range(1, len(line.times) + 1), len(line.times)], line.name
    assert made.frame.right >= max(time for line in lines for time in line.times)
    if "(predicted: " not in made.title:
        assert made.title == curves.flow_title(crowd)
    assert_bands_are_true(made, run, made.frame.right)


def assert_steps_are_shares(mark, frame, times, of):
    near(mark.x, [frame.left, *times, frame.right], mark.name)
    near(mark.y, [0.0, *((number + 1) / of for number in range(len(times))), len(times) / of], mark.name)


def named(line):
    share = len(line.times) / line.of
    return short(line.name) + (f": {write_as('share', share)}" if share < 1 else "")


def assert_axis_of_times_is_true(frame, groups):
    """From zero, or in equal factors where the longest is 15 medians away."""
    shortest, longest = min(map(min, groups)), max(map(max, groups))
    log = shortest > 0 and longest > 15 * min(float(np.median(each)) for each in groups)
    ends = (shortest / 1.3, longest * 1.3) if log else (0.0, longest * 1.04 or 1e-3)
    assert (frame.left, frame.right) == pytest.approx(ends) and frame.log == log


def assert_ecdf_is_true(run, crowd):
    made, lines = ecdf.scene(run), curves.ecdf(crowd)
    if not crowd.counted or not lines:
        assert made.title in ("No customer came after the warm-up.", "Nobody was told anything, and nothing was done.")
        return
    steps = marks(made, "Steps")
    assert [mark.name for mark in steps] == [named(line) for line in lines] == [end.text for end in made.ends]
    for mark, line in zip(steps, lines, strict=True):
        assert_steps_are_shares(mark, made.frame, line.times, line.of)
    near([end.y for end in made.ends], [len(line.times) / line.of for line in lines], "ends")
    assert made.title == curves.ecdf_title(lines)
    assert made.alt == " ".join([f"{made.title}.", *map(curves.ecdf_words, lines)])
    assert_axis_of_times_is_true(made.frame, [line.times for line in lines])


def assert_staleness_is_true(run, crowd):
    made, lines = staleness.scene(run), curves.staleness(crowd)
    if not lines:
        who = " who came after the warm-up" if run.scenario.run_settings.warmup else ""
        assert made.title == f"Nobody{who} was told yes, so nobody expects anything to be true."
        return
    assert made.title == curves.staleness_title(crowd, lines[0])
    assert_curves_are_missed(made, lines, len({line.of for line in lines}) > 1)


def assert_curves_are_missed(made, lines, shares):
    steps = marks(made, "Steps")
    assert [mark.name for mark in steps] == [short(line.name) for line in lines]
    for mark, line in zip(steps, lines, strict=True):
        of = line.of if shares else 1
        finite = sorted({time for time in line.times if time < inf})
        left = made.frame.left
        assert set(np.round(mark.x[1:-1], 9)) == {round(max(time, left), 9) for time in finite}
        moments = sorted(time for time in line.times if time < inf)
        wanted = [curves.missed(line, 0), *(curves.missed(line, time) for time in moments), curves.never(line)]
        near(mark.y, [value / of for value in wanted], line.name)
    words = [made.title + ".", *map(curves.staleness_words, lines)]
    assert made.alt == " ".join(words)
    ends = [curves.never(line) / (line.of if shares else 1) for line in lines] if len(lines) > 1 else []
    near([end.y for end in made.ends], ends, "ends")


def assert_two_designs_are_true(crowds):
    both = {name: crowd.run for name, crowd in crowds.items()}
    lines = []
    for name, crowd in crowds.items():
        if crowd.counted:
            yes = crowd.told("yes", crowd.counted)
            lines.append(curves.Curve(name, [each.response for each in yes], len(crowd.counted)))
    lines = [line for line in lines if line.times]
    if lines:
        made = ecdf.scene(both)
        for mark, line in zip(marks(made, "Steps"), lines, strict=True):
            assert mark.name == named(line)
            assert_steps_are_shares(mark, made.frame, line.times, line.of)
    lines = [(name, curves.staleness(crowd)) for name, crowd in crowds.items()]
    lines = [curves.Curve(name, its[0].times, its[0].of) for name, its in lines if its]
    if lines:
        made = staleness.scene(both)
        assert_curves_are_missed(made, lines, len({line.of for line in lines}) > 1)
        shares = [f"{write_as('share', curves.missed(line, 0) / line.of)} ({line.name})" for line in lines]
        assert made.title == f"Told yes and not true yet, at that moment: {', '.join(shares)}"


def assert_latency_is_true(run, crowd):
    made = dots.scene(run)
    good, bad, none = columns.dots_of(crowd)
    if not (good or bad):
        assert made.title.startswith(("No customer came after the warm-up", "None of "))
        return
    assert made.title == f"Customers have their answer: {columns.dots_words(crowd)}"
    assert_axis_of_times_is_true(made.frame, [[*good, *bad]])
    _, many, abreast = made.frame.grain
    drawn = [(mark.name, x, y) for mark in marks(made, "Dots") for x, y in zip(mark.x, mark.y, strict=True)]
    assert sum(name == "no answer" for name, *_ in drawn) == none
    stacks = {}
    for name, times in (("told", good), ("told error", bad)):
        for time in times:
            share = time / made.frame.right
            if made.frame.log:
                share = np.log(time / made.frame.left) / np.log(made.frame.right / made.frame.left)
            stacks.setdefault(int(np.clip(int(share * many), 0, many - 1)), []).append(name)
    lowest = min(y for name, _, y in drawn if name != "no answer")
    wanted = []
    for column, names in stacks.items():
        for number, name in enumerate(names):
            share = (column + (number % abreast + 0.5) / abreast) / many
            frame = made.frame
            x = frame.left * (frame.right / frame.left) ** share if frame.log else frame.right * share
            wanted.append((name, x, lowest * (1 + 2 * (number // abreast))))
    found = sorted(each for each in drawn if each[0] != "no answer")
    assert [name for name, *_ in found] == [name for name, *_ in sorted(wanted)]
    near([each[1:] for each in found], [each[1:] for each in sorted(wanted)], "dots")


def assert_promise_is_true(run, crowd, at):
    made, moment = promise.scene(run, at=at), columns.Moment(crowd, at)
    number = len(moment.customers)
    if not number:
        assert made.title.startswith("Nobody arrived within ")
        return
    found = {}
    gap = 0.15 if number <= 100 else 0.0
    for bars in marks(made, "Bars"):
        spots = [round(left - gap, 9) for left in bars.left]
        near(bars.right, [left + 1 - 2 * gap for left in bars.left], bars.name)
        heights = {round(high - low, 9) for low, high in zip(bars.low, bars.high, strict=True)}
        found.setdefault(bars.name.rpartition(":")[0], []).append((heights.pop(), spots, set(bars.low)))
        assert not heights
        assert bars.name.endswith(f": {len(spots)}")
    wanted = {}
    for name, height, places in columns.promise_rows(moment):
        if places:
            wanted.setdefault(name, []).append((height, places))
    assert {name: [each[:2] for each in its] for name, its in found.items()} == wanted
    titles = ["told", *columns.most_wrong(moment), "not as told"]
    assert [text for _, text in made.y.ticks] == list(map(short, titles))
    for name, its in found.items():
        base = -2.5 * titles.index(name)
        for order, (_, _, lows) in enumerate(its):
            assert lows <= {base, base + 0.5 * order} if name not in ("told", "not as told") else lows == {base}
    beside = [mark.text.split("\n") for mark in marks(made, "Text")]
    assert [[each for each in its if each] for its in beside] == list(columns.promise_counts(moment))
    title = columns.promise_title(moment)
    assert made.title == (title if at is None else f"At {seconds(at)}, {title[0].lower()}{title[1:]}")
    arrived = [each.born for each in moment.customers]
    assert_bands_are_true(made, run, at, lambda time: sum(each < time for each in arrived))
    assert_sum_is_true(made.below[0].partition(": ")[2] if at is not None else made.below[0], run, moment, at)


def assert_sum_is_true(said, run, moment, at):
    """Everybody, by what they were told and what is true: the most frequent first, at most six kinds."""
    total, _, terms = said.partition(" = ")
    outcomes = run.outcomes if at is None else type(run.outcomes).of(run, at)
    order = {id(each): place for place, each in enumerate(moment.crowd.all)}
    kinds = Counter(outcomes.words(order[id(each)]) for each in moment.customers)
    assert int(total.replace(",", "")) == kinds.total()
    left = " + " + terms
    numbers = []
    for words, many in sorted(kinds.items(), key=lambda kind: -len(kind[0])):
        if (term := f" + {many:,} {words}") in left:
            numbers.append((left.index(term), many))
            left = left.replace(term, " " * len(term), 1)
    rest = len(kinds) - len(numbers)
    others = kinds.total() - sum(many for _, many in numbers)
    assert left.strip() == (f"+ {others:,} in {rest} other way{'s' * (rest > 1)}" if rest else "")
    assert len(numbers) == min(6, len(kinds))
    assert [many for _, many in sorted(numbers)] == sorted(kinds.values(), reverse=True)[:6]


def assert_promise_in_bins_is_true(run, crowd):
    """A column for several: the share of them, and the smallest is seen."""
    moment, most = columns.Moment(crowd), 7
    number = len(moment.customers)
    if not number:
        return
    made, each = promise.scene(run, columns=most), -(-number // most)
    bins = [range(begin, min(begin + each, number)) for begin in range(0, number, each)]
    found, rows = [], ["told", *columns.most_wrong(moment), "not as told"]
    for bars in marks(made, "Bars"):
        found.append((bars.name, list(zip(bars.left, bars.right, bars.low, bars.high, strict=True))))
    gap = 0.15 if number <= 100 * each else 0.0
    stacked = Counter()  # how high the bars are so far, in each row and bin, each way
    for name, height, places in columns.promise_rows(moment):
        wanted = []
        for its in bins:
            share = sum(place in places for place in its) / len(its)
            if share:
                where = name, its[0], height > 0
                low = stacked[where] - 2.5 * rows.index(name)
                wanted.append((its[0] + gap, its[-1] + 1 - gap, low, low + height * max(share, 0.3)))
                stacked[where] += height * max(share, 0.3)
        drawn = [spans for label, spans in found if label == f"{name}: {len(places)}"]
        same = (len(spans) == len(wanted) and np.allclose(spans, wanted) for spans in drawn)
        assert not places or any(same), (name, drawn, wanted)


@holds(0.3, systems(), of=MANY)
def test_the_pictures_of_any_system_are_what_the_records_say(scenario):
    assert_pictures_of_a_run_are_true(run_of(scenario))


@holds(0.15, crowded_systems(), of=MANY)
def test_the_pictures_of_a_busy_system_are_what_the_records_say(scenario):
    assert_pictures_of_a_run_are_true(run_of(scenario))


@holds(0.1, elastic_systems(), of=MANY)
def test_the_pictures_of_functions_and_loops_are_what_the_records_say(scenario):
    assert_pictures_of_a_run_are_true(run_of(scenario))


def test_lines_of_what_is_due_for_some_are_of_those_alone():
    """Seven of ten want an account; half of these a newsletter, too."""
    newsletter = [{"wait": {"exponential": 0.3}}, {"effect": "newsletter"}]
    account = [
        {"work": {"exponential": 0.2}},
        {"effect": "account"},
        {"maybe": {"probability": 0.5, "then": newsletter}},
    ]
    services = {"desk": {"workers": 3, "handle": [{"maybe": {"probability": 0.7, "then": account}}]}}
    arrivals = {"target": "desk", "arrivals": {"poisson": 5}}
    written = {"name": "desk", "services": services, "workloads": {"all": arrivals}, "run": {"duration": 30}}
    run = Scenario.from_dict(written).run()
    assert 0 < sum(run.tables.requests.due > 0) < len(run.tables.requests.due)
    assert_pictures_of_a_run_are_true(run)


@holds(0.4, backlog_systems(), of=MANY)
def test_a_backlog_is_worked_off_as_the_records_say(scenario):
    run = run_of(scenario)
    plain = Plain(run)
    assert_flow_is_true(run, curves.Crowd(run, follow(plain)))
    made, wanted = flow.scene(run), catch_ups(plain, ledger(plain))
    dotted = [(mark.x, mark.y) for mark in marks(made, "Line") if mark.look == flow.PREDICTED]
    lines = []
    for end, _, done, rate, capacity, _, predicted in wanted:
        time = min(predicted, made.frame.right - end)
        if capacity > rate:
            lines.append(((end, end + time), (done, done + capacity * time)))
    near(dotted, lines, "predicted")
    if wanted:
        most = max(wanted, key=lambda each: each[1])
        assert made.title.endswith(words_of(most)), (made.title, words_of(most))
    assert made.alt.count("Catch-up: ") == len(wanted)
    assert ("(predicted: " in made.title) == bool(wanted)


@pytest.mark.parametrize("make", [runs.many, runs.doubled, runs.classic, runs.cut])
def test_the_pictures_of_a_run_of_a_lesson_are_what_the_records_say(make):
    assert_pictures_of_a_run_are_true(make())
