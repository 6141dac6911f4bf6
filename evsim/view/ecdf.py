"""How many had what by when: the share of customers who were told, and for whom each effect was there, against time."""

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter

from evsim.results.tally import OK, PENDING
from evsim.view.designs import STYLES, designs
from evsim.view.style import ERROR, TOLD, count, describe, effect_marks, empty, figure, seconds, time_axis, title

__all__ = ["ecdf"]

POINTS = 1000  # of a line
SPREAD = 15  # a longest time this many medians away asks for a logarithmic axis


def ecdf(run, ax=None):
    """Draw the share of customers (arrived after the warm-up) who had something, against the time since they came.

    run: one run gives lines for told yes, told no and each effect (of those for whom it was due); several (a list, or
    label -> run) give a line each for told yes. A line that ends below 100 % means: the others never.
    """
    runs = designs(run)
    with figure(ax) as ax:
        if not any(each.tally.cohort.any() for each in runs.values()):
            return empty(ax, "No customer came after the warm-up.")
        lines = _of_one(next(iter(runs.values()))) if len(runs) == 1 else _of_several(runs)
        lines = [line for line in lines if len(line.times)]
        if not lines:
            return empty(ax, "Nobody was told anything, and nothing was done.")
        _draw(ax, lines)
        return describe(ax, f"{ax.get_title(loc='left')}. " + " ".join(line.words() for line in lines))


class _Line:
    """Sorted ``times`` (s) out of ``count`` customers."""

    def __init__(self, label, times, count, style):
        self.label, self.count, self.style = label, count, style
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
        never = self.count - len(self.times)
        return f"{self.label}: half within {seconds(self.half)}, " + (f"{never:,} never." if never else "all in the end.")


def _of_one(run):
    requests, marks = run.tally, effect_marks(run)
    cohort, outcome = requests.cohort, requests.outcome
    total = int(cohort.sum())
    yield _Line("told yes", requests.response[cohort & (outcome == OK)], total, TOLD.style)
    if (cohort & (outcome != OK) & (outcome != PENDING)).any():
        bad = requests.response[cohort & (outcome != OK) & (outcome != PENDING)]
        yield _Line("told no", bad, total, ERROR.style)
    for name in marks:
        if name in run.effect_names:
            code = run.effect_names.index(name)
            due = cohort & requests.is_due[code]
            if due.any():
                since = (requests.first_time[code] - requests.arrived)[due]
                yield _Line(name, since, int(due.sum()), marks[name].style)


def _of_several(runs):
    for number, (label, run) in enumerate(runs.items()):
        colour, marker, line = STYLES[number % len(STYLES)]
        cohort = run.tally.cohort
        if cohort.any():
            told = run.tally.response[cohort & (run.tally.outcome == OK)]
            style = {"color": colour, "marker": marker, "linestyle": line}
            yield _Line(label, told, int(cohort.sum()), style)


def _draw(ax, lines):
    longest = max(line.times[-1] for line in lines)
    shortest = min(line.times[0] for line in lines)
    log = shortest > 0 and longest > SPREAD * min(np.median(line.times) for line in lines)
    left, right = (shortest / 1.3, longest * 1.3) if log else (0.0, longest * 1.05 or 1e-3)
    for line in lines:
        size = min(len(line.times), POINTS)
        index = np.unique(np.linspace(0, len(line.times) - 1, size).astype(int))
        x = np.r_[left, line.times[index], right]
        y = np.r_[0.0, (index + 1) / line.count, line.share]
        text = f"{line.label}: {_percent(line.share)}" if line.share < 1 else line.label
        ax.plot(x, y, drawstyle="steps-post", label=text, markevery=(0.04, 0.12), ms=7, **line.style)
    ax.set_xscale("log" if log else "linear")
    ax.set_xlim(left, right)
    ax.set_ylim(0, 1.03)
    ax.grid(axis="y", color="#e4e4e8", lw=0.8)
    ax.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ax.set_ylabel("share of the customers")
    time_axis(ax.xaxis, longest, "time since the customer came")
    if log:
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    title(ax, _finding(lines))


def _finding(lines):
    told = ", ".join(
        f"{line.label} {seconds(line.half)}" if line.half == line.half else f"{line.label} never" for line in lines[:4]
    )
    more = f" and {count(len(lines) - 4, 'more line')}" if len(lines) > 4 else ""
    return f"How long until half of the customers have it: {told}{more}"


def _percent(share):
    return f"{100 * share:.3g} %"
