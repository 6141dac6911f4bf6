"""Pictures of many settings: lines over one path, colours over two, and the bars of a tornado."""

import math

import numpy as np
from matplotlib.colors import to_hex

from evsim.counting import digits
from evsim.figures import label, unit_of, write, write_as, write_estimate
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.paths import path_words
from evsim.scenario.units import number_of
from evsim.view.scene.axes import Axis, Frame, amounts, names
from evsim.view.scene.marks import AnyMark, Area, Bars, End, Line, Look, look_of
from evsim.view.scene.scene import Scene
from evsim.view.style import COLOURS, INK, LESSON, Mark, count

__all__ = [
    "LINES", "heat_map", "heat_scene", "lines", "lines_scene", "load_lines", "load_scene", "tornado", "tornado_scene",
]  # fmt: skip

LINES = (
    Mark(COLOURS["blue"], "o"), Mark(COLOURS["orange"], "s", (0, (5, 1.5))),
    Mark(COLOURS["purple"], "^", (0, (1, 1.2))), Mark(COLOURS["grey"], "D", (0, (5, 1.5, 1, 1.5))),
    Mark(COLOURS["violet"], "v", (0, (8, 2))), Mark("#a96b59", "P"),
)  # fmt: skip
MOST_CELLS = 400
MOST_BARS = 14


def lines(sweep, metric, x=None, ax=None):
    """Draw a figure over the values of the path ``x``, with 95 % bands; a line for each setting of the other paths.

    x: a path (default: the one with most values). An objective for the figure is a dotted line.
    """
    return lines_scene(sweep, metric, x).draw(ax)


def lines_scene(sweep, metric, x=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    x = _path(sweep, x, 0)
    values = _values(sweep, x)
    groups = _groups(sweep, metric, x)
    if len(groups) > len(LINES):
        rule = f"would be {len(groups)} lines, and {len(LINES)} can be told apart"
        raise ScenarioError([Problem("x", rule, x, hint="draw a heat map, or sweep fewer values")])
    places = _places(values)
    curves = {name: [(places[value], each) for value, each in points.items()] for name, points in groups.items()}
    words = [
        f"{name + ': ' if name else ''}"
        + ", ".join(f"{write_estimate(metric, each)} at {value}" for value, each in points.items()) + "."
        for name, points in groups.items()
    ]  # fmt: skip
    text = _finding(metric, x, groups)
    ticks = tuple((places[value], str(value)) for value in values[:: math.ceil(len(values) / 10)])
    left, right = min(places.values()), max(places.values())
    margin = 0.04 * (right - left) or 0.5
    across = Axis(left - margin, right + margin, path_words(x), ticks)
    return _curves(
        "sweep", text, f"{text}. {' '.join(words)}", across, metric, curves, sweep.scenario.objectives.get(metric)
    )


def load_lines(measured, metric, limit=None, ax=None):
    """Draw a figure against the load, a line a design, with 95 % bands.

    measured: design -> (times the load, Estimate) pairs. limit: that of an objective, drawn dotted; far above it the
    picture ends.
    """
    return load_scene(measured, metric, limit).draw(ax)


def load_scene(measured, metric, limit=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    words = []
    for name, points in measured.items():
        known = [(load, each) for load, each in points if not math.isnan(each.mean)]
        shown = ", ".join(f"{write_estimate(metric, each)} at {_times(load)}" for load, each in known)
        words.append(f"{name}: {shown}.")
    loads = [load for points in measured.values() for load, _ in points]
    text = f"{label(metric)[:1].upper()}{label(metric)[1:]} against the load"
    margin = 0.04 * (max(loads) - min(loads)) or 0.5
    across = amounts(min(loads) - margin, max(loads) + margin, "times the load of the scenario", digits)
    return _curves("load", text, f"{text}. {' '.join(words)}", across, metric, measured, limit, most=5)


def _times(load):
    return "the load itself" if load == 1 else f"{digits(load)} times the load"


def _curves(name, text, alt, across, metric, curves, limit, most=math.inf):
    """The scene of figures over `across`, name -> (place, Estimate) pairs; it ends at `most` times the limit."""
    marks: list[AnyMark] = []
    named, high = [], limit or 0.0
    for (which, points), mark in zip(curves.items(), LINES, strict=False):
        known = [(place, each) for place, each in points if not math.isnan(each.mean)]
        if not known:
            continue
        at = [place for place, _ in known]
        means, lows, highs = ([getattr(each, part) for _, each in known] for part in ("mean", "low", "high"))
        sure = [place for place, each in known if not math.isnan(each.low)]
        if sure:
            below, above = ([edge for edge in edges if not math.isnan(edge)] for edges in (lows, highs))
            marks.append(Area(f"{which}: 95 % interval", sure, below, above, Look(mark.colour, opacity=0.15)))
        marks.append(Line(which, tuple(at), tuple(means), look_of(mark), every=True))
        named.append((means[-1], which, look_of(mark)))
        high = max(high, *means, *(edge for edge in highs if not math.isnan(edge)))
    top = min(1.08 * high or 1.0, most * limit if limit else math.inf)
    ends = [End(min(y, top), words, look) for y, words, look in named if words]
    if limit is not None:
        dotted = Look(INK, width=1.0, dash=(1, 2))
        marks.insert(0, Line("", (0, 1), (limit, limit), dotted, across=True))
        ends.append(End(limit, f"limit {write(metric, limit)}", dotted))
    up = amounts(0.0, top, label(metric), _words(metric))
    return Scene(name, text, alt, LESSON, Frame(across.high, top), across, up, marks=tuple(marks), ends=tuple(ends))


def heat_map(sweep, metric, x=None, y=None, ax=None):
    """Draw a figure over the values of two paths: the darker, the more; each cell has its mean, of all other settings.

    A cell that misses the objective for the figure is crossed out in red.
    """
    return heat_scene(sweep, metric, x, y).draw(ax)


def heat_scene(sweep, metric, x=None, y=None):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    if len(sweep.paths) < 2:
        raise ScenarioError([Problem("y", "a heat map takes two paths", hint="draw a line: .plot(metric)")])
    x = _path(sweep, x, 0)
    y = _path(sweep, y, 0, but=x)
    _both_set(sweep, x, y)
    columns, rows = _values(sweep, x), _values(sweep, y)
    if len(columns) * len(rows) > MOST_CELLS:
        rule = f"would have {len(columns) * len(rows):,} cells, and {MOST_CELLS} can be read"
        raise ScenarioError([Problem("x", rule, x, hint="sweep fewer values")])
    means = np.full((len(rows), len(columns)), np.nan)
    found: dict = {}
    for (changes, _), each in zip(sweep.points, sweep.estimates(metric), strict=True):
        found.setdefault(_cell(changes, x, y, rows, columns), []).append(each.mean)
    for place, several in found.items():
        means[place] = np.mean(several)
    missed = _missed(sweep, metric, x, y, rows, columns)
    low, high = min(0.0, float(np.nanmin(means))), float(np.nanmax(means)) * 1.4 or 1.0
    marks, cells = [], []
    for (row, column), mean in np.ndenumerate(means):
        words = f"{write(metric, mean)} at {x} {columns[column]} and {y} {rows[row]}"
        cells.append(words)
        level = 0.0 if math.isnan(mean) else (mean - low) / (high - low)
        light = 1 - 0.75 * level
        grey = to_hex((light, light, light))
        look = Look(grey, edge=COLOURS["red"], hatch="xx") if (row, column) in missed else Look(grey)
        box = [column - 0.5], [column + 0.5], [row - 0.5], [row + 0.5]
        marks.append(Bars(words, *box, look, inside=(write(metric, mean),), words=words))
    text = f"{label(metric)[:1].upper()}{label(metric)[1:]}: {_span(metric, means)}"
    if missed:
        text += f"; {count(len(missed), 'cell')} in red {'misses' if len(missed) == 1 else 'miss'} the objective"
    across = Axis(-0.5, len(columns) - 0.5, path_words(x), tuple(enumerate(map(str, columns))))
    up = names(-0.5, len(rows) - 0.5, enumerate(map(str, rows)), path_words(y))
    size = LESSON[0], max(LESSON[1], 1.6 + 0.5 * len(rows))
    alt = f"{text}. {', '.join(cells)}."
    return Scene("heat map", text, alt, size, Frame(len(columns)), across, up, marks=tuple(marks))


def tornado(sensitivity, ax=None, name="", most=MOST_BARS):
    """Draw by how much a figure changes when each input is less and more, the strongest on top; 95 % intervals in grey.

    sensitivity: what :func:`evsim.sensitivity` measured. name: of the design, where there are several; most: how many
    bars there may be.
    """
    return tornado_scene(sensitivity, name, most).draw(ax)


def tornado_scene(sensitivity, name="", most=MOST_BARS):
    """The same as a :class:`~evsim.view.scene.scene.Scene`."""
    metric, bars = sensitivity.metric, sensitivity.bars[:most]
    share = f"{digits(100 * sensitivity.by)} %"
    marks: list[AnyMark] = []
    reach = [0.0]
    for level, bar in enumerate(bars):
        for side, mark, more in ((bar.less, LINES[0], "less"), (bar.more, LINES[1], "more")):
            if side is None or math.isnan(side.mean):
                continue
            left, right = sorted((0.0, side.mean))
            words = f"{bar.words}, {share} {more}: {write_estimate(metric, side, difference=True)}"
            box = [left], [right], [level - 0.28], [level + 0.28]
            marks.append(Bars(f"{share} {more}", *box, Look(mark.colour), words=words))
            reach += [left, right]
            if not math.isnan(side.low):
                marks.append(Line("", (side.low, side.high), (level, level), Look(INK, width=1.2, opacity=0.6)))
                reach += [side.low, side.high]
    low, high = min(reach), max(reach)
    margin = 0.05 * (high - low) or 1.0
    bottom = max(len(bars), 1) - 0.4
    marks.append(Line("", (0, 0), (-0.6, bottom), Look(INK, width=1.0)))
    finding = sensitivity.finding
    text = f"{name}: {finding[:1].lower()}{finding[1:]}" if name else finding
    change = f"change of {label(metric)}, from {write_estimate(metric, sensitivity.base)}"
    legend = [(f"{share} {more}", Look(mark.colour, edge=mark.colour)) for more, mark in zip(("less", "more"), LINES)]
    return Scene(
        "tornado", text, f"{text}. " + " ".join(bar.sentence(metric) for bar in bars),
        (LESSON[0], max(LESSON[1] - 1, 1.5 + 0.42 * len(bars))), Frame(high),
        amounts(low - margin, high + margin, change, _words(metric, sign=True), 5),  # beside long names
        names(bottom, -0.6, enumerate(bar.words for bar in bars)), marks=tuple(marks), legend=tuple(legend),
    )  # fmt: skip


def _path(sweep, path, number, but=None):
    """The path asked for, or the one with most values."""
    paths = sorted((each for each in sweep.paths if each != but), key=lambda each: -len(_values(sweep, each)))
    if path is None:
        return paths[number]
    if path not in paths:
        raise ScenarioError([Problem("x", "was not swept", path, hint=suggest(path, paths))])
    return path


def _values(sweep, path):
    """The values of a path, smallest first where they are numbers of one unit."""
    found = list(dict.fromkeys(_hashable(changes.get(path)) for changes, _ in sweep.points))
    numbers = [number_of(value) for value in found]
    if None not in numbers and len({unit for _, unit in numbers}) == 1:
        return [value for _, value in sorted(zip(numbers, found, strict=True), key=lambda pair: pair[0])]
    return found


def _hashable(value):
    return str(value) if isinstance(value, dict | list) else value


def _places(values):
    """value -> where on the axis: numbers of one unit in proportion, others one after the other."""
    numbers = [number_of(value) for value in values]
    if None in numbers or len({unit for _, unit in numbers}) != 1:
        return {value: float(place) for place, value in enumerate(values)}
    return {value: number for value, (number, _) in zip(values, numbers, strict=True)}


def _groups(sweep, metric, x):
    """words of the other settings -> value of x -> Estimate."""
    found: dict = {}
    varied = [path for path in sweep.paths if path != x and len(_values(sweep, path)) > 1]
    order = {value: place for place, value in enumerate(_values(sweep, x))}
    for (changes, _), each in zip(sweep.points, sweep.estimates(metric), strict=True):
        name = ", ".join(f"{path.rpartition('.')[2]} {changes.get(path)}" for path in varied)
        found.setdefault(name, {})[_hashable(changes.get(x))] = each
    return {name: dict(sorted(points.items(), key=lambda pair: order[pair[0]])) for name, points in found.items()}


def _both_set(sweep, x, y):
    """Each point of a heat map has a value of both paths."""
    for changes, _ in sweep.points:
        for path in (x, y):
            if path not in changes:
                point = ", ".join(f"{name}: {value}" for name, value in changes.items())
                rule = f"is not set in the point {{{point}}}, and a cell of a heat map has values of both paths"
                hint = "set both in each point, as {path: [values], path: [values]} does, or draw lines: .plot(metric)"
                raise ScenarioError([Problem(path, rule, hint=hint)])


def _cell(changes, x, y, rows, columns):
    """(row, column) of a point."""
    return rows.index(_hashable(changes[y])), columns.index(_hashable(changes[x]))


def _missed(sweep, metric, x, y, rows, columns):
    """Cells of which a setting misses the objective for this figure."""
    return {
        _cell(changes, x, y, rows, columns)
        for (changes, _), verdicts in zip(sweep.points, sweep.verdicts, strict=True)
        for each in verdicts
        if each.metric == metric and each.verdict == "MISSES"
    }


def _words(metric, sign=False):
    """A function that writes a value of a figure on an axis: 20 ms, 5 %."""
    unit = unit_of(metric)

    def words(value):
        text = write_as(unit, abs(value)) if unit in ("s", "share") else digits(abs(value), 6, ",")
        before = "\N{MINUS SIGN}" if value < 0 else "+" if sign and value > 0 else ""
        return before + text if value else "0"

    return words


def _span(metric, means):
    low, high = np.nanmin(means), np.nanmax(means)
    return f"from {write(metric, low)} to {write(metric, high)}"


def _finding(metric, x, groups):
    """How a figure goes from the first to the last value, where there is one line; else from the least to the most."""
    name = f"{label(metric)[:1].upper()}{label(metric)[1:]}"
    known = {which: {value: each for value, each in points.items() if not math.isnan(each.mean)}
             for which, points in groups.items()}  # fmt: skip
    known = {which: points for which, points in known.items() if points}
    if not known:
        return f"{name}: too few customers to tell"
    if len(known) == 1:
        (points,) = known.values()
        ends = dict([*points.items()][:: max(1, len(points) - 1)])
        return f"{name}: " + ", ".join(f"{write(metric, each.mean)} at {value}" for value, each in ends.items())
    means = [each.mean for points in known.values() for each in points.values()]
    return f"{name} over {path_words(x)}: {_span(metric, np.array(means))}"
