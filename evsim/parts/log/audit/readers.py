"""What each group of a log is to read, and what it may see of it."""

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import Fate, Verdict
from evsim.scenario.groups import groups

__all__ = ["CHECKS", "obligations"]


def obligations(run, name):
    """For each message: how many groups ever have it to read."""
    nobody = np.zeros(len(run.tables.messages["published"]), dtype=int)
    firsts = [readers[0] for (log, _), readers in groups(run.scenario.complete).items() if log == name]
    return sum((_reads(run, subscription) for _, subscription in firsts), nobody)


def seen(books):
    """What a log has kept that may keep it back is seen by groups, lost for them, or hidden still."""
    messages, run = books.messages, books.run
    kept_back = [_keeps_back(run, name) for name in run.scenario.channels]
    mine = np.array([*kept_back, False])[messages["channel"]] & ~np.isnan(messages["appended"])
    shown = np.zeros(len(mine), dtype=bool)
    shown[[message for _, message in run.records.shown]] = True
    mine &= (messages["fate"] != Fate.ABORTED) & ~(_thrown_away(books) & ~shown)
    hidden = np.zeros(len(mine), dtype=bool)
    hidden[run.tables.inventory["hidden"]] = True
    what = "a message was kept, and is neither seen nor hidden, or both; its publisher"
    books.demand(~mine | (shown != hidden), what, messages["cause"])
    books.demand(mine | ~(shown | hidden), "a message is seen that was never kept; its publisher", messages["cause"])


def _thrown_away(books):
    """Whether a message that a log has lost was one of a transaction that failed, which nobody was to see."""
    messages, rows = books.messages, books.rows
    atomic = [place.number for place in books.run.tables.places if place.is_delivery and place.step.is_atomic]
    failed = ~among(rows["verdict"], (Verdict.OPEN, Verdict.DONE)) & among(rows["place"], atomic)
    inside = (messages["origin"] < 0) & failed[messages["cause"]]
    return (messages["fate"] == Fate.TRUNCATED) & inside


def _keeps_back(run, channel):
    """Whether a channel is a log that may have what groups don't see yet."""
    settings = run.scenario.channels[channel]
    return settings.partitioned and (settings.replicated or _has_transactions(run))


def _reads(run, subscription):
    """For each message: whether a group of its log ever has it to read."""
    messages = run.tables.messages
    appended, offset = messages["appended"], messages["offset"]
    joins, start = subscription.joins or 0.0, subscription.start
    shown, removed = appended.copy(), np.full(len(appended), np.inf)
    channels = list(run.scenario.channels)
    if _keeps_back(run, subscription.channel):
        shown[messages["channel"] == channels.index(subscription.channel)] = np.nan
    for times, entries in ((shown, _sights(run, subscription)), (removed, run.records.removals)):
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


def _sights(run, subscription):
    """(time, message): when a group could first see what its log might keep from it."""
    hasty = subscription.isolation == "read_uncommitted" and _has_transactions(run)
    return run.records.uncommitted if hasty else run.records.shown


def _has_transactions(run):
    return any(each.is_atomic for service in run.scenario.services.values() for each in service.subscribe)


def not_before(books):
    """No group has a message before it could see it."""
    rows, run = books.rows, books.run
    first = np.flatnonzero((rows["first"] < 0) & (books.kinds == "delivery"))
    for place in run.tables.places:
        if not place.is_delivery or not _keeps_back(run, place.source):
            continue
        visible = np.full(len(books.messages["appended"]), np.nan)
        sights = _sights(run, place.step)
        visible[[message for _, message in sights]] = [time for time, _ in sights]
        mine = first[rows["place"][first] == place.number]
        early = rows["born"][mine] < visible[rows["parent"][mine]]
        books.demand(~early, "a group had a message before it could see it", mine)


CHECKS = (seen, not_before)
