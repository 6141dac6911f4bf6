"""Faults of a live run as they were, and not as they were asked for."""

from dataclasses import dataclass, field

from evsim.scenario.faults import Fault
from evsim.ticks import SECOND

__all__ = ["ObservedFault"]


@dataclass
class ObservedFault:
    """What a ``fault`` did to one ``process``, from ``start`` to ``end`` (once it is over) on the machine's clock.

    ``seen``: when the process was known to be gone, or stopped.
    """

    fault: Fault
    process: str  # or the channel, of the broker
    start: int
    seen: int
    end: int = field(init=False, repr=False)

    def begins(self, entries):
        """Say when it began, of a kill: no sooner than the last that the process did, or was given, by the journals.

        Others hear of its end before the supervisor does, and may go on at once with what it held.
        """
        had = [
            time
            for process, time, kind, *what in entries
            if time <= self.seen and (process == self.process or (kind == "granted" and what[-1] == self.process))
        ]
        self.start = max([self.start, *had])

    def as_written(self, origin):
        """The fault of a scenario that happened so, where `origin` is the zero of the run."""
        at, length = (f"{time / SECOND:.9f}s" for time in (self.start - origin, self.end - self.start))
        return {self.fault.kind: self.process, "at": at, "for": length}
