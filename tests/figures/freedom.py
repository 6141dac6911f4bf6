"""Who waits at a service although one of its workers is free."""

from bisect import bisect_right

from tests.figures.averages import overlap, share

__all__ = ["free_spans", "idle_while_waiting", "seconds_within", "waits"]

AWAY = ("outage", "crash", "pause", "ended")


def free_spans(plain, service):
    """Spans of time in which some worker of a service is free to begin, in order."""
    changes = [(0.0, 0, 0, 0)]  # time, instance, workers held, absences
    changes += [(since, 0, 0, 0) for since, _, _ in plain.staff(service)[1:]]
    for row in plain.rows_at(service):
        if row.started is not None and row.leads == row.number:
            instance = plain.instance_of(row)
            changes.append((row.started, instance, 1, 0))
            changes.append((plain.ended_at if row.ended is None else row.ended, instance, -1, 0))
    for instance, spans in enumerate(plain.absences(service, AWAY)):
        for start, end in spans:
            changes += [(start, instance, 0, 1), (end, instance, 0, -1)]
    count = plain.instances(service)
    changes.sort(key=lambda change: change[0])
    held, away, spans = [0] * max(1, count), [0] * max(1, count), []
    ends = [time for time, *_ in changes[1:]] + [plain.ended_at]
    for (time, instance, taken, absent), end in zip(changes, ends, strict=True):
        held[instance] += taken
        away[instance] += absent
        free = any(not away[each] and held[each] < plain.workers_at(service, time) for each in range(count))
        if free and end > time:
            spans.append((time, end))
    return spans


def waits(plain, row):
    """Spans in which an attempt waits: for the channel's grant, and for a worker; not while it travels."""
    left = row.ended if row.started is None else row.started
    if row.leased is None:
        return [(row.ready, left)] if row.ready is not None else []
    there = [(row.arrived, left)] if row.arrived is not None else []
    return [(row.ready, row.leased), *there]


def seconds_within(spans, start, end):
    """Seconds of [start, end) that lie in one of the `spans`, which are in order and apart."""
    total = 0.0
    for left, right in spans[max(0, bisect_right(spans, (start, start)) - 1) :]:
        if left >= end:
            break
        total += overlap(left, right, start, end)
    return total


def idle_while_waiting(plain, spans, rows):
    """Of the time of the window in which anybody waits, the share in which a worker is free."""
    waiting = free = 0.0
    reached = plain.left
    spells = sorted((start, plain.right if end is None else end) for row in rows for start, end in waits(plain, row))
    for start, end in spells:
        start, end = max(start, reached), min(end, plain.right)
        if end > start:
            waiting += end - start
            free += seconds_within(spans, start, end)
            reached = end
    return share(free, waiting)
