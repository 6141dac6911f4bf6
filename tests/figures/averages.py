"""Means, percentiles and averages over the clock, one value after the other."""

import math

__all__ = ["NONE", "highest", "jain", "mean", "overlap", "percentiles", "share", "spread", "union", "worker_time"]

NONE = float("nan")
POINTS = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


def mean(values):
    return sum(values) / len(values) if values else NONE


def share(some, of):
    return some / of if of else NONE


def percentiles(name, values, points=POINTS):
    """Mean and percentiles: linear between the two nearest values, none where fewer than ten points lie beyond."""
    found, values = {f"{name}_mean": mean(values)}, sorted(values)
    for point, level in points.items():
        value, beyond = NONE, round(len(values) * (1 - level), 6)
        if beyond >= 10:
            place = (len(values) - 1) * level
            low = math.floor(place)
            value = values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)
        found[f"{name}_{point}"] = value
    return found


def overlap(start, end, left, right):
    """Seconds of [start, end) within [left, right); an end that is None is not yet."""
    end = right if end is None else end
    return max(0.0, min(end, right) - max(start, left))


def union(spans, left, right):
    """Seconds of [left, right) in which at least one span is open."""
    total, reached = 0.0, left
    for start, end in sorted((start, right if end is None else end) for start, end in spans):
        total += overlap(max(start, reached), end, left, right)
        reached = max(reached, end)
    return total


def highest(spans, left, right):
    """The largest number of spans [start, end) that are open at one time in [left, right)."""
    changes = {}
    for start, end in spans:
        changes[start] = changes.get(start, 0) + 1
        if end is not None:
            changes[end] = changes.get(end, 0) - 1
    level, most, at_left = 0, 0, 0
    for time in sorted(changes):
        level += changes[time]
        if time <= left:
            at_left = level
        elif time < right:
            most = max(most, level)
    return max(most, at_left)


def jain(shares):
    """Jain's index of fairness: 1 if all have as much, 1/n if one has all."""
    return share(sum(shares) ** 2, len(shares) * sum(each**2 for each in shares))


def spread(shares):
    return {"busiest_share": share(max(shares, default=0), sum(shares)), "fairness": jain(shares)}


def worker_time(plain, name):
    """Worker seconds of the window; while an instance is crashed it does not exist; a worker that has to go still does.

    Until the end of its work, that is.
    """
    settings, total = plain.scenario.services[name], 0.0
    for since, until, workers in plain.staff(name):
        window = max(since, plain.left), min(plain.right if until is None else until, plain.right)
        if window[0] >= window[1]:
            continue
        if settings.is_elastic:
            total += workers * sum(overlap(each.ready, each.ended, *window) for each in plain.working(name))
        else:
            gone = sum(union(spans, *window) for spans in plain.absences(name, ("crash", "ended")))
            total += workers * (settings.instances * (window[1] - window[0]) - gone)
        for row in plain.rows_at(name):
            if row.started is not None and row.leads == row.number and plain.place_of(row) >= workers:
                total += overlap(row.started, row.ended, *window)
    return total
