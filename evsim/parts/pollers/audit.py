"""Recount of pollers: how many there are and when they come, what they have in hand, and what they let go."""

import numpy as np

from evsim.parts.pollers.words import THROTTLED
from evsim.results.batches import followers
from evsim.results.codes import among
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.remarks import remarks
from evsim.ticks import SECOND, elapsed

__all__ = ["CHECKS", "numbers_of", "ways"]


def ways(run):
    """(channel, service, settings) of each subscription that has pollers."""
    for name, service in run.scenario.complete.services.items():
        yield from ((each.channel, name, each.pollers) for each in service.subscribe if each.pollers is not None)


def numbers_of(run, channel, service):
    """(times, numbers): from when on a trigger had how many pollers."""
    codes = list(run.scenario.channels).index(channel), list(run.scenario.services).index(service)
    mine = [(time, number) for time, *way, number in run.records.pollers if tuple(way) == codes]
    times, numbers = np.array(mine, dtype=float).T
    return times, numbers.astype(int)


def pollers(books):
    for channel, service, settings in ways(books.run):
        rows = _rows(books, channel)
        times, numbers = numbers_of(books.run, channel, service)
        _number(books, channel, settings, times, numbers, rows)
        mine = rows[among(books.rows["place"][rows], _places(books, channel, service))]
        _in_hand(books, settings, times, numbers, mine[~np.isnan(books.rows["leased"][mine])])
        _let_go(books, channel, mine)


def _rows(books, channel):
    """All attempts at the messages of a channel, also those that nobody has had."""
    code = list(books.run.scenario.channels).index(channel)
    rows = np.flatnonzero((books.kinds == "delivery") & (books.rows["verdict"] != Verdict.COPY))
    return rows[books.messages["channel"][books.rows["parent"][rows]] == code]


def _places(books, channel, service):
    places = books.run.tables.places
    return [
        place.number for place in places if place.is_delivery and (place.source, place.service) == (channel, service)
    ]


def _number(books, channel, settings, times, numbers, rows):
    """There are as many as there may be; one more comes while something waits, and no faster than they grow."""
    what = f"the pollers of {channel}"
    books.demand((numbers >= settings.fewest) & (numbers <= settings.most), f"{what} are more or less than may be")
    books.demand([numbers[0] == settings.begins], f"{what} begin with another number")
    grew = np.flatnonzero(np.diff(numbers) > 0) + 1
    books.demand(np.diff(numbers)[grew - 1] == 1, f"{what} came several at a time")
    gap = max(1, round(SECOND / settings.growth)) / SECOND
    soonest = np.r_[0.0, times[grew][:-1]]
    books.demand(elapsed(times[grew], soonest) >= gap, f"{what} grew faster than they may")
    ready, leased = books.rows["ready"][rows], np.fmin(books.rows["leased"], books.rows["ended"])[rows]
    waited = np.searchsorted(np.sort(ready), times[grew], "right") - np.searchsorted(np.sort(leased), times[grew])
    books.demand(waited > 0, f"{what} grew and nothing waited")


def _in_hand(books, settings, times, numbers, mine):
    """No more is in hand than the pollers may have; what a consumer has lost or finished is not in its hand."""
    mine = mine[~followers(books.run)[mine]]  # a batch is one
    leased = books.rows["leased"][mine]
    gone = np.fmin(books.rows["settled"], books.rows["ended"])[mine]
    before = np.searchsorted(np.sort(leased), leased, "right") - np.searchsorted(np.sort(gone), leased, "right")
    there = np.maximum(
        numbers[np.searchsorted(times, leased, "right") - 1], numbers[np.searchsorted(times, leased, "left") - 1]
    )
    most = np.minimum(there * settings.invokes, np.inf if settings.concurrency is None else settings.concurrency)
    books.demand(before <= most, "pollers had more in hand than they may", mine)


def _let_go(books, channel, mine):
    """What was throttled was never worked, and its poller had it for the whole of its time."""
    rows, settings = books.rows, books.run.scenario.complete.channels[channel]
    throttled = mine[rows["reason"][mine] == Reason.THROTTLED]
    noted = {each.row for each in remarks(books.run) if each.kind == THROTTLED}
    books.demand(np.isin(throttled, list(noted)), "was throttled and nobody noted it", throttled)
    never = np.isnan(rows["started"][throttled]) & (rows["outcome"][throttled] == Outcome.WITHDRAWN)
    books.demand(never, "was throttled and worked all the same", throttled)
    throttled = throttled[~followers(books.run)[throttled]]  # who leads has had its time first
    held = elapsed(rows["ended"], rows["leased"])[throttled]
    books.demand(held >= (settings.visibility_timeout or 0), "was let go before its time", throttled)


CHECKS = (pollers,)
