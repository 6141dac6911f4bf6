"""Recount of event loops and cores, from the pieces of work that were noted."""

import numpy as np

from evsim.counting import count, digits
from evsim.parts.event_loop.figures import pieces_of
from evsim.parts.event_loop.words import OF_POOL
from evsim.results.endings import Outcome
from evsim.ticks import elapsed

__all__ = ["CHECKS"]

SHARED = 1e-6  # seconds: shares of cores are rounded to ticks at each change


def loops(books):
    """A loop does one piece at a time, in the order of coming, and never rests while one waits."""
    run = books.run
    for name, service in run.scenario.services.items():
        if service.event_loop is None:
            continue
        pieces = pieces_of(run, name)
        rows = pieces["row"].astype(int)
        instance = run.tables.capacity[name].instance_of(books.rows["worker"][rows])
        settings = service.event_loop.complete
        for each in np.unique(instance).tolist():
            its = (instance == each) & (pieces["lane"] >= 0)
            for lane in np.unique(pieces["lane"][its]).tolist():
                mine = np.flatnonzero(its & (pieces["lane"] == lane))
                mine = mine[np.lexsort((pieces["ended"][mine], pieces["began"][mine]))]
                began, ended, queued = (pieces[column][mine] for column in ("began", "ended", "queued"))
                books.demand(began[1:] >= ended[:-1], f"a loop of {name} did two pieces at once", rows[mine[1:]])
                if lane < OF_POOL and not run.scenario.faults:
                    late = (began[1:] > queued[1:]) & (began[1:] > ended[:-1])
                    books.demand(~late, f"a loop of {name} rested while a piece waited", rows[mine[1:]])
            threads = np.unique(pieces["lane"][its & (pieces["lane"] >= OF_POOL)])
            used = np.unique(pieces["lane"][its & (pieces["lane"] < OF_POOL)])
            if len(threads) > settings.pool or len(used) > settings.loops:
                books.refuse(
                    f"{name} has {count(settings.loops, 'loop')} and {count(settings.pool, 'thread')}, and used more"
                )
        died = books.rows["outcome"][rows] == Outcome.CRASHED
        inside = (pieces["began"] >= books.rows["started"][rows]) | died
        books.demand(inside, f"a loop of {name} worked for somebody who had not begun", rows)


def cores(books):
    """All cores that there is work for are at work, and no more: what was done in all is what they had time for."""
    run = books.run
    for name, service in run.scenario.services.items():
        if service.cores is None:
            continue
        pieces = pieces_of(run, name)
        mine = pieces["lane"] < 0
        began, ended, alone = (pieces[column][mine] for column in ("began", "ended", "alone"))
        rows = pieces["row"][mine].astype(int)
        took = elapsed(ended, began)
        books.demand(took >= alone - SHARED, f"work of {name} took less than it takes alone", rows)
        begun = books.rows["started"] >= 0
        died = begun & (books.rows["outcome"] == Outcome.CRASHED)  # without a fault: of a broken pipe
        if run.scenario.faults or died.any() or np.isnan(books.rows["ended"][begun]).any():
            continue
        instance = run.tables.capacity[name].instance_of(books.rows["worker"][rows])
        for each in np.unique(instance).tolist():
            its = instance == each
            times = np.concatenate([began[its], ended[its]])
            order = np.argsort(times, kind="stable")
            level = np.cumsum(np.where(order < its.sum(), 1, -1))[:-1]
            had = (np.minimum(level, service.cores.count) * np.diff(times[order])).sum()
            if abs(had - alone[its].sum()) > SHARED * (1 + its.sum()):
                books.refuse(
                    f"the cores of {name} did {digits(alone[its].sum(), 9)} s of work and had {digits(had, 9)} s for it"
                )
            if service.cores.by == "priority":
                urgent = np.array([_urgency(books, row) for row in rows[its].tolist()])
                due = _ends_by_priority(began[its], alone[its], urgent, service.cores.count)
                what = f"a piece of {name} had a core sooner or later than its urgency says"
                books.demand(np.abs(ended[its] - due) <= SHARED * (1 + its.sum()), what, rows[its])


def _urgency(books, row):
    """That of its message, or of whoever calls; a customer has none."""
    place, parent = books.run.tables.places[books.rows["place"][row]], int(books.rows["parent"][row])
    if place.is_delivery:
        return getattr(books.run.tables.routes[books.messages["route"][parent]][1], "priority", 0)
    return _urgency(books, parent) if parent >= 0 else 0


def _ends_by_priority(began, alone, urgent, count):
    """When each piece is done, where at any time the most urgent ones, of equals the first, have the cores."""
    ends, left, now = np.full(len(began), np.inf), alone.copy(), 0.0
    coming, there = np.argsort(began, kind="stable").tolist()[::-1], []
    while coming or there:
        working = there[:count]
        first = min((left[each] for each in working), default=np.inf)
        until = min(now + first, began[coming[-1]] if coming else np.inf)
        left[working] -= until - now
        now = until
        for each in [each for each in working if left[each] <= SHARED / 1000]:
            ends[each] = now
            there.remove(each)
        while coming and began[coming[-1]] <= now:
            each = coming.pop()
            place = next((at for at, other in enumerate(there) if urgent[other] < urgent[each]), len(there))
            there.insert(place, each)
    return ends


CHECKS = (loops, cores)
