"""What a function adds to the figures of its service, and of the run."""

import numpy as np

from evsim.figures import COST, RUN, Figure
from evsim.parts.function.words import COLD
from evsim.results.batches import followers
from evsim.results.endings import Reason
from evsim.results.intervals import highest, inside
from evsim.results.remarks import remarks

__all__ = ["FIGURES"]


def _invoked(run, rows):
    """Those of some rows (a mask) that are invocations of functions; who waited in vain was not invoked."""
    functions = [service.function is not None for service in run.scenario.services.values()]
    names = [name for name, is_one in zip(run.scenario.services, functions, strict=True) if is_one]
    at_one = np.array([place.service in names for place in run.tables.places] + [False])[run.tables.rows["place"]]
    return rows & at_one & ~np.isnan(run.tables.rows["started"]) & ~followers(run)


def _share(run, rows):
    """The share of cold starts in the invocations among some rows."""
    worked = _invoked(run, rows)
    cold = {each.row for each in remarks(run) if each.kind == COLD and worked[each.row]}  # after a crash, twice
    return float(len(cold) / worked.sum()) if worked.any() else float("nan")


def _throttled(run, rows):
    return int((rows & (run.tables.rows["reason"] == Reason.THROTTLED) & ~followers(run)).sum())


def _presence(at):
    lives = at.run.tables.capacity[at.name]
    return lives.born, np.where(np.isnan(lives.ended), np.inf, lives.ended), at.window


FIGURES = (
    Figure("cold_starts", "share", "the share of invocations that waited for a new environment",
           lambda at: _share(at.run, at.counted)),
    Figure("throttled", "count", "invocations that were refused as no environment might be added, or too many came",
           lambda at: _throttled(at.run, at.counted)),
    Figure("environments_mean", "count", "how many environments there were, on average over the window",
           lambda at: float(inside(*_presence(at)).sum() / at.run.tables.window), adds="last"),
    Figure("environments_max", "count", "the most environments at one time of the window",
           lambda at: highest(*_presence(at)), adds="last"),
    Figure("cold_starts", "share", "the share of invocations of functions that waited for a new environment",
           lambda some: _share(some.run, some.rows), where=(RUN,), group=COST, trials="invocations", each="cold"),
    Figure("invocations", "count", "how often functions were invoked; a batch is one invocation",
           lambda some: int(_invoked(some.run, some.rows).sum()), None, (RUN,), COST, shown=()),
)  # fmt: skip
