"""Recount of bulkheads."""

import numpy as np

from evsim.results.audit.callers import by_instance, calls
from evsim.results.records import Outcome

__all__ = ["CHECKS"]


def bulkheads(books):
    """An instance has never more calls of a callee under way than its bulkhead lets through."""
    rows, asks = books.rows, books.kinds == "call"
    sent = ~np.isin(rows["outcome"], (Outcome.REFUSED, Outcome.WITHDRAWN)) | ~np.isnan(rows["ready"])
    for (service, _, bulkhead), places in calls(books, lambda step: step.bulkhead).items():
        for _, mine in by_instance(books, service, np.isin(rows["place"], places) & asks & sent):
            caller_ended = rows["ended"][rows["parent"][mine]]
            begin, end = rows["born"][mine], np.fmin(np.fmin(rows["settled"][mine], caller_ended), np.inf)
            if bulkhead.queue:
                begin = rows["ready"][mine]  # it may have waited before it was sent
            there = ~np.isnan(begin)
            times = np.concatenate([end[there], begin[there]])
            steps = np.concatenate([np.full(there.sum(), -1), np.full(there.sum(), 1)])
            level = np.cumsum(steps[np.argsort(times, kind="stable")])
            kept = level.max(initial=0) <= bulkhead.limit
            books.demand([kept], f"{service} had more calls at once than its bulkhead allows")


CHECKS = (bulkheads,)
