"""Owners: a partition of a log belongs to one member of a group at a time, and only that member reads it."""

import numpy as np

from evsim.counting import digits
from evsim.scenario.groups import groups

__all__ = ["CHECKS"]


def owners(books):
    """Nobody gets what somebody has, nobody loses what they have not, and messages go to the owner of the moment."""
    held, spans = {}, {}
    group = {(log, service): name for (log, name), readers in groups(books.run.scenario).items()
             for service, _ in readers}  # fmt: skip
    for time, channel, service, partition, instance, begins in books.run.records.ownership:
        way, member = (channel, group[channel, service], partition), (service, instance)
        if begins:
            if way in held:
                books.refuse(f"partition {partition} of {channel} had two owners in {way[1]} at {digits(time, 9)} s")
            held[way] = time, member
        elif held.get(way, (0, None))[1] != member:
            books.refuse(f"{service}/{instance + 1} lost partition {partition} of {channel}, which was not its own")
        else:
            since, _ = held.pop(way)
            spans.setdefault((channel, service, partition), []).append((since, time, instance))
    for (channel, _, partition), (since, (service, instance)) in held.items():
        spans.setdefault((channel, service, partition), []).append((since, np.inf, instance))
    for place in books.run.tables.places:
        if place.is_delivery and place.step.owns:
            _readers(books, place, spans)


def _readers(books, place, spans):
    rows, messages = books.rows, books.messages
    capacity = books.run.tables.capacity[place.service]
    taken = np.flatnonzero((rows["place"] == place.number) & ~np.isnan(rows["leased"]))
    for row in taken.tolist():
        leased, worker = rows["leased"][row], rows["worker"][row]
        way = place.source, place.service, int(messages["partition"][rows["parent"][row]])
        right = any(
            since <= leased <= until and worker in (-1, *capacity.workers_of(instance))
            for since, until, instance in spans.get(way, ())
        )
        if not right:
            books.demand([False], "a partition was read by somebody who did not own it", [row])


CHECKS = (owners,)
