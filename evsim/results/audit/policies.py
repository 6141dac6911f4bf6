"""Recount of what the policies of callers allow."""

import numpy as np

__all__ = ["CHECKS"]


def budgets(books):
    """An instance makes no more retries than its bucket held at first and its first calls put in."""
    rows = books.rows
    for (service, _, budget), places in _calls(books, lambda step: step.retry and step.retry.budget).items():
        mine = np.flatnonzero(np.isin(rows["place"], places))
        first = rows["first"][mine] < 0
        instance = rows["worker"][rows["parent"][mine]] // books.run.scenario.services[service].workers
        buckets = 1 + _crashes(books, service)
        allowed = budget.burst * buckets + budget.ratio * np.bincount(instance[first], minlength=1)
        made = np.bincount(instance[~first], minlength=len(allowed))[: len(allowed)]
        books.demand(made <= allowed + 1e-6, f"{service} tried again more often than its budget allows")


def _calls(books, policy):
    """(calling service, callee, settings) -> the numbers of the places whose step has a policy with these settings."""
    found = {}
    for place in books.run.places:
        if place.kind == "call" and (settings := policy(place.step)):
            callee = place.step.service if place.step.kind == "call" else place.step.bus
            found.setdefault((place.source, callee, settings), []).append(place.number)
    return found


def _crashes(books, service):
    """How often a fault took the memory of instances of a service."""
    names = {service, books.run.scenario.services[service].inside}
    incidents = [(kind, what.partition("/")[0]) for _, kind, what, _ in books.run.records.incidents]
    return sum(kind in ("crash", "ended") and what in names for kind, what in incidents)


CHECKS = (budgets,)
