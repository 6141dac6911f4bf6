"""Why no number of workers meets an objective: the time left when nobody waits for a worker, and whose it is."""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import partial

import numpy as np

from evsim.experiment.resuming import in_order_kept, seen_in
from evsim.experiment.running import audited_run
from evsim.experiment.statistics import Estimate, estimate
from evsim.figures import label, write_estimate

__all__ = ["Floor", "floor_of"]

PLENTY = 10_000  # workers, so many that nobody waits for one
TIMES = ("response_", "completion_")


@dataclass(frozen=True)
class Floor:
    """An objective where there are workers for everybody: its ``metric``, ``limit`` and the time that is ``left``.

    ``parts``: service -> Estimate of the same point of the time that one handling takes there by itself: waiting, and
    what other services do for it, is not in it; the longest first.
    """

    metric: str
    limit: float
    left: Estimate
    parts: dict

    def __str__(self):
        name, (longest, own) = label(self.metric), next(iter(self.parts.items()))
        text = f"With {PLENTY:,} workers in every service {name} is {write_estimate(self.metric, self.left)}"
        if not self.left.low > self.limit:
            return f"{text}: another service has too few."
        point = self.metric.rpartition("_")[2]
        own = write_estimate(self.metric, own)
        return f"{text}: no number of them suffices. The longest work is that of {longest}: {point} {own}."


def floor_of(scenario, judgements, seeds, store=None, jobs=None, progress=None):
    """A :class:`Floor` for each objective about a time that is missed."""
    missed = [each for each in judgements if each.verdict == "MISSES" and each.metric.startswith(TIMES)]
    if not missed:
        return ()
    idle = scenario.replace({f"services.{name}.workers": PLENTY for name in scenario.services})
    metrics = tuple(each.metric for each in missed)
    kept = seen_in(store, idle, f"floor of {' and '.join(metrics)}")
    runs = in_order_kept(partial(_one, idle, metrics), seeds, kept, jobs, progress)
    floors = []
    for each in missed:
        left, parts = zip(*(run[each.metric] for run in runs), strict=True)
        own = {name: estimate([part[name] for part in parts]) for name in scenario.services}
        measured = {name: found for name, found in own.items() if not math.isnan(found.mean)}
        longest = sorted(measured.items(), key=lambda pair: -pair[1].mean)
        floors.append(Floor(each.metric, each.limit, estimate(left), dict(longest)))
    return tuple(floors)


def _one(scenario, metrics, seed):
    run = audited_run(scenario, seed)
    summary, own = run.summary(), _own_times(run)
    return {
        metric: (summary[metric], {name: _point(times, metric) for name, times in own.items()}) for metric in metrics
    }


def _own_times(run):
    """service -> what each handling of the cohort took there without what others did for it, and without waiting."""
    spans = run.spans
    took = (spans["ended"] - spans["started"]).to_numpy(copy=True)
    children = spans[(spans["kind"] == "call") & (spans["parent"] >= 0)]
    calls = children[["parent", "born", "settled"]].dropna().itertuples(index=False, name=None)
    for row, time in _only_waiting([*calls, *_waits(run)], _works(run)).items():
        took[row] -= time
    counted = spans["cohort"].to_numpy() & ~np.isnan(took)
    names = spans["service"].to_numpy()
    return {name: took[counted & (names == name)] for name in run.scenario.services}


def _waits(run):
    """(row, begin, end) of the times in which work in hand stood still, as its loop, thread or core was with others."""
    for began, ended, queued, alone, _, _, row in run.records.pieces:
        yield row, queued, began
        if alone >= 0:  # on shared cores
            yield row, began + alone, ended


def _works(run):
    """(row, begin, end) of the times in which a loop, thread or core was with it, while another branch may wait."""
    for began, ended, _, alone, _, _, row in run.records.pieces:
        yield row, began, began + alone if alone >= 0 else ended


def _only_waiting(waits, works):
    """row -> how long something of it waited, and nothing worked."""
    turns = defaultdict(list)
    for which, times in enumerate((waits, works)):
        for row, begin, end in times:
            if begin < end:
                turns[row] += [(begin, which, 1), (end, which, -1)]
    return {row: _alone(sorted(its)) for row, its in turns.items()}


def _alone(turns):
    """How long there was one wait at least, and no work; turns: (time, 0 or 1, one more or less)."""
    under_way, total, since = [0, 0], 0.0, 0.0
    for time, which, more in turns:
        waits, works = under_way
        if waits and not works:
            total += time - since
        under_way[which], since = under_way[which] + more, time
    return total


def _point(times, metric):
    if not len(times):
        return math.nan
    point = metric.rpartition("_")[2]
    return float(times.mean() if point == "mean" else np.quantile(times, float(point[1:]) / 100))
