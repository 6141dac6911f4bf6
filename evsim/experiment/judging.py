"""Objectives: what a scenario promises, and whether a run or many runs keep it."""

import math
from dataclasses import dataclass

from evsim.experiment.statistics import Estimate
from evsim.figures import MORE, figure, label, write, write_estimate

__all__ = ["Judgement", "judge"]


@dataclass(frozen=True)
class Judgement:
    """One objective: the ``metric``, its ``limit``, what was ``found`` (an Estimate), and the ``verdict``.

    ``MEETS``; ``MISSES``; ``NOT DECIDED``: the interval over the runs holds the limit, or the sample is too
    small to tell.
    """

    metric: str
    limit: float
    found: Estimate
    verdict: str

    def __str__(self):
        relation = "at least" if _more_is_better(self.metric) else "at most"
        measured = not math.isnan(self.found.mean)
        found = write_estimate(self.metric, self.found) if measured else "too few to tell"
        return f"{self.verdict}  {label(self.metric)} {relation} {write(self.metric, self.limit)}: {found}"


def judge(objectives, summary):
    """A :class:`Judgement` for each objective (metric -> limit), from a summary of values or of Estimates."""
    found = {
        name: value if isinstance(value, Estimate) else Estimate(value, value, value, 1, math.nan)
        for name, value in summary.items()
    }
    nothing = Estimate(math.nan, math.nan, math.nan, 0, math.nan)
    return [_judge(metric, limit, found.get(metric, nothing)) for metric, limit in objectives.items()]


def _judge(metric, limit, found):
    low, high = (found.mean, found.mean) if found.n == 1 else (found.low, found.high)
    if _more_is_better(metric):
        meets, misses = low >= limit, high < limit
    else:
        meets, misses = high <= limit, low > limit
    return Judgement(metric, limit, found, "MEETS" if meets else "MISSES" if misses else "NOT DECIDED")


def _more_is_better(metric):
    found = figure(metric)
    return found is not None and found.better == MORE
