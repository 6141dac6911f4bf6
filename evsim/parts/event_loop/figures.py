"""What event loops add to the figures of their service."""

import numpy as np

from evsim.figures import Figure
from evsim.parts.event_loop.words import BLOCKED, OF_POOL
from evsim.results.intervals import inside
from evsim.results.remarks import remarks
from evsim.ticks import elapsed

__all__ = ["FIGURES", "pieces_of"]

COLUMNS = ("began", "ended", "queued", "alone", "service", "lane", "row")


def pieces_of(run, name):
    """The pieces of work of a service that were noted: an array for each of their columns."""
    code = list(run.scenario.services).index(name)
    mine = [each for each in run.records.pieces if each[4] == code]
    columns = zip(*mine, strict=True) if mine else [()] * len(COLUMNS)
    return dict(zip(COLUMNS, map(np.array, columns), strict=True))


def _busy(at):
    if at.settings.event_loop is None:
        return float("nan")
    pieces = pieces_of(at.run, at.name)
    on_loop = (pieces["lane"] >= 0) & (pieces["lane"] < OF_POOL)
    held = inside(pieces["began"][on_loop], pieces["ended"][on_loop], at.window).sum()
    there = at.run.tables.capacity[at.name].instance_time(at.window) * at.settings.event_loop.complete.loops
    return float(held / there) if there else float("nan")


def _delay(at, of_pool):
    pieces = pieces_of(at.run, at.name)
    mine = (pieces["lane"] >= OF_POOL) if of_pool else (pieces["lane"] >= 0) & (pieces["lane"] < OF_POOL)
    mine = np.flatnonzero(mine)
    mine = mine[at.counted[pieces["row"][mine].astype(int)]]
    return elapsed(pieces["began"][mine], pieces["queued"][mine])


def _blocked(at):
    return sum(each.kind == BLOCKED and bool(at.counted[each.row]) for each in remarks(at.run))


FIGURES = (
    Figure("loop_busy", "share", "the share of the time of its event loops in which work held them", _busy, None),
    Figure("loop_delay", "s", "how long a piece of work waited for its loop", lambda at: _delay(at, False),
           points=("mean", "p99")),
    Figure("pool_delay", "s", "how long blocking work waited for a thread of the pool", lambda at: _delay(at, True),
           points=("mean",), shown=()),
    Figure("blocked_warnings", "count", "how often a check found a thread blocked for too long", _blocked),
)  # fmt: skip
