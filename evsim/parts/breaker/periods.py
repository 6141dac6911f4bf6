"""The states of circuit breakers in time, as the incidents of a run tell them."""

from dataclasses import dataclass

__all__ = ["CLOSED", "HALF_OPEN", "OPEN", "Phase", "phases"]

CLOSED, OPEN, HALF_OPEN = "breaker closed", "breaker open", "breaker half-open"  # kinds of incidents


@dataclass(frozen=True)
class Phase:
    """One state of one circuit breaker, from `start` to `end` (seconds): closed, open or half-open."""

    who: str
    state: str
    start: float
    end: float


def phases(run):
    """breaker -> its phases in order of time, for the breakers that ever left the closed state."""
    changes = {}
    for time, kind, who, _ in run.records.incidents:
        if kind in (CLOSED, OPEN, HALF_OPEN):
            changes.setdefault(who, [(0.0, CLOSED)]).append((time, kind))
    end = max(run.ended_at, run.scenario.run_settings.duration)
    return {
        who: [
            Phase(who, state.removeprefix("breaker "), start, until)
            for (start, state), (until, _) in zip(its, [*its[1:], (end, None)], strict=True)
            if until > start or state == OPEN  # the program may end at the moment at which it opens
        ]
        for who, its in changes.items()
    }
