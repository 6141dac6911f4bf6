"""One run or several: what pictures of designs side by side take, and the axis of times they share."""

from collections.abc import Mapping

import numpy as np

from evsim.results.results import Results
from evsim.view.scene.marks import Look

__all__ = ["LOOKS", "designs", "known_service", "span"]

# How the first, second ... design is drawn where colour has another meaning.
LOOKS = (
    Look("#2b2b30", "o"), Look("#8a8a90", "s", (5, 1.5)), Look("#5c5c63", "^", (1, 1.2)),
    Look("#b5b5bb", "D", (5, 1.5, 1, 1.5)),
)  # fmt: skip


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


SPREAD = 15  # a longest time this many medians away asks for a logarithmic axis


def span(groups):
    """(left, right, logarithmic) of an axis for some arrays of times, none of them empty."""
    shortest, longest = min(group.min() for group in groups), max(group.max() for group in groups)
    if shortest > 0 and longest > SPREAD * min(np.median(group) for group in groups):
        return shortest / 1.3, longest * 1.3, True
    return 0.0, longest * 1.04 or 1e-3, False


def known_service(run, service):
    """The name of a service, if a run has one of that name."""
    if not isinstance(service, str) or service not in run.services:
        raise ValueError(f"there is no service {service!r}; there are {', '.join(run.services)}")
    return service
