"""What the policies of callers write into the incidents, and what is read from there."""

from dataclasses import dataclass

from evsim.results.records import Reason

__all__ = ["CLOSED", "HALF_OPEN", "NEVER_SENT", "NO_RETRY", "OF_ATTEMPTS", "OPEN", "Phase", "breaker_phases"]

NO_RETRY = "no retry: budget spent"
OF_ATTEMPTS = (NO_RETRY,)  # incidents that are about one attempt, the row in their detail
CLOSED, OPEN, HALF_OPEN = "breaker closed", "breaker open", "breaker half-open"
NEVER_SENT = frozenset({Reason.BREAKER, Reason.BULKHEAD})  # refused by the caller itself


@dataclass(frozen=True)
class Phase:
    """One state of one circuit breaker, from `start` to `end` (seconds): closed, open or half-open."""

    who: str
    state: str
    start: float
    end: float


def breaker_phases(run):
    """breaker -> its phases in order of time, for the breakers that ever left the closed state."""
    changes = {}
    for time, kind, who, _ in run.records.incidents:
        if kind in (CLOSED, OPEN, HALF_OPEN):
            changes.setdefault(who, [(0.0, CLOSED)]).append((time, kind))
    end = max(run.ended_at, run.scenario.run.duration)
    return {
        who: [
            Phase(who, state.removeprefix("breaker "), start, until)
            for (start, state), (until, _) in zip(its, [*its[1:], (end, None)], strict=True)
            if until > start or state == OPEN  # the program may end at the moment at which it opens
        ]
        for who, its in changes.items()
    }
