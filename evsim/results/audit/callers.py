"""What audits of callers' policies have in common: who called whom under which settings."""

import numpy as np

from evsim.results.endings import Verdict
from evsim.scenario.faults import KILLING
from evsim.scenario.handlers import positions, step_at

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
    """(calling service, callee, settings) -> the numbers of the places whose step has settings, by `settings_of` it.

    settings: a tuple of those of each age; None in those in which it has none.
    """
    found = {}
    for place in books.run.tables.places:
        settings = tuple(settings_of(step) for step in steps_of(books, place)) if place.is_call else ()
        if any(settings):
            callee = getattr(place.step, place.step.short)
            found.setdefault((place.source, callee, settings), []).append(place.number)
    return found


def steps_of(books, place):
    """What is written where a place comes from, a call or a subscription, in each age."""
    if place.is_delivery:
        here = books.ages[0].scenario.services[place.service].subscribe.index(place.step)
        return [age.scenario.services[place.service].subscribe[here] for age in books.ages]
    if not place.is_call:
        return [place.step] * len(books.ages)
    handles = [age.scenario.services[place.source].handle for age in books.ages]
    if callable(handles[0]) or len(handles) == 1:
        return [place.step] * len(handles)
    here = next(here for here, step in positions(handles[0]) if step is place.step)
    return [step_at(handle, here) for handle in handles]


def crashes(books, service):
    """How often a fault took the memory of instances of a service."""
    names = {service, books.run.scenario.services[service].inside}
    incidents = [(kind, what.partition("/")[0]) for _, kind, what, _ in books.run.records.incidents]
    return sum(kind in ("ended", *KILLING) and what in names for kind, what in incidents)
