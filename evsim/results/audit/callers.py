"""What audits of callers' policies have in common: who called whom under which settings."""

import numpy as np

from evsim.results.records import Verdict
from evsim.scenario.faults import KILLING

__all__ = ["asked", "by_instance", "calls", "crashes", "name_of"]


def by_instance(books, service, chosen):
    """(instance, rows) of the calls that each instance of a service made."""
    rows = books.rows
    mine = np.flatnonzero(chosen & asked(rows))
    instance = books.run.tables.capacity[service].instance_of(rows["worker"][rows["parent"][mine]])
    return [(number, mine[instance == number]) for number in np.unique(instance).tolist()]


def asked(rows):
    """Whether somebody asked, and not the link made it of something else."""
    return rows["verdict"] != Verdict.COPY


def name_of(books, service, instance, callee):
    several = books.run.scenario.services[service].most_instances > 1
    return f"{service}/{instance + 1} to {callee}" if several else f"{service} to {callee}"


def calls(books, settings_of):
    """(calling service, callee, settings) -> the numbers of the places whose step has settings, by `settings_of` it."""
    found = {}
    for place in books.run.tables.places:
        if place.is_call and (settings := settings_of(place.step)):
            callee = getattr(place.step, place.step.short)
            found.setdefault((place.source, callee, settings), []).append(place.number)
    return found


def crashes(books, service):
    """How often a fault took the memory of instances of a service."""
    names = {service, books.run.scenario.services[service].inside}
    incidents = [(kind, what.partition("/")[0]) for _, kind, what, _ in books.run.records.incidents]
    return sum(kind in ("ended", *KILLING) and what in names for kind, what in incidents)
