"""Recount of partitions: a group has one message of each in process, in the order of offsets."""

import numpy as np

from evsim.results.batches import followers
from evsim.results.endings import Outcome, Verdict
from evsim.scenario.groups import group_of

__all__ = ["CHECKS"]


def partitions(books):
    """A group has at most one message of a partition in process, and takes them in the order of offsets."""
    rows, messages, channels = books.rows, books.messages, books.run.scenario.channels
    places = books.run.tables.places
    mine = [place.is_delivery and channels[place.source].partitioned and not place.step.is_shared
            for place in places] + [False]  # fmt: skip
    taken = np.array(mine)[rows["place"]] & ~np.isnan(rows["leased"]) & (rows["verdict"] != Verdict.COPY)
    leased = _begins(books)
    taken &= ~followers(books.run) & ~np.isnan(leased)
    taken = np.flatnonzero(taken)
    if not len(taken):
        return
    groups = {}
    numbers = [groups.setdefault((place.source, place.is_delivery and group_of(place.service, place.step)), len(groups))
               for place in places]  # fmt: skip
    group = np.array(numbers)[rows["place"][taken]]
    message = rows["parent"][taken]
    partition, offset = messages["partition"][message], _places(messages)[message]
    end = np.fmin(rows["ended"][taken], _until(books, taken))
    order = np.lexsort((taken, offset, end, leased[taken], partition, group))
    taken, group, partition, offset, end = taken[order], group[order], partition[order], offset[order], end[order]
    same = (group[1:] == group[:-1]) & (partition[1:] == partition[:-1])
    leased = leased[taken]
    books.demand(~same | (leased[1:] >= end[:-1]), "a partition was in two hands", taken[1:])
    # Back only to what was given back since the one before was fetched.
    given_back = rows["settled"][_attempt_before(rows)[taken]]
    replays = np.isin(taken, books.run.records.replays)  # back to what it was asked to read again
    given_back[replays] = rows["born"][taken][replays]
    forward = (offset[1:] >= offset[:-1]) | (given_back[1:] >= _fetched(books)[taken][:-1])
    books.demand(~same | forward, "a partition was read out of order", taken[1:])


def _begins(books):
    """When a group had each row in process: since it was handed out, or began, where it waited behind others of a poll.

    NaN: never, as it was not begun, or only by a member that had lost it.
    """
    rows, begins = books.rows, books.rows["leased"].copy()
    polled = [row for row, _ in books.run.records.polls]
    begins[polled] = rows["started"][polled]
    lost = (rows["verdict"][polled] == Verdict.REVOKED) & (begins[polled] >= rows["settled"][polled])
    begins[np.array(polled, dtype=int)[lost]] = np.nan
    return begins


def _fetched(books):
    """When each row was fetched; what failed in a poll is tried again in it."""
    rows, fetched, before = books.rows, books.rows["leased"].copy(), _attempt_before(books.rows)
    polled = [place.is_delivery and place.step.max_poll_records is not None for place in books.run.tables.places]
    again = np.array([*polled, False])[rows["place"]] & (before != np.arange(len(before)))
    for row in np.flatnonzero(again & (rows["outcome"][before] == Outcome.FAILED)).tolist():
        fetched[row] = fetched[before[row]]
    return fetched


def _places(messages):
    """The place of each message among all, in the order of their append: offsets may be given again after a loss."""
    order = np.lexsort((messages["offset"], messages["appended"]))
    places = np.empty(len(order), dtype=int)
    places[order] = np.arange(len(order))
    return places


def _until(books, taken):
    """When leases ended that may end before the work: by revocation, or a commit before the work; else infinity."""
    rows = books.rows
    early = [place.is_delivery and place.step.commits.early and place.step.owns is not None
             for place in books.run.tables.places]  # fmt: skip
    until = np.where(np.array([*early, False])[rows["place"][taken]], rows["started"][taken], np.inf)
    return np.where(rows["verdict"][taken] == Verdict.REVOKED, rows["settled"][taken], until)


def _attempt_before(rows):
    """For each row: the attempt before it at the same obligation, or itself. A copy of a link is no attempt."""
    first, numbers = rows["first"], np.flatnonzero(rows["verdict"] != Verdict.COPY)
    owner = np.where(first < 0, np.arange(len(first)), first)[numbers]
    order = np.lexsort((numbers, owner))
    numbers, again = numbers[order], owner[order][1:] == owner[order][:-1]
    before = np.arange(len(first))
    before[numbers[1:][again]] = numbers[:-1][again]
    return before


CHECKS = (partitions,)
