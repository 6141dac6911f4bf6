"""Recount of circuit breakers."""

import numpy as np

from evsim.parts.breaker.periods import phases as phases_of
from evsim.results.audit.callers import by_instance, calls, name_of
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def breakers(books):
    """No call passes an open breaker, none is refused by a closed one, and it opens for enough failures."""
    rows, asks = books.rows, books.kinds == "call"
    refused = (rows["reason"] == Reason.BREAKER) & (rows["outcome"] == Outcome.REFUSED)
    phases = phases_of(books.run)
    for (service, callee, breakers), places in calls(books, lambda step: step.breaker).items():
        its = among(rows["place"], places)
        for instance, mine in by_instance(books, service, its & asks):
            born, settled, refusals = rows["born"][mine], rows["settled"][mine], refused[mine]
            good = among(rows["verdict"][mine], (Verdict.DONE, Verdict.DECLINED))
            allowed = np.zeros(len(mine), dtype=bool)
            before = 0.0
            for phase in phases.get(name_of(books, service, instance, callee), ()):
                within = (born >= phase.start) & (born <= phase.end)
                allowed |= within & (phase.state != "closed")
                breaker = _in_force(books, breakers, phase.start)
                if phase.state == "open" and breaker is not None:
                    past = (born > phase.start) & (born < phase.end) & ~refusals
                    past &= elapsed(born, phase.start) < breaker.open_for
                    books.demand(~past, f"a call of {service} passed an open breaker", mine)
                    failed = (settled >= before) & (settled <= phase.start) & ~good & ~refusals
                    least = 1 if breaker.failures is None or before else breaker.failures
                    books.demand([failed.sum() >= least], f"a breaker of {service} opened without reason")
                before = phase.start
            books.demand(~refusals | allowed, f"a closed breaker of {service} refused a call", mine)


def _in_force(books, breakers, time):
    """The settings of a breaker from a time to the end of the run; None where they are others later."""
    last = [each for age, each in zip(books.ages, breakers, strict=True) if age.end > time]
    return last[0] if len(set(last)) == 1 else None


CHECKS = (breakers,)
