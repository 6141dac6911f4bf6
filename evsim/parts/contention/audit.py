"""Recount of contention: how long work took, and beside how many others it began."""

import numpy as np

from evsim.results.endings import Outcome
from evsim.ticks import elapsed

__all__ = ["CHECKS"]

ROUNDING = 2e-9  # seconds


def stretched(books):
    """Work took what those in hand at its start make of it. Of those who begin or end just then either order counts."""
    rows = books.rows
    for name, service in books.run.scenario.complete.services.items():
        law, alone = service.contention, _one_work(books, service)
        if law is None or alone is None or len({each.handle for each in service.ever}) > 1:
            continue
        mine = [place.service == name for place in books.run.tables.places] + [False]
        begun = np.flatnonzero(np.array(mine)[rows["place"]] & ~np.isnan(rows["started"]))
        instances = books.run.tables.capacity[name].instance_of(rows["worker"][begun])
        for instance in np.unique(instances).tolist():
            its = begun[instances == instance]
            started, ended = rows["started"][its], np.fmin(rows["ended"][its], np.inf)
            starts, ends = np.sort(started), np.sort(ended)
            least = 1 + np.searchsorted(starts, started) - np.searchsorted(ends, started, "right")
            most = np.searchsorted(starts, started, "right") - np.searchsorted(ends, started)
            took, worked = elapsed(rows["ended"][its], started), rows["outcome"][its] == Outcome.OK
            fits = took >= alone * _factor(law, np.maximum(least, 1)) - ROUNDING
            fits &= took <= alone * _factor(law, most) + ROUNDING
            books.demand(fits | ~worked, f"{name} took longer or shorter than those beside it make it", its)


def _factor(law, count):
    return 1 + law.sigma * (count - 1) + law.kappa * count * (count - 1)


def _one_work(books, service):
    """How long a handling takes alone, where that is one piece of work of a known length and nothing else; or None."""
    steps = service.handle
    if service.event_loop is not None or service.cores is not None:
        return None  # where work takes longer than its time
    if callable(steps) or service.knows_again or any(each.batch for each in service.subscribe):
        return None
    if any(fault.does.freezes or fault.does.slows for fault in books.run.scenario.faults):
        return None
    work = [step for step in steps if not (step.in_no_time or step.kind == "fail")]
    if len(work) != 1 or work[0].kind != "work" or work[0].time.kind != "constant":
        return None
    return work[0].time.value


CHECKS = (stretched,)
