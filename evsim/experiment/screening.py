"""Which inputs may matter, seen in few runs: only those are worth many."""

import math

from evsim.experiment.judging import NOT_DECIDED, judge, judge_runs
from evsim.experiment.statistics import Estimate, difference

__all__ = ["apart", "column", "judged", "matter"]

WIDEST = 8  # inputs that are worth all runs whatever they turn: as many as a picture shows


def column(metric, runs):
    """One value a run."""
    return [run["summary"].get(metric, math.nan) for run in runs]


def apart(metric, base, runs):
    """The difference of a figure from those of the ``base`` runs with the same seeds."""
    return difference(column(metric, base)[: len(runs)], column(metric, runs))


def judged(objectives, runs):
    """The judgement of each objective."""
    return judge_runs(objectives, runs)


def matter(objectives, metric, base, tried):
    """The paths, of (path, runs), of the inputs that move the ``metric`` most, and of those that may turn a verdict.

    An input may turn a verdict where the interval of the base, moved by that of the paired difference, is not decided
    as the base is. What the base does not decide nothing turns.
    """
    moved: dict = {}
    for path, runs in tried:
        far = apart(metric, base, runs).mean
        moved[path] = max(moved.get(path, 0.0), 0.0 if math.isnan(far) else abs(far))
    widest = sorted(moved, key=lambda path: -moved[path])[:WIDEST]
    before = {each.metric: each for each in judged(objectives, base) if each.verdict != NOT_DECIDED}
    turning = {path for path, runs in tried if any(_may_turn(each, base, runs) for each in before.values())}
    return {*widest, *turning}


def _may_turn(judgement, base, runs):
    far = apart(judgement.metric, base, runs)
    if far.n < 2:
        return True  # so few runs tell nothing of it
    found = judgement.found
    ends = found.mean + far.mean, found.low + far.low, found.high + far.high
    (after,) = judge({judgement.metric: judgement.limit}, {judgement.metric: Estimate(*ends, far.n, found.sd)})
    return after.verdict != judgement.verdict
