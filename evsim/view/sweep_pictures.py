"""Pictures of many settings: lines over one path, colours over two, and the bars of a tornado."""

import math

import numpy as np
from matplotlib.ticker import FuncFormatter, NullLocator

from evsim.figures import label, unit_of, write, write_as, write_estimate
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.paths import path_words
from evsim.scenario.units import number_of
from evsim.view.scene.marks import End, Look, look_of
from evsim.view.scene.paper import draw_ends
from evsim.view.style import COLOURS, INK, LESSON, PAPER, Mark, count, describe, figure, title

__all__ = ["heat_map", "lines", "load_lines", "tornado"]

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
    x = _path(sweep, x, 0)
    values = _values(sweep, x)
    groups = _groups(sweep, metric, x)
    if len(groups) > len(LINES):
        rule = f"would be {len(groups)} lines, and {len(LINES)} can be told apart"
        raise ScenarioError([Problem("x", rule, x, hint="draw a heat map, or sweep fewer values")])
    places = _places(values)
    with figure(ax) as ax:
        ends, words = [], []
        for (name, points), mark in zip(groups.items(), LINES, strict=False):
            known = [(places[value], each) for value, each in points.items() if not math.isnan(each.mean)]
            if not known:
                continue
            at = [place for place, _ in known]
            means, low, high = (
                np.array([getattr(each, part) for _, each in known]) for part in ("mean", "low", "high")
            )
            ax.fill_between(at, low, high, color=mark.colour, alpha=0.15, lw=0, zorder=2)
            ax.plot(at, means, **mark.style, zorder=3)
            ends.append(End(means[-1], name, look_of(mark)))
            shown = ", ".join(f"{write_estimate(metric, each)} at {value}" for value, each in points.items())
            words.append(f"{name + ': ' if name else ''}{shown}.")
        ends += _height(ax, metric, sweep.scenario.objectives.get(metric))
        _ticks(ax.xaxis, x, values, places)
        draw_ends(ax, [end for end in ends if end.text])
        text = _finding(metric, x, groups)
        title(ax, text)
        return describe(ax, f"{text}. {' '.join(words)}")


def load_lines(measured, metric, limit=None, ax=None):
    """Draw a figure against the load, a line a design, with 95 % bands.

    measured: design -> (times the load, Estimate) pairs. limit: that of an objective, drawn dotted; far above it the
    picture ends.
    """
    with figure(ax) as ax:
        ends, words = [], []
        for (name, points), mark in zip(measured.items(), LINES, strict=False):
            known = [(load, each) for load, each in points if not math.isnan(each.mean)]
            if known:
                ends.append(End(_curve(ax, known, mark), name, look_of(mark)))
            shown = ", ".join(f"{write_estimate(metric, each)} at {load:g} times the load" for load, each in known)
            words.append(f"{name}: {shown}.")
        top = ax.get_ylim()[1]
        ends += _height(ax, metric, limit, min(top, 5 * limit) if limit else top)
        ax.set_xlabel("times the load of the scenario")
        high = ax.get_ylim()[1]
        draw_ends(ax, [End(min(end.y, high), end.text, end.look) for end in ends])
        text = f"{label(metric)[:1].upper()}{label(metric)[1:]} against the load"
        title(ax, text)
        return describe(ax, f"{text}. {' '.join(words)}")


def _curve(ax, known, mark):
    """Draw (place, Estimate) pairs as a line with its band; return where it ends."""
    at = [place for place, _ in known]
    means, low, high = (np.array([getattr(each, part) for _, each in known]) for part in ("mean", "low", "high"))
    ax.fill_between(at, low, high, color=mark.colour, alpha=0.15, lw=0, zorder=2)
    ax.plot(at, means, **mark.style, zorder=3)
    return means[-1]


def _height(ax, metric, limit, top=0.0):
    """Label the axis of the figure, from 0; draw its limit. Gives the limit's name for the margin."""
    _scale(ax.yaxis, metric)
    ax.set_ylim(0, top or 1.08 * max(ax.get_ylim()[1], limit or 0))
    ax.set_ylabel(label(metric))
    if limit is None:
        return []
    ax.axhline(limit, color=INK, lw=1, ls=(0, (1, 2)), zorder=1)
    return [End(limit, f"limit {write(metric, limit)}", Look(INK, width=1, dash=(1, 2)))]


def heat_map(sweep, metric, x=None, y=None, ax=None):
    """Draw a figure over the values of two paths: the darker, the more; each cell has its mean, of all other settings.

    A cell that misses the objective for the figure is crossed out.
    """
    if len(sweep.paths) < 2:
        raise ScenarioError([Problem("y", "a heat map takes two paths", hint="draw a line: .plot(metric)")])
    x = _path(sweep, x, 0)
    y = _path(sweep, y, 0, but=x)
    columns, rows = _values(sweep, x), _values(sweep, y)
    if len(columns) * len(rows) > MOST_CELLS:
        rule = f"would have {len(columns) * len(rows):,} cells, and {MOST_CELLS} can be read"
        raise ScenarioError([Problem("x", rule, x, hint="sweep fewer values")])
    means = np.full((len(rows), len(columns)), np.nan)
    found: dict = {}
    for (changes, _), each in zip(sweep.points, sweep.estimates(metric), strict=True):
        found.setdefault((rows.index(changes[y]), columns.index(changes[x])), []).append(each.mean)
    for place, several in found.items():
        means[place] = np.mean(several)
    missed = _missed(sweep, metric, x, y, rows, columns)
    with figure(ax, (LESSON[0], max(LESSON[1], 1.6 + 0.5 * len(rows)))) as ax:
        ax.imshow(np.ma.masked_invalid(means), cmap="Greys", aspect="auto", origin="lower", alpha=0.75,
                  vmin=min(0, np.nanmin(means)), vmax=np.nanmax(means) * 1.4 or 1)  # fmt: skip
        for (row, column), mean in np.ndenumerate(means):
            crossed = {"color": COLOURS["red"], "fontweight": "bold"} if (row, column) in missed else {"color": INK}
            box = {"boxstyle": "square,pad=0.15", "fc": PAPER, "ec": "none", "alpha": 0.85}
            ax.text(column, row, write(metric, mean), ha="center", va="center", fontsize=10.5, bbox=box, **crossed)
        ax.set_xticks(range(len(columns)), map(str, columns))
        ax.set_yticks(range(len(rows)), map(str, rows))
        ax.set(xlabel=path_words(x), ylabel=path_words(y))
        text = f"{label(metric)[:1].upper()}{label(metric)[1:]}: {_span(metric, means)}"
        if missed:
            text += f"; {count(len(missed), 'cell')} in red miss the objective"
        title(ax, text)
        cells = ", ".join(
            f"{write(metric, mean)} at {x} {columns[column]} and {y} {rows[row]}"
            for (row, column), mean in np.ndenumerate(means)
        )
        return describe(ax, f"{text}. {cells}.")


def tornado(sensitivity, ax=None, name="", most=MOST_BARS):
    """Draw by how much a figure changes when each input is less and more, the strongest on top; 95 % intervals in grey.

    sensitivity: what :func:`evsim.sensitivity` measured. name: of the design, where there are several; most: how many
    bars there may be.
    """
    metric, bars = sensitivity.metric, sensitivity.bars[:most]
    with figure(ax, (LESSON[0], max(LESSON[1] - 1, 1.5 + 0.42 * len(bars)))) as ax:
        for level, bar in enumerate(bars):
            for side, mark in ((bar.less, LINES[0]), (bar.more, LINES[1])):
                if side is None or math.isnan(side.mean):
                    continue
                ax.barh(level, side.mean, 0.55, color=mark.colour, zorder=2)
                if not math.isnan(side.low):
                    ax.plot([side.low, side.high], [level, level], color=INK, lw=1.2, alpha=0.6, zorder=3)
        ax.set_yticks(range(len(bars)), [bar.words for bar in bars])
        ax.set_ylim(len(bars) - 0.4, -0.6)
        ax.axvline(0, color=INK, lw=1, zorder=4)
        _scale(ax.xaxis, metric, sign=True)
        ax.set_xlabel(f"change of {label(metric)}, from {write_estimate(metric, sensitivity.base)}")
        share = f"{100 * sensitivity.by:g} %"
        handles = [ax.barh(0, 0, color=mark.colour, label=words) for words, mark in
                   ((f"{share} less", LINES[0]), (f"{share} more", LINES[1]))]  # fmt: skip
        ax.legend(handles=handles, loc="lower right")
        finding = sensitivity.finding
        text = f"{name}: {finding[:1].lower()}{finding[1:]}" if name else finding
        title(ax, text, 0.3 + 0.09 * max((len(bar.words) for bar in bars), default=0))
        return describe(ax, f"{text}. " + " ".join(bar.sentence(metric) for bar in bars))


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


def _missed(sweep, metric, x, y, rows, columns):
    """Cells of which a setting misses the objective for this figure."""
    return {
        (rows.index(changes[y]), columns.index(changes[x]))
        for (changes, _), verdicts in zip(sweep.points, sweep.verdicts, strict=True)
        for each in verdicts
        if each.metric == metric and each.verdict == "MISSES"
    }


def _scale(axis, metric, sign=False):
    """Ticks in words: 20 ms, 5 %."""
    unit = unit_of(metric)

    def words(value, _):
        text = write_as(unit, abs(value)) if unit in ("s", "share") else f"{abs(value):,.6g}"
        before = "\N{MINUS SIGN}" if value < 0 else "+" if sign and value > 0 else ""
        return before + text if value else "0"

    axis.set_major_formatter(FuncFormatter(words))


def _ticks(axis, path, values, places):
    stride = max(1, math.ceil(len(values) / 10))
    axis.set_minor_locator(NullLocator())
    axis.set_ticks([places[value] for value in values[::stride]], [str(value) for value in values[::stride]])
    axis.set_label_text(path_words(path))


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
        (first, one), *_, (last, two) = [*points.items(), *points.items()]
        return f"{name}: {write(metric, one.mean)} at {first}, {write(metric, two.mean)} at {last}"
    means = [each.mean for points in known.values() for each in points.values()]
    return f"{name} over {path_words(x)}: {_span(metric, np.array(means))}"
