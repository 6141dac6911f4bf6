"""Recount of shedding."""

import numpy as np

from evsim.results.audit.admission_check import refusable
from evsim.results.endings import Outcome, Reason
from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def ages(books):
    """Who is worked has not waited too long; who is shed at its turn has."""
    rows = books.rows
    for name, mine, service, age in refusable(books):
        shed = mine & (rows["outcome"] == Outcome.REFUSED) & (rows["reason"] == Reason.SHED)
        shed &= ~np.isnan(rows["ready"]) & age.has(rows["ended"])  # not at the door of a workload
        if service.shed is None:
            books.demand(~shed, f"{name} shed a call and sheds none")
        elif service.shed.age is not None:
            waited = elapsed(rows["started"], rows["ready"])
            books.demand(
                ~(mine & age.has(rows["started"]) & (waited > service.shed.age)), f"{name} worked what it had to shed"
            )
        if service.shed is not None and service.shed.expected_wait is None:
            waited = elapsed(rows["ended"], rows["ready"])
            books.demand(~shed | (waited > service.shed.age), f"{name} shed what it had to work")


CHECKS = (ages,)
