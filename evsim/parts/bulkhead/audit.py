"""Recount of bulkheads."""

import numpy as np

from evsim.results.audit.callers import by_instance, calls
from evsim.results.codes import among
from evsim.results.endings import Outcome

__all__ = ["CHECKS"]


def bulkheads(books):
    """An instance has never more calls of a callee under way than its bulkhead lets through."""
    rows, asks = books.rows, books.kinds == "call"
    sent = ~among(rows["outcome"], (Outcome.REFUSED, Outcome.WITHDRAWN)) | ~np.isnan(rows["ready"])
    for (service, _, bulkheads), places in calls(books, lambda step: step.bulkhead).items():
        for _, mine in by_instance(books, service, among(rows["place"], places) & asks & sent):
            caller_ended = rows["ended"][rows["parent"][mine]]
            begin, end = rows["born"][mine], np.fmin(np.fmin(rows["settled"][mine], caller_ended), np.inf)
            if any(each and each.queue for each in bulkheads):
                begin = rows["ready"][mine]  # it may have waited before it was sent
            there, limit = np.zeros(len(mine), dtype=bool), np.full(len(mine), np.inf)
            for age, bulkhead in zip(books.ages, bulkheads, strict=True):
                if bulkhead:
                    there |= age.has(begin)
                    limit[age.has(begin)] = bulkhead.limit
            times = np.concatenate([end[there], begin[there]])
            steps = np.concatenate([np.full(there.sum(), -1), np.full(there.sum(), 1)])
            order = np.argsort(times, kind="stable")
            level = np.cumsum(steps[order])
            most = np.concatenate([np.full(there.sum(), np.inf), limit[there]])[order]
            books.demand(level <= most, f"{service} had more calls at once than its bulkhead allows")


CHECKS = (bulkheads,)
