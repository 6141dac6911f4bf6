"""Recount of polls: a member fetches so many messages, works on them one by one, and keeps none for too long."""

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import Verdict

__all__ = ["CHECKS"]

ROUNDING = 1e-9  # seconds: the clock counts nanoseconds


def polls(books):
    """A poll is no larger than it may be, and a member works on its messages in their order."""
    rows, places, found = books.rows, books.run.tables.places, {}
    for row, first in books.run.records.polls:
        found.setdefault(first, [first]).append(row)
    for first, all_of_it in found.items():
        place = places[rows["place"][first]]
        books.demand([len(all_of_it) <= (place.step.max_poll_records or 0)], "a poll fetched more than it may", [first])
        books.demand(rows["leased"][all_of_it] == rows["leased"][first], "a poll fetched at two times", all_of_it)
        begun = np.array([row for row in all_of_it if not np.isnan(rows["started"][row])], dtype=int)
        books.demand(np.diff(rows["started"][begun]) >= 0, "a poll was worked on out of order", begun[1:])
        instances = books.run.tables.capacity[place.service].instance_of(rows["worker"][begun])
        books.demand(instances == instances[:1], "a poll had two members", begun)


def one_by_one(books):
    """A member has one message at work at a time."""
    rows, readers = books.rows, {}
    for place in books.run.tables.places:
        if place.is_delivery and place.step.max_poll_records:
            readers.setdefault((place.service, place.source), []).append(place.number)
    for (service, _), numbers in readers.items():
        mine = np.flatnonzero(among(rows["place"], numbers) & ~np.isnan(rows["started"]))
        mine = mine[rows["verdict"][mine] != Verdict.COPY]
        instance = books.run.tables.capacity[service].instance_of(rows["worker"][mine])
        order = np.lexsort((rows["ended"][mine], rows["started"][mine], instance))
        mine, same = mine[order], np.diff(instance[order]) == 0
        apart = ~(rows["started"][mine[1:]] < rows["ended"][mine[:-1]])
        open_ = np.isnan(rows["ended"][mine[:-1]])
        books.demand(~same | (apart & ~open_), "two messages of a poll were worked on at once", mine[1:])


def in_time(books):
    """Nobody commits what ended when the next poll was overdue, but who was stopped: it ends its work, and leaves."""
    rows, first_of = books.rows, dict(books.run.records.polls)
    for place in books.run.tables.places:
        if not (place.is_delivery and place.step.max_poll_records and place.step.max_poll_interval):
            continue
        mine = np.flatnonzero((rows["place"] == place.number) & (rows["verdict"] == Verdict.DONE))
        polled = np.array([first_of.get(row, row) for row in mine.tolist()], dtype=int)
        late = rows["ended"][mine] - rows["leased"][polled] > _longest(books, place) + ROUNDING
        late[late] = [not _stops(books, place, *each) for each in zip(polled[late].tolist(), mine[late].tolist())]
        books.demand(~late | place.step.commits.early, "committed by a member whose poll was overdue", mine)


def _stops(books, place, polled, row):
    """Whether the member that works on a row was stopped since its poll."""
    name, capacity = place.service, books.run.tables.capacity[place.service]
    begin, end = books.rows["leased"][polled], books.rows["ended"][row]
    instance = capacity.instance_of(books.rows["worker"][row])
    if np.any((capacity.number == instance) & (capacity.ended == end)):
        return True  # it was not needed any more
    its = {name, books.run.scenario.services[name].inside, f"{name}/{instance + 1}"}
    outages = ((time, what) for time, kind, what, _ in books.run.records.incidents if kind == "outage")
    return any(what in its and begin <= time <= end for time, what in outages)


def _longest(books, place):
    """The longest that a poll might take, whatever was changed."""
    readings = [each for age in books.ages for each in age.scenario.services[place.service].subscribe]
    return max(each.max_poll_interval for each in readings if each.channel == place.source)


CHECKS = (polls, one_by_one, in_time)
