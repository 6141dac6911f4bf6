"""Recount of messages: how many obligations each makes, and in what order they are handed out."""

import numpy as np

from evsim.results.audit.books import ROUNDING

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
    end = np.where(np.isnan(rows["ended"][taken]), np.inf, rows["ended"][taken])
    order = np.lexsort((taken, offset, end, rows["leased"][taken], partition, group))
    taken, group, partition, offset = taken[order], group[order], partition[order], offset[order]
    same = (group[1:] == group[:-1]) & (partition[1:] == partition[:-1])
    end = np.where(np.isnan(rows["ended"][taken]), np.inf, rows["ended"][taken])
    books.demand(~same | (rows["leased"][taken][1:] >= end[:-1] - ROUNDING), "a partition was in two hands", taken[1:])
    books.demand(~same | (offset[1:] >= offset[:-1]), "a partition was read out of order", taken[1:])


def _copies(scenario, channel):
    """How many obligations a message of a channel makes."""
    if scenario.channels[channel].kind == "queue":
        return 1
    return sum(sub.channel == channel for service in scenario.services.values() for sub in service.subscribe)


CHECKS = (deliveries, partitions)
