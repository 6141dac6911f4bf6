"""Recount of hedges."""

import numpy as np

from evsim.results.audit.callers import asked, calls
from evsim.results.codes import among
from evsim.results.endings import Verdict
from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def hedges(books):
    """A hedge comes in time beside one attempt that is under way, and one good answer makes the other void."""
    rows = books.rows
    for (service, _, (hedge, *_)), places in calls(books, lambda step: step.hedge).items():
        mine = np.flatnonzero(among(rows["place"], places) & asked(rows))
        attempts = {}
        for row in mine.tolist():
            first = row if rows["first"][row] < 0 else int(rows["first"][row])
            attempts.setdefault(first, []).append(row)
        for its in attempts.values():
            for count, row in enumerate(its[1:], 1):
                born = rows["born"][row]
                under_way = [each for each in its[:count] if not rows["settled"][each] <= born]
                early = [each for each in under_way if elapsed(born, rows["born"][each]) < hedge.after]
                books.demand([len(under_way) <= 1], f"{service} had more than two attempts at once", [row])
                books.demand([not early], f"{service} hedged too early", [row])
            done = [each for each in its if rows["verdict"][each] in (Verdict.DONE, Verdict.DECLINED)]
            beaten = [each for each in its if rows["verdict"][each] == Verdict.BEATEN]
            right = len(done) <= 1 and all(rows["settled"][each] == rows["settled"][done[0]] for each in beaten if done)
            right &= bool(done) or not beaten
            books.demand([right], f"{service} was answered twice, or beaten by nobody", its[:1])
    known = among(
        rows["place"], [place.number for place in books.run.tables.places if getattr(place.step, "hedge", None)]
    )
    books.demand((rows["verdict"] != Verdict.BEATEN) | known, "beaten where nobody hedges")


CHECKS = (hedges,)
