"""One run or several: what pictures that can show designs side by side take."""

from collections.abc import Mapping

from evsim.results.run import Run

__all__ = ["STYLES", "designs"]

# How the first, second ... design is drawn where colour has another meaning: colour, marker, line.
STYLES = (
    ("#2b2b30", "o", "-"),
    ("#8a8a90", "s", (0, (5, 1.5))),
    ("#5c5c63", "^", (0, (1, 1.2))),
    ("#b5b5bb", "D", (0, (5, 1.5, 1, 1.5))),
)


def designs(runs):
    """label -> run, from a run, a list of runs (labels are the names of their scenarios) or such a dict."""
    if isinstance(runs, Run):
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
