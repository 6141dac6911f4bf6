"""One run or several: what pictures of designs side by side take, and the axis of times they share."""

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from evsim.results.results import Results
from evsim.view.style import seconds, time_axis

__all__ = ["STYLES", "designs", "span", "times"]

# How the first, second ... design is drawn where colour has another meaning: colour, marker, line.
STYLES = (
    ("#2b2b30", "o", "-"),
    ("#8a8a90", "s", (0, (5, 1.5))),
    ("#5c5c63", "^", (0, (1, 1.2))),
    ("#b5b5bb", "D", (0, (5, 1.5, 1, 1.5))),
)


def designs(runs):
    """label -> run, from a run, a list of runs (labels are the names of their scenarios) or such a dict."""
    if isinstance(runs, Results):
        return {runs.scenario.name: runs}
    if isinstance(runs, Mapping):
        return dict(runs)
    found = {}
    for run in runs:
        name, number = run.scenario.name, 2
        while name in found:
            name, number = f"{run.scenario.name} ({number})", number + 1
        found[name] = run
    return found


SUBDIVISIONS = ((1, 2, 5), (1, 2, 5), (1, 3), (1,))  # of a decade, for 0, 1, 2 ... whole decades
SPREAD = 15  # a longest time this many medians away asks for a logarithmic axis


def span(groups):
    """(left, right, logarithmic) of an axis for some arrays of times, none of them empty."""
    shortest, longest = min(group.min() for group in groups), max(group.max() for group in groups)
    if shortest > 0 and longest > SPREAD * min(np.median(group) for group in groups):
        return shortest / 1.3, longest * 1.3, True
    return 0.0, longest * 1.04 or 1e-3, False


def times(ax, left, right, log, what):
    """Make the x axis one of times, with a label."""
    ax.set_xscale("log" if log else "linear")
    ax.set_xlim(left, right)
    if not log:
        time_axis(ax.xaxis, right, what)
        return
    ax.xaxis.set_major_locator(LogLocator(subs=SUBDIVISIONS[min(int(np.log10(right / left)), 3)]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: seconds(value)))
    ax.set_xlabel(f"{what} (logarithmic)")
