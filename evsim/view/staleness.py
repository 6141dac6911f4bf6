"""Read your own write: x seconds after a customer was told yes, how many don't find everything true yet?"""

import numpy as np

from evsim.figures import write_as
from evsim.ticks import elapsed
from evsim.view.designs import STYLES, designs, times
from evsim.view.style import (
    INK,
    count_axis,
    describe,
    effect_marks,
    empty,
    figure,
    seconds,
    short,
    title,
)

__all__ = ["staleness"]

POINTS, MOST = 1000, 5  # of a line, and effects with a line of their own

SPREAD, WIDEST = 100, 1e6  # the longest, in medians: from where on the axis is logarithmic; and how far it goes


def staleness(run, ax=None):
    """Draw how many of the customers who were told yes (and arrived after the warm-up) still miss something.

    run: one run gives a line for everything due and up to five for its effects; several (a list, or label ->
    run) give a line each for everything due. A line that does not come down to zero means: those, never.
    """
    runs = designs(run)
    with figure(ax) as ax:
        lines = list(_of_one(*runs.values()) if len(runs) == 1 else _of_several(runs))
        told = max((line.told for line in lines), default=0)
        if not told:
            return empty(ax, "Nobody was told yes, so nobody expects anything to be true.")
        _draw(ax, lines)
        if len(runs) > 1:
            text = "Told yes and not true yet, at that moment: " + ", ".join(
                f"{write_as('share', line.at(0) / line.told)} ({line.label})" for line in lines
            )
        else:
            text = _finding(lines[0], next(iter(runs.values())).tables.complete)
        title(ax, text)
        return describe(ax, f"{text}. " + " ".join(line.words() for line in lines))


class _StaleCurve:
    """``lags``: sorted seconds from told yes until true, inf for never; ``told``: how many were."""

    def __init__(self, label, told_at, true_at, style):
        lags = elapsed(np.where(np.isnan(true_at), np.inf, true_at), told_at)
        self.label, self.style = label, style
        self.lags = np.sort(np.maximum(lags, 0.0))
        self.told, self.never = len(lags), int(np.isposinf(lags).sum())

    def at(self, moment):
        """How many miss it `moment` seconds after they were told."""
        return self.told - int(np.searchsorted(self.lags, moment, side="right"))

    @property
    def longest(self):
        """Until the last one who ever finds it does."""
        return float(self.lags[self.told - self.never - 1]) if self.told > self.never else 0.0

    def words(self):
        end = f"{self.never:,} never" if self.never else f"0 after {seconds(self.longest)}"
        return f"{self.label}: {self.at(0):,} of {self.told:,} miss it when told, {end}."


def _told(run):
    return run.tables.requests.cohort & run.outcomes.yes


def _of_one(run):
    requests, told = run.tables.requests, _told(run)
    if not told.any():
        return
    style = {"color": INK, "marker": "", "linestyle": "-", "linewidth": 3.0}
    yield _StaleCurve("everything", requests.answered[told], run.outcomes.true_at[told], style)
    marks = effect_marks(run)
    for name in marks if 1 < len(run.tables.effect_names) <= MOST else ():
        if name in run.tables.effect_names:
            code = run.tables.effect_names.index(name)
            mine = told & requests.is_due[code]
            if mine.any():
                yield _StaleCurve(name, requests.answered[mine], requests.first_time[code][mine], marks[name].style)


def _of_several(runs):
    for number, (label, run) in enumerate(runs.items()):
        told = _told(run)
        if told.any():
            colour, marker, line = STYLES[number % len(STYLES)]
            style = {"color": colour, "marker": marker, "linestyle": line}
            yield _StaleCurve(label, run.tables.requests.answered[told], run.outcomes.true_at[told], style)


def _span(lines):
    """(left, right, logarithmic) of the axis of times."""
    late = [line.lags[(line.lags > 0) & np.isfinite(line.lags)] for line in lines]
    late = [lags for lags in late if len(lags)]
    if not late:
        return 0.0, 1.0, False
    shortest, longest = min(lags[0] for lags in late), max(lags[-1] for lags in late)
    if longest > SPREAD * max(np.median(lags) for lags in late):
        return max(shortest, longest / WIDEST) / 1.3, 1.3 * longest, True
    return 0.0, 1.05 * longest, False


def _draw(ax, lines):
    left, right, log = _span(lines)
    several = len({line.told for line in lines}) > 1
    for line in lines:
        finite = line.lags[: line.told - line.never]
        size = min(len(finite), POINTS)
        index = np.unique(np.linspace(0, len(finite) - 1, size).astype(int)) if size else np.empty(0, dtype=int)
        x = np.r_[left, np.maximum(finite[index], left), right]
        y = np.r_[line.at(0), [line.at(moment) for moment in finite[index]], line.never]
        ax.plot(
            x,
            y / line.told if several else y,
            drawstyle="steps-post",
            label=short(line.label),
            markevery=(0.03, 0.12),
            ms=7,
            **line.style,
        )
    top = 1.0 if several else lines[0].told
    times(ax, left, right, log, "time since the customer was told yes")
    ax.set_ylim(-0.012 * top, 1.04 * top)
    ax.grid(axis="y", color="#e4e4e8", lw=0.8)
    if several:
        ax.set_ylabel("not true for (share of those told)")
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    else:
        count_axis(ax.yaxis, f"not true for (customers of {lines[0].told:,})")
    if len(lines) > 1:
        ax.legend(loc="upper right")


def _finding(line, complete):
    now = line.at(0)
    if not now:
        return f"Whoever of the {line.told:,} customers was told yes, it was true"
    when = f"the last one until {seconds(line.longest)} later"
    if line.never:
        when = f"{line.never:,} for ever" if complete else f"{line.never:,} to the end of the run"
    share = write_as("share", now / line.told)
    return f"When told yes, it is not true yet for {share} of the customers; {when}"
