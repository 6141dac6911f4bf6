"""Recount of messages: how many obligations each makes, and in what order they are handed out."""

import numpy as np

from evsim.registry import part
from evsim.results.audit.letters import refused_letters
from evsim.results.batches import followers
from evsim.results.records import Fate, Verdict
from evsim.scenario.transactions import is_atomic

__all__ = ["CHECKS"]


def deliveries(books):
    """A message that is kept is one obligation for each group of a log or service on a bus, and one in a queue.

    What is sent to one handler of a bus, or finds no service there at all, is one too, and so is what leads nowhere
    from an exchange; what is not kept is none, but for a dead letter that was refused, of which nobody else is told.
    """
    messages, rows = books.messages, books.rows
    is_delivery = (books.kinds == "delivery") & (rows["first"] < 0)
    is_delivery[books.run.records.replays] = False
    per_message = np.bincount(rows["parent"][is_delivery], minlength=len(messages["published"]))
    names = list(books.run.scenario.channels)
    kept = ~np.isnan(messages["appended"])
    expected = np.zeros(len(kept), dtype=int)
    for code, name in enumerate(names):
        here = kept & (messages["channel"] == code)
        expected[here] = obligations(books.run, name)[here]
    expected += refused_letters(books.run)
    books.demand(per_message == expected, "a message was copied wrongly", messages["cause"])
    for code, name in enumerate(names):
        mine = np.flatnonzero(kept & (messages["channel"] == code) & (messages["fate"] != Fate.TRUNCATED))
        partition, offset = messages["partition"][mine], messages["offset"][mine]
        order = np.lexsort((messages["appended"][mine], offset, partition))
        partition, offset = partition[order], offset[order]
        begins = np.r_[True, partition[1:] != partition[:-1]] if len(mine) else np.empty(0, bool)
        follows = np.where(begins, offset == 0, np.diff(offset, prepend=-1) == 1) if len(mine) else begins
        books.demand(follows, f"offsets of {name} are not 0, 1, 2 ...", messages["cause"][mine][order])


def obligations(run, name):
    """For each message: how many obligations it makes if a channel keeps it."""
    kind = run.scenario.channels[name].kind
    if kind == "log":
        nobody = np.zeros(len(run.message_columns["published"]), dtype=int)
        return sum((reads(run, each) for each in _groups(run.scenario.complete, name)), nobody)
    return part(kind).module("audit").obligations(run, name)


def replicas(books):
    """What a log has kept that may keep it back is seen by groups, lost for them, or hidden still."""
    messages, run = books.messages, books.run
    kept_back = [_keeps_back(run, name) for name in run.scenario.channels]
    mine = np.array([*kept_back, False])[messages["channel"]] & ~np.isnan(messages["appended"])
    mine &= messages["fate"] != Fate.ABORTED
    seen = np.zeros(len(mine), dtype=bool)
    seen[[message for _, message in run.records.shown]] = True
    hidden = np.zeros(len(mine), dtype=bool)
    hidden[run.stock["hidden"]] = True
    what = "a message was kept, and is neither seen nor hidden, or both; its publisher"
    books.demand(~mine | (seen != hidden), what, messages["cause"])
    books.demand(mine | ~(seen | hidden), "a message is seen that was never kept; its publisher", messages["cause"])


def partitions(books):
    """A group has at most one message of a partition in process, and takes them in the order of offsets."""
    rows, messages, channels = books.rows, books.messages, books.run.scenario.channels
    places = books.run.places
    is_log = [place.kind == "delivery" and channels[place.source].kind == "log" for place in places] + [False]
    taken = np.array(is_log)[rows["place"]] & ~np.isnan(rows["leased"]) & (rows["verdict"] != Verdict.COPY)
    taken = np.flatnonzero(taken & ~followers(books.run))
    if not len(taken):
        return
    groups = {}
    group_of = [groups.setdefault((place.source, place.service), len(groups)) for place in places]
    group = np.array(group_of)[rows["place"][taken]]
    message = rows["parent"][taken]
    partition, offset = messages["partition"][message], _places(messages)[message]
    end = np.fmin(rows["ended"][taken], _until(books, taken))
    order = np.lexsort((taken, offset, end, rows["leased"][taken], partition, group))
    taken, group, partition, offset, end = taken[order], group[order], partition[order], offset[order], end[order]
    same = (group[1:] == group[:-1]) & (partition[1:] == partition[:-1])
    leased = rows["leased"][taken]
    books.demand(~same | (leased[1:] >= end[:-1]), "a partition was in two hands", taken[1:])
    # Back only to what was given back while the one before was in process, or later.
    given_back = rows["settled"][_attempt_before(rows)[taken]]
    replays = np.isin(taken, books.run.records.replays)  # back to what it was asked to read again
    given_back[replays] = rows["born"][taken][replays]
    forward = (offset[1:] >= offset[:-1]) | (given_back[1:] >= leased[:-1])
    books.demand(~same | forward, "a partition was read out of order", taken[1:])


def _places(messages):
    """The place of each message among all, in the order of their append: offsets may be given again after a loss."""
    order = np.lexsort((messages["offset"], messages["appended"]))
    places = np.empty(len(order), dtype=int)
    places[order] = np.arange(len(order))
    return places


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


def _keeps_back(run, channel):
    """Whether a channel is a log that may have what groups don't see yet."""
    settings = run.scenario.channels[channel]
    readers = [each for service in run.scenario.services.values() for each in service.subscribe]
    return settings.kind == "log" and (settings.replicas > 1 or any(map(is_atomic, readers)))


def transactional(run):
    """Numbers of the places where a handling is a transaction."""
    return [place.number for place in run.places if place.kind == "delivery" and is_atomic(place.step)]


def _groups(scenario, channel):
    """The subscriptions of a log."""
    every = [each for service in scenario.services.values() for each in service.subscribe if each.channel == channel]
    return every if scenario.channels[channel].kind == "log" else []


def reads(run, subscription):
    """For each message: whether a group of its log ever has it to read."""
    messages = run.message_columns
    appended, offset = messages["appended"], messages["offset"]
    joins, start = subscription.joins or 0.0, subscription.start
    shown, removed = appended.copy(), np.full(len(appended), np.inf)
    channels = list(run.scenario.channels)
    if _keeps_back(run, subscription.channel):
        shown[messages["channel"] == channels.index(subscription.channel)] = np.nan
    for times, entries in ((shown, run.records.shown), (removed, run.records.removals)):
        for time, message in entries:
            times[message] = time
    there = (shown < joins) & (removed >= joins)
    wanted = np.ones(len(appended), dtype=bool)
    if start is not None:
        wanted = {
            "earliest": wanted,
            "latest": ~there,
            "offset": offset >= getattr(start, "number", 0),
            "time": appended >= getattr(start, "time", 0.0),
        }[start.kind]
    return wanted & (there | (shown >= joins)) & (joins < run.ended_at)


CHECKS = (deliveries, replicas, partitions)
