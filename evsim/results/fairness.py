"""Fairness: how evenly work is spread, and who waits although somebody is free.

Waiting while everybody is busy is a matter of capacity; waiting while a worker is free one of order: of a message that
stands behind a slow one in a partition, in what one instance has fetched, or in a line behind a balancer.
"""

import numpy as np

from evsim.results.batches import followers
from evsim.results.downtime import downtimes
from evsim.ticks import elapsed

__all__ = ["Freedom", "jain", "rows_at", "spread", "standing", "waiting"]


def jain(shares):
    """Jain's index of fairness: 1 if all have as much, 1/n if one has all; NaN if nobody has anything.

    Source: Jain, Chiu, Hawe, A quantitative measure of fairness and discrimination (1984).
    """
    shares = np.asarray(shares, dtype=float)
    squares = (shares**2).sum()
    return float(shares.sum() ** 2 / (len(shares) * squares)) if squares else float("nan")


def spread(shares):
    """The figures of how some work is spread over those who could do it."""
    shares = np.asarray(shares, dtype=float)
    total = shares.sum()
    busiest = float(shares.max() / total) if total else float("nan")
    return {"busiest_share": busiest, "fairness": jain(shares)}


class Freedom:
    """When any worker of a service was free to begin: ``seconds(times)`` of it since the start of the run."""

    def __init__(self, run, service, held):
        """held: which rows hold a worker of the service, each its own."""
        rows, capacity = run.tables.rows, run.tables.capacity[service]
        instance = capacity.instance_of(rows["worker"])
        flips = []
        for number, away in enumerate(downtimes(run, service)):
            mine = held & (instance == number)
            starts, ends = rows["started"][mine], _ended(rows["ended"][mine], run.ended_at)
            flips.append(_flips(starts, ends, np.array(away).reshape(-1, 2), capacity))
        times = np.concatenate([[0.0, run.ended_at], *(each for each, _ in flips)])
        steps = np.concatenate([[0, 0], *(each for _, each in flips)])
        order = np.argsort(times, kind="stable")
        self.times, level = times[order], len(flips) + np.cumsum(steps[order])
        self.free = level > 0
        self.total = np.concatenate([[0.0], np.cumsum(np.diff(self.times) * self.free[:-1])])

    def seconds(self, times):
        return np.interp(times, self.times, self.total)


def _flips(starts, ends, away, capacity):
    """When an instance stops (-1) and begins (+1) to have a free worker; it begins with one.

    Of its workers those are held who have nobody, by a change.
    """
    (_, *since), staffed = zip(*capacity.staffed, strict=True)
    times = np.concatenate([starts, ends, away[:, 0], away[:, 1], since])
    width = capacity.width
    steps = np.repeat([1, -1, width, -width], [len(starts), len(ends), len(away), len(away)])
    steps = np.concatenate([steps, -np.diff(staffed)])
    order = np.lexsort((steps, times))
    times, level = times[order], width - staffed[0] + np.cumsum(steps[order])
    free = np.concatenate([[True], level < width])
    change = np.flatnonzero(free[1:] != free[:-1])
    return times[change], np.where(free[1:][change], 1, -1)


def _ended(times, end):
    return np.where(np.isnan(times), end, times)


def rows_at(run, service):
    """Which rows came to a service, and which of them held a worker of it, each its own."""
    here = np.array([place.service == service for place in run.tables.places] + [False])
    mine = here[run.tables.rows["place"]]
    return mine, mine & ~followers(run) & ~np.isnan(run.tables.rows["started"])


def waiting(run, mine, freedom):
    """Of some rows: seconds waited, those of them in which somebody was free, and all spans of waiting.

    What a channel has handed out travels until it arrives, and does not wait.
    """
    rows = run.tables.rows
    ready, leased, arrived, started = (rows[name][mine] for name in ("ready", "leased", "arrived", "started"))
    left = _ended(np.where(np.isnan(started), rows["ended"][mine], started), run.ended_at)
    handed = ~np.isnan(leased)
    there = np.where(handed, np.where(np.isnan(arrived), left, arrived), ready)  # what never arrived waits no more
    behind = freedom.seconds(left) - freedom.seconds(there)
    behind += np.where(handed, freedom.seconds(leased) - freedom.seconds(ready), 0.0)
    spans = np.concatenate([ready[handed], there]), np.concatenate([leased[handed], left])
    return elapsed(started, ready), behind, spans


def standing(run, service, window):
    """The figures of those who waited at a service, and of how its work was spread over its instances."""
    rows, capacity = run.tables.rows, run.tables.capacity[service]
    mine, held = rows_at(run, service)
    freedom = Freedom(run, service, held)
    _, behind, spans = waiting(run, mine, freedom)
    counted = run.tables.row_cohort[mine] & ~np.isnan(rows["started"][mine])
    worked = _inside(rows["started"][held], rows["ended"][held], window)
    instances = np.bincount(capacity.instance_of(rows["worker"][held]), worked, minlength=capacity.count)
    return {
        "wait_behind_mean": float(behind[counted].mean()) if counted.any() else float("nan"),
        "idle_while_waiting": _share(freedom, *spans, window),  # type: ignore[call-arg]
        **spread(instances),
    }


def _share(freedom, begins, ends, window):
    """Of the time in which anybody waits, the share in which a worker is free; NaN if nobody waits."""
    known = ~np.isnan(begins)
    times = np.clip(np.concatenate([begins[known], ends[known]]), *window)
    order = np.argsort(times, kind="stable")
    times, level = times[order], np.cumsum(np.where(order < known.sum(), 1, -1))
    some = level[:-1] > 0
    waiting = np.diff(times)[some].sum()
    return float(np.diff(freedom.seconds(times))[some].sum() / waiting) if waiting else float("nan")


def _inside(start, end, window):
    end = np.where(np.isnan(end), window[1], end)
    return np.clip(np.minimum(end, window[1]) - np.maximum(start, window[0]), 0.0, None)
