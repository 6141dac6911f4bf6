"""How many had what by when: the share of customers who were told, and that of each effect, against time."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from evsim.figures import write_as
from evsim.ticks import elapsed
from evsim.view.designs import STYLES, designs, span, times
from evsim.view.style import (
    DECLINED,
    ERROR,
    INK,
    TOLD,
    count,
    describe,
    effect_marks,
    empty,
    figure,
    seconds,
    short,
    title,
)

__all__ = ["ecdf"]

POINTS, MOST = 1000, 5  # of a line, and effects with a line of their own


def ecdf(run, ax=None):
    """Draw the share of customers (arrived after the warm-up) who had something, against the time.

    run: one run gives lines for told yes, told error and each effect of those for whom it was due (one line for
    all effects where there are more than five); several (a list, or label -> run) give a line each for told
    yes. A line that ends below 100 % means: the others never.
    """
    runs = designs(run)
    with figure(ax) as ax:
        if not any(each.tables.requests.cohort.any() for each in runs.values()):
            return empty(ax, "No customer came after the warm-up.")
        lines = _of_one(next(iter(runs.values()))) if len(runs) == 1 else _of_several(runs)
        lines = [line for line in lines if len(line.times)]
        if not lines:
            return empty(ax, "Nobody was told anything, and nothing was done.")
        _draw(ax, lines)
        return describe(ax, f"{_finding(lines)}. " + " ".join(line.words() for line in lines))


class _Curve:
    """Sorted ``times`` (s) out of ``count`` customers."""

    def __init__(self, label, times, customers, style):
        self.label, self.count, self.style = label, customers, style
        self.times = np.sort(times[~np.isnan(times)])

    @property
    def share(self):
        return len(self.times) / self.count

    @property
    def half(self):
        """The time by which half of all customers have it; NaN if fewer ever have."""
        index = -(-self.count // 2) - 1
        return float(self.times[index]) if index < len(self.times) else float("nan")

    def words(self):
        half = f", half of all within {seconds(self.half)}" if self.half == self.half else ""
        return f"{self.label}: {len(self.times):,} of {count(self.count, 'customer')}{half}."


def _of_one(run):
    requests, marks = run.tables.requests, effect_marks(run)
    cohort, told = requests.cohort, run.outcomes
    total = int(cohort.sum())
    yield _Curve("told yes", requests.response[cohort & told.yes], total, TOLD.style)
    for label, who, mark in (("told no", told.no, DECLINED), ("told error", told.error, ERROR)):
        if (cohort & who).any():
            yield _Curve(label, requests.response[cohort & who], total, mark.style)
    if len(run.tables.effect_names) > MOST:
        due = cohort & (requests.due > 0)
        style = {"color": INK, "marker": "s", "linestyle": "-"}
        label = f"all of {len(run.tables.effect_names)} effects"
        yield _Curve(label, requests.completion[due], int(due.sum()), style)
        return
    for name in marks:
        if name in run.tables.effect_names:
            code = run.tables.effect_names.index(name)
            due = cohort & requests.is_due[code]
            if due.any():
                since = elapsed(requests.first_time[code], requests.arrived)[due]
                yield _Curve(name, since, int(due.sum()), marks[name].style)


def _of_several(runs):
    for number, (label, run) in enumerate(runs.items()):
        colour, marker, line = STYLES[number % len(STYLES)]
        cohort = run.tables.requests.cohort
        if cohort.any():
            told = run.tables.requests.response[cohort & run.outcomes.yes]
            style = {"color": colour, "marker": marker, "linestyle": line}
            yield _Curve(label, told, int(cohort.sum()), style)


def _draw(ax, lines):
    left, right, log = span([line.times for line in lines])
    for line in lines:
        size = min(len(line.times), POINTS)
        index = np.unique(np.linspace(0, len(line.times) - 1, size).astype(int))
        x = np.r_[left, line.times[index], right]
        y = np.r_[0.0, (index + 1) / line.count, line.share]
        text = short(line.label)
        if line.share < 1:
            text += f": {write_as('share', line.share)}"
        ax.plot(x, y, drawstyle="steps-post", label=text, markevery=(0.04, 0.12), ms=7, **line.style)
    times(ax, left, right, log, "time since the customer came")
    ax.set_ylim(0, 1.03)
    ax.grid(axis="y", color="#e4e4e8", lw=0.8)
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ax.set_ylabel("share of the customers")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    title(ax, _finding(lines))


def _finding(lines):
    named = [line for line in lines if line.half == line.half][:4]
    if not named:
        return "Half of the customers never have what they came for"
    return "Half of the customers have it within: " + ", ".join(
        f"{short(line.label)} {seconds(line.half)}" for line in named
    )
