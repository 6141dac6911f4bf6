"""Faults of a live run as they were, and not as they were asked for."""

from dataclasses import dataclass

from evsim.scenario.faults import Fault
from evsim.ticks import SECOND

__all__ = ["ObservedFault"]


@dataclass
class ObservedFault:
    """One ``fault`` that began at ``start`` and was over at ``end`` (None: not yet), on the machine's clock."""

    fault: Fault
    start: int
    end: int | None = None

    def as_written(self, origin):
        """The fault of a scenario that happened so, where `origin` is the zero of the run."""
        at, length = (f"{time / SECOND:.9f}s" for time in (self.start - origin, self.end - self.start))
        return {self.fault.kind: self.fault.place, "at": at, "for": length}
