"""Recount of retry budgets."""

import numpy as np

from evsim.results.audit.callers import asked, calls, crashes
from evsim.results.codes import among

__all__ = ["CHECKS"]


def budgets(books):
    """An instance makes no more retries than its bucket held at first and its first calls put in."""
    rows = books.rows
    for (service, _, (budget, *others)), places in calls(books, lambda step: step.retry and step.retry.budget).items():
        if budget is None or set(others) > {budget}:
            continue  # retries that come later are not all those of the first calls
        mine = np.flatnonzero(among(rows["place"], places) & asked(rows))
        first = rows["first"][mine] < 0
        instance = books.run.tables.capacity[service].instance_of(rows["worker"][rows["parent"][mine]])
        buckets = 1 + crashes(books, service)
        allowed = budget.burst * buckets + budget.ratio * np.bincount(instance[first], minlength=1)
        made = np.bincount(instance[~first], minlength=len(allowed))[: len(allowed)]
        books.demand(made <= allowed + 1e-6, f"{service} tried again more often than its budget allows")


CHECKS = (budgets,)
