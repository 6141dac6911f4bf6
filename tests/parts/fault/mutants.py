"""Ways to break faults on purpose."""

from evsim.engine.fault_schedule import Clock
from tests.books.breaking import mutant

OUTAGE = {"faults": [{"outage": "back", "at": 10, "for": 5}]}


@mutant("outage of back, which began at 10 s, did not end at 15 s", **OUTAGE)
def a_fault_does_not_end(patch):
    patch.setattr(Clock, "_end", lambda self, _: None)


@mutant("outage of back did not begin at 10 s", **OUTAGE)
def a_fault_does_not_begin(patch):
    patch.setattr(Clock, "begin", lambda self, _=None: None)
