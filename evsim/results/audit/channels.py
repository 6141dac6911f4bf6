"""Recount of messages: how many obligations each makes, and in what order they are handed out."""

import numpy as np

from evsim.results.audit.books import ROUNDING
from evsim.results.records import Verdict

__all__ = ["CHECKS"]


def deliveries(books):
    """A message that is kept is one obligation for each group of a log, one in a queue; any other is none."""
    messages, rows = books.messages, books.rows
    is_delivery = (books.kinds == "delivery") & (rows["first"] < 0)
    per_message = np.bincount(rows["parent"][is_delivery], minlength=len(messages["published"]))
    names = list(books.run.scenario.channels)
    expected = np.array([_copies(books.run.scenario, name) for name in names] or [0])[messages["channel"]]
    kept = ~np.isnan(messages["appended"])
    books.demand(per_message == np.where(kept, expected, 0), "a message was copied wrongly", messages["cause"])
    for code, name in enumerate(names):
        mine = np.flatnonzero(kept & (messages["channel"] == code))
        partition, offset = messages["partition"][mine], messages["offset"][mine]
        order = np.lexsort((messages["appended"][mine], offset, partition))
        partition, offset = partition[order], offset[order]
        begins = np.r_[True, partition[1:] != partition[:-1]] if len(mine) else np.empty(0, bool)
        follows = np.where(begins, offset == 0, np.diff(offset, prepend=-1) == 1) if len(mine) else begins
        books.demand(follows, f"offsets of {name} are not 0, 1, 2 ...", messages["cause"][mine][order])


def partitions(books):
    """A group has at most one message of a partition in process, and takes them in the order of offsets."""
    rows, messages, channels = books.rows, books.messages, books.run.scenario.channels
    places = books.run.places
    is_log = [place.kind == "delivery" and channels[place.source].kind == "log" for place in places] + [False]
    taken = np.flatnonzero(np.array(is_log)[rows["place"]] & ~np.isnan(rows["leased"]))
    if not len(taken):
        return
    groups = {}
    group_of = [groups.setdefault((place.source, place.service), len(groups)) for place in places]
    group = np.array(group_of)[rows["place"][taken]]
    message = rows["parent"][taken]
    partition, offset = messages["partition"][message], messages["offset"][message]
    end = np.fmin(rows["ended"][taken], _until(books, taken))
    order = np.lexsort((taken, offset, end, rows["leased"][taken], partition, group))
    taken, group, partition, offset, end = taken[order], group[order], partition[order], offset[order], end[order]
    same = (group[1:] == group[:-1]) & (partition[1:] == partition[:-1])
    leased = rows["leased"][taken]
    books.demand(~same | (leased[1:] >= end[:-1] - ROUNDING), "a partition was in two hands", taken[1:])
    # Back only to what was given back while the one before was in process, or later.
    given_back = rows["settled"][_attempt_before(rows)[taken]]
    forward = (offset[1:] >= offset[:-1]) | (given_back[1:] >= leased[:-1] - ROUNDING)
    books.demand(~same | forward, "a partition was read out of order", taken[1:])


def _until(books, taken):
    """When leases ended that may end before the work: by revocation, or a commit before the work; else infinity."""
    rows = books.rows
    early = [place.kind == "delivery" and place.step.commits.kind == "before" and place.step.owns is not None
             for place in books.run.places]  # fmt: skip
    until = np.where(np.array([*early, False])[rows["place"][taken]], rows["started"][taken], np.inf)
    return np.where(rows["verdict"][taken] == Verdict.REVOKED, rows["settled"][taken], until)


def _attempt_before(rows):
    """For each row: the attempt before it at the same obligation, or itself."""
    first = rows["first"]
    owner = np.where(first < 0, np.arange(len(first)), first)
    order = np.lexsort((np.arange(len(first)), owner))
    before = np.arange(len(first))
    again = owner[order][1:] == owner[order][:-1]
    before[order[1:][again]] = order[:-1][again]
    return before


def _copies(scenario, channel):
    """How many obligations a message of a channel makes."""
    if scenario.channels[channel].kind == "queue":
        return 1
    return sum(sub.channel == channel for service in scenario.services.values() for sub in service.subscribe)


CHECKS = (deliveries, partitions)
