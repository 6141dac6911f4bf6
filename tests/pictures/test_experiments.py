"""Pictures of many runs, of made-up numbers: each mark is where its number says, each sentence says what they say."""

import math
from collections import Counter

import numpy as np
import pytest

from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.statistics import Estimate
from evsim.figures import groups, label, write, write_estimate
from evsim.view import (
    comparison,
    crash_pictures,
    hysteresis_plot,
    replay_picture,
    sweep_pictures,
    warm_up_plot,
    what_changed,
)
from evsim.view.words import count, seconds
from tests.pictures import made_up
from tests.support.nightly import NIGHTLY
from tests.view.drawing import boxes, marks

pytestmark = pytest.mark.slow

SEEDS = range(100 if NIGHTLY else 8)
SEEN, UNSEEN, PAPER = "#2b2b30", "#a4a4aa", "#ffffff"
EDGE = 1.25


@pytest.fixture(params=SEEDS)
def luck(request):
    return np.random.default_rng(request.param)


def near(found, expected):
    assert np.shape(found) == np.shape(expected)
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True), (found, expected)


# The comparison of designs.


def verdict(apart):
    if math.isnan(apart.low):
        return "cannot tell"
    return "more" if apart.low > 0 else "less" if apart.high < 0 else "no difference seen"


def rows_of(found):
    """[(group, name, words, other -> difference, scale)], and the names that are not shown."""
    summary, first, rows, nothing = found.summary(), found.first, [], []
    for group, names in groups(summary[first]).items():
        for name in names:
            means = {design: its[name].mean for design, its in summary.items()}
            apart = {other: its[name] for other, its in found.differences.items()}
            if any(means.values()):
                scale = {other: max(abs(means[first]), abs(means[other])) or 1.0 for other in apart}
                rows.append((group, name, label(name), apart, scale, means))
            else:
                nothing.append(label(name))
    for what in ("response", "completion"):
        means = {design: its[f"{what}_mean"].mean for design, its in summary.items()}
        apart = {other: its[what] for other, its in found.customers.items()}
        larger = {other: max(abs(means[first]), abs(means[other])) or 1.0 for other in apart}
        scale = {other: max(larger[other], abs(each.mean)) for other, each in apart.items()}
        rows.append(("Same customer in both", f"{what}_mean", what, apart, scale, means))
    return rows, nothing


@pytest.mark.parametrize("designs", [2, 3])
def test_a_comparison_shows_each_difference_as_a_share_of_the_larger_mean(luck, designs):
    found = made_up.a_comparison(luck, designs)
    made, (rows, nothing) = comparison.scene(found), rows_of(found)
    level, last, places = 0.0, None, []
    for group, *_ in rows:
        level += 1 + 1.2 * (last not in (None, group))
        last = group
        places.append(level)
    assert [text for _, text in made.y.ticks] == [row[2] for row in rows]
    near([place for place, _ in made.y.ticks], places)
    others = list(found.differences)
    dots, lines = marks(made, "Dots"), {(round(mark.y[0], 9)): mark.x for mark in marks(made, "Line")[1:]}
    wanted, words = [], []
    for place, (_, name, text, apart, scale, _) in zip(places, rows, strict=True):
        for number, other in enumerate(others):
            each, of, y = apart[other], scale[other], place + (number - (len(others) - 1) / 2) * 0.62 / len(others)
            seen = verdict(each) in ("more", "less")
            wanted.append((f"{text}: {other}", max(-EDGE, min(EDGE, each.mean / of)), y, seen))
            ends = [max(-EDGE, min(EDGE, end / of)) for end in (each.low, each.high)]
            assert math.isnan(each.low) or lines[round(y, 9)] == pytest.approx(ends)
            assert math.isnan(each.low) == (round(y, 9) not in lines)
            words.append(f"{write_estimate(name, each, difference=True)} in {other} ({verdict(each)})")
    assert [mark.name for mark in dots] == [each[0] for each in wanted]
    near([(mark.x[0], mark.y[0]) for mark in dots], [each[1:3] for each in wanted])
    looks = [(SEEN, SEEN) if each[3] else (PAPER, UNSEEN) for each in wanted]
    assert [(mark.look.colour, mark.look.edge) for mark in dots] == looks
    assert all(said in made.alt for said in words)
    assert not nothing or f"Zero in all designs, or not known: {', '.join(nothing)}." in made.alt
    assert made.title == finding_of(found, rows, others)
    sure = [words for words, _ in made.legend if words.startswith("not shown")]
    assert sure == ([f"not shown: {count(len(nothing), 'figure')}, zero in all or not known"] if nothing else [])


def finding_of(found, rows, others):
    seen = [(row, other) for row in rows for other in others if verdict(row[3][other]) in ("more", "less")]
    if len(others) > 1:
        total = count(len(rows) * len(others), "difference")
        return f"{len(seen)} of {total} from {found.first} {'is' if len(seen) == 1 else 'are'} seen in 3 runs each"
    if not seen:
        return f"No difference seen between {others[0]} and {found.first} in 3 runs each"
    order = ("response_mean", "errors", "completion_mean", "inconsistent", "lost")
    named = [row for name in order for row, _ in seen if row[1] == name and not row[0].startswith("Same")]
    said = []
    for _, name, text, _, _, means in (named or [row for row, _ in seen])[:2]:
        said.append(f"{text} {write(name, means[found.first])} → {write(name, means[others[0]])}")
    return f"{others[0]} against {found.first}: {', '.join(said)} (3 runs each)"


# Crashes.

DARK = (("#f89c20", "#7c4e10"), ("#964a8b", "#4b2546"))  # once, and more often


def test_a_crash_matrix_shows_what_was_told_and_what_was_done_in_each_line(luck):
    found = made_up.a_crash_matrix(luck)
    made = crash_pictures.scene(found)
    wanted, differ = [], 0
    told = {"yes": 0.3, "no": -0.18, "error": -0.3, "nothing": 0.06}
    for panel in found.designs.values():
        for crash in panel:
            wanted.append((f"told {crash.told}", abs(told[crash.told])))
            wanted += [(f"{name}: {times}", 0.5 if times > 1 else 0.25) for name, times in crash.effects.items()]
            differ += crash.untrue
    bars = [(mark.name, mark.right[0] - mark.left[0]) for mark in marks(made, "Bars")]
    assert Counter(name for name, _ in bars) == Counter(name for name, _ in wanted)
    near([wide for _, wide in sorted(bars)], [wide for _, wide in sorted(wanted)])
    middle = marks(made, "Line")[0].x[0]
    effects = list(dict.fromkeys(name for crash in found for name in crash.effects))
    for mark in marks(made, "Bars"):
        if mark.name.startswith("told "):
            assert (mark.right[0] > middle + 1e-9) == (mark.name in ("told yes", "told nothing")), mark.name
        else:
            dark = DARK[effects.index(mark.name.partition(":")[0])]
            times = int(mark.name.rpartition(" ")[2])
            assert mark.look.colour == (dark[times > 1] if times else mark.look.colour)
            assert times or mark.look.colour not in dark
    assert len(marks(made, "Dots", "differ")) == differ
    assert_crash_sentences_are_true(made, found)


def assert_crash_sentences_are_true(made, found):
    shares, said = {}, {}
    for design, panel in found.designs.items():
        wrong = sum(crash.untrue for crash in panel)
        shares[design] = wrong / len(panel)
        many = count(len(panel), "crash", "crashes")
        said[design] = f"{design}: told and true differ after {wrong or 'none'} of {many}"
    if len(shares) == 1:
        assert made.title == said["one"]
        return
    texts = [mark.text for mark in marks(made, "Text")]
    assert all(words in texts for words in said.values())
    low, high = min(shares.values()), max(shares.values())
    best, worst = (next(name for name, share in shares.items() if share == wanted) for wanted in (low, high))
    assert made.title == (
        "No design is better than another one in this" if low == high else
        f"Told and true differ least often in {best} ({100 * low:.0f} % of crashes), "
        f"most often in {worst} ({100 * high:.0f} % of crashes)"
    )  # fmt: skip


# Sweeps.

NUMBERS = {"1ms": 0.001, "20ms": 0.02, "50ms": 0.05, "0.1s": 0.1}
WORKERS, WORK = made_up.PATHS


@pytest.mark.parametrize("paths", [1, 2])
def test_lines_of_a_sweep_go_through_each_mean_in_order_of_the_values(luck, paths):
    found = made_up.a_sweep(luck, paths)
    made = sweep_pictures.lines_scene(found, "response_mean")
    x = WORK if paths == 2 else WORKERS
    of = {}
    for (point, _), each in zip(found.points, found.estimates("response_mean"), strict=True):
        name = f"workers {point[WORKERS]}" if paths == 2 else ""
        of.setdefault(name, []).append((NUMBERS.get(point[x], point[x]), each))
    curves = [mark for mark in marks(made, "Line") if not mark.across]
    assert [mark.name for mark in curves] == list(of)
    areas = {mark.name: mark for mark in marks(made, "Area")}
    for mark in curves:
        its = sorted(of[mark.name], key=lambda pair: pair[0])
        near([mark.x, mark.y], [[place for place, _ in its], [each.mean for _, each in its]])
        area = areas[f"{mark.name}: 95 % interval"]
        near([area.low, area.high], [[each.low for _, each in its], [each.high for _, each in its]])
    (limit,) = [mark for mark in marks(made, "Line") if mark.across]
    assert limit.y == (0.5, 0.5)
    highest = max([0.5, *(each.high for its in of.values() for _, each in its)])
    assert made.y.high == pytest.approx(1.08 * highest)
    means = [each.mean for its in of.values() for _, each in its]
    if paths == 1:
        (its,) = of.values()
        its = sorted(its, key=lambda pair: pair[0])
        ends = [f"{write('response_mean', each.mean)} at {place}" for place, each in (its[0], its[-1])]
        assert made.title == f"Response mean: {ends[0]}, {ends[1]}"
    else:
        ends = [write("response_mean", edge(means)) for edge in (min, max)]
        assert made.title.endswith(f": from {ends[0]} to {ends[1]}")


@pytest.mark.parametrize("paths", [2, 3])
def test_a_cell_of_a_heat_map_is_the_mean_of_its_points_the_darker_the_more(luck, paths):
    found = made_up.a_sweep(luck, paths)
    made = sweep_pictures.heat_scene(found, "response_mean")
    columns, rows = sorted(NUMBERS, key=NUMBERS.get), [1, 2, 10]
    cells, missed = {}, set()
    for (point, _), each, verdicts in zip(found.points, found.estimates("response_mean"), found.verdicts, strict=True):
        place = rows.index(point[WORKERS]), columns.index(point[WORK])
        cells.setdefault(place, []).append(each.mean)
        missed |= {place for its in verdicts if its.metric == "response_mean" and its.verdict == "MISSES"}
    means = {place: sum(its) / len(its) for place, its in cells.items()}
    top = 1.4 * max(means.values())
    drawn = {(round((mark.low[0] + mark.high[0]) / 2), round((mark.left[0] + mark.right[0]) / 2)): mark
             for mark in marks(made, "Bars")}  # fmt: skip
    assert drawn.keys() == means.keys()
    for place, mark in drawn.items():
        words = f"{write('response_mean', means[place])} at {WORK} {columns[place[1]]} and {WORKERS} {rows[place[0]]}"
        assert mark.words == words and mark.inside == (write("response_mean", means[place]),)
        assert int(mark.look.colour[1:3], 16) == pytest.approx(255 * (1 - 0.75 * means[place] / top), abs=1)
        assert (mark.look.hatch == "xx") == (place in missed)
    ends = [write("response_mean", edge(means.values())) for edge in (min, max)]
    miss = "misses" if len(missed) == 1 else "miss"
    red = f"; {count(len(missed), 'cell')} in red {miss} the objective" if missed else ""
    assert made.title == f"Response mean: from {ends[0]} to {ends[1]}{red}"
    assert [text for _, text in made.x.ticks] == columns and [text for _, text in made.y.ticks] == list(map(str, rows))


def test_a_picture_of_the_load_ends_at_five_times_the_limit(luck):
    points = [(load, Estimate(mean, mean / 2, 2 * mean, 5, 1.0)) for load, mean in ((0.5, 0.1), (1, 0.3), (2, 40.0))]
    made = sweep_pictures.load_scene({"one": points}, "response_mean", 0.3)
    assert made.y.high == pytest.approx(1.5)
    (line,) = [mark for mark in marks(made, "Line") if not mark.across]
    near([line.x, line.y], [[0.5, 1, 2], [0.1, 0.3, 40.0]])
    assert made.ends[0].y == pytest.approx(1.5)


def test_a_bar_of_a_tornado_is_the_change_of_one_side(luck):
    found = made_up.a_sensitivity(luck)
    made = sweep_pictures.tornado_scene(found)
    bars, whiskers = [], []
    for level, bar in enumerate(found.bars):
        for side, more in ((bar.less, "less"), (bar.more, "more")):
            if side is not None:
                bars.append((f"20 % {more}", level, min(0.0, side.mean), max(0.0, side.mean)))
                if not math.isnan(side.low):
                    whiskers.append((level, side.low, side.high))
    drawn = [(mark.name, round((mark.low[0] + mark.high[0]) / 2), mark.left[0], mark.right[0])
             for mark in marks(made, "Bars")]  # fmt: skip
    assert [each[0] for each in drawn] == [each[0] for each in bars]
    near([each[1:] for each in drawn], [each[1:] for each in bars])
    near([(mark.y[0], *mark.x) for mark in marks(made, "Line")[:-1]], whiskers)
    assert [text for _, text in made.y.ticks] == [bar.words for bar in found.bars]
    assert made.title == "One is it" and made.x.label.startswith("change of response mean, from ")
    ends = [0.0, *(end for _, *its in (each[1:] for each in bars) for end in its)]
    ends += [end for _, *its in whiskers for end in its]
    margin = 0.05 * (max(ends) - min(ends))
    near([made.x.low, made.x.high], [min(ends) - margin, max(ends) + margin])


# One ramp, one incident, one warm-up.


def test_both_ways_of_a_ramp_are_where_they_were_measured(luck):
    loads = [10.0, 20.0, 30.0, 40.0]
    plateaus = []
    for way in ("up", "down"):
        for load in loads if way == "up" else loads[::-1]:
            mean, half = load * luck.random(), 3 * luck.random()
            if not (way == "down" and load == loads[-1]):
                plateaus.append(Plateau(load, way, Estimate(mean, mean - half, mean + half, 5, 1.0)))
    found = Hysteresis("retries", "clients", 60.0, 5, tuple(plateaus))
    made = hysteresis_plot.scene(found)
    ways = {"the load goes up": found.way("up"), "and comes down": found.way("down")}
    for name, its in ways.items():
        (line,), (area,) = marks(made, "Line", name), marks(made, "Area", f"{name}: 95 % interval")
        near([line.x, line.y], [list(its), [each.mean for each in its.values()]])
        near(
            [area.low, area.high], [[max(0.0, each.low) for each in its.values()], [each.high for each in its.values()]]
        )
    up, down = ways.values()
    apart = {load: up[load].mean - down[load].mean for load in loads if down[load].high < up[load].low}
    if apart:
        worst = max(apart, key=apart.get)
        said = f"{up[worst].mean:.3g} a second on the way up, and {down[worst].mean:.3g} on the way back"
        assert made.title == f"At {worst:g} customers a second the goodput is {said}"
    else:
        assert made.title == "No difference seen between the way up and the way back"
    words = [f"At {load:g}/s: {up[load].mean:.3g}/s on the way up, {down[load].mean:.3g}/s on the way down."
             for load in loads[:-1]]  # fmt: skip
    assert made.alt == f"{made.title}. From 10/s to 40/s and back. {' '.join(words)}"


def test_what_was_predicted_and_observed_stands_in_the_middle_of_its_stretch(luck):
    found = made_up.a_replay(luck)
    made = replay_picture.scene(found)
    low, high = found.band("errors")
    said, seen = found.data["figures"]["errors"]["predicted"], found.observed["errors"]
    middles = [2.5 + 5 * number for number in range(8)]
    known = [number for number in range(8) if not np.isnan(said[number]) and not np.isnan(low[number])]
    (line,), (area,), (dots,) = (marks(made, kind) for kind in ("Line", "Area", "Dots"))
    near([line.x, line.y], [[middles[each] for each in known], [said[each] for each in known]])
    near([area.x, area.low, area.high], [[its[each] for each in known] for its in (middles, low, high)])
    there = [number for number in range(8) if not np.isnan(seen[number])]
    near([dots.x, dots.y], [[middles[each] for each in there], [seen[each] for each in there]])
    pairs = [f"{write('errors', said[each])} and {write('errors', seen[each])} at {seconds(middles[each])}"
             for each in there if not np.isnan(said[each])]  # fmt: skip
    assert made.alt.endswith(f"lies in the band in 5 of 8 stretches. Predicted and observed: {', '.join(pairs)}.")
    assert [(band.words, band.spans) for band in made.bands] == [
        ("outage desk", ((3.0, 7.0), (12.0, 14.0))), ("error rate a - b", ((20.0, 40.0),))
    ]  # fmt: skip
    near([end.y for end in made.ends], [said[known[-1]], seen[there[-1]]])


def test_both_ends_of_a_warm_up_and_the_mean_of_each_piece(luck):
    found = made_up.a_warm_up(luck)
    made = warm_up_plot.scene(found)
    (line,), (bar,) = marks(made, "Line", "mean"), boxes(marks(made, "Bars", "warm-up"))
    near([line.x, line.y], [[1.25 + 2.5 * number for number in range(20)], found.series])
    assert bar[:2] == (0.0, 7.5)
    ends = {mark.name: mark.x[0] for mark in marks(made, "Line")[1:]}
    assert ends == {"MSER-5": 7.5, "the scenario": 10.0}
    assert [words for words, _ in made.legend] == ["MSER-5: 7.5 s", "the scenario: 10 s"]


# What customers notice.


def test_what_changed_counts_the_customers_and_names_the_percentiles(luck):
    names, levels = list(what_changed.NAMES), ("p50", "p90", "p95", "p99")
    both = []
    for _ in range(2):
        noticed = what_changed.Noticed(None)
        noticed.counts = {name: int(luck.integers(0, 4)) for name in names}
        noticed.times = {what: {level: float(luck.choice([0.1, 0.102, 0.5, 2.0])) for level in
                                levels[: luck.integers(0, 5)]} for what in what_changed.TIMES}  # fmt: skip
        both.append(noticed)
    before, now = both
    more = {name: now.counts[name] - before.counts[name] for name in names}
    for some, others in what_changed.INSIDE.items():
        if more[some] == more[others]:
            more[others] = 0
    parts = [customers(more["customers"], "came")]
    for what, words in what_changed.TIMES.items():
        level = next((each for each in levels[::-1] if all(each in its.times[what] for its in both)), None)
        one, two = (its.times[what].get(level) for its in both)
        if level and abs(two - one) > 0.05 * one:
            went = "rose" if two > one else "fell"
            parts.append(f"the {level} of {words} {went} from {seconds(one)} to {seconds(two)}")
    parts += [customers(more[name], words) for name, words in what_changed.WORDS.items()]
    said = "; ".join([part for part in parts if part][:4])
    sentence = what_changed.what_changed(before, now)
    assert sentence == (f"{said[0].upper()}{said[1:]}." if said else what_changed.NOTHING)


def customers(number, words):
    if not number:
        return ""
    side = "more" if number > 0 else "fewer"
    one = abs(number) == 1
    return f"{abs(number)} customer{'' if one else 's'} {side} {words.replace('were', 'was', 1) if one else words}"
