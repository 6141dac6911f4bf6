"""Recount of what subscriptions guarantee: nothing is begun twice, or nothing is let go before it was done well.

What an idempotent service and a transaction add to that is counted by `once` and `transactions`.
"""

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["CHECKS"]


def guarantees(books):
    rows, run = books.rows, books.run
    promise = [place.step.guarantee if place.is_delivery else None for place in run.tables.places] + [None]
    promise = np.array(promise, dtype=object)[rows["place"]]
    owner = np.where(rows["first"] < 0, np.arange(len(promise)), rows["first"])
    begun = ~np.isnan(rows["started"]) & (rows["verdict"] != Verdict.COPY) & (promise == "at_most_once")
    begun[np.isin(owner, run.records.replays)] = False
    times = np.bincount(owner[begun], minlength=len(promise))
    books.demand(times <= 1, "promised at most once, and begun twice")
    kept = np.isin(promise, ("at_least_once", "effectively_once", "exactly_once"))
    well = np.bincount(owner[rows["outcome"] == Outcome.OK], minlength=len(promise)) > 0
    late = (rows["reason"] == Reason.LATE_DELETE) & well[owner]  # what had done it well says so when it is ready again
    let_go = kept & (rows["verdict"] == Verdict.DONE) & (rows["outcome"] != Outcome.OK) & ~late
    books.demand(~let_go, "promised at least once, and let go before it was done")


CHECKS = (guarantees,)
