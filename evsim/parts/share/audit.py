"""Recount of share groups: locks, numbers of deliveries, and how far a partition is read."""

from math import inf

import numpy as np

from evsim.results.codes import among
from evsim.results.endings import FINAL, Outcome, Verdict
from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def locks(books):
    """A lock lasts no longer than it may, and is taken away no sooner."""
    rows = books.rows
    for mine, settings, _ in _groups(books):
        lasted = elapsed(np.where(np.isnan(rows["settled"]), books.run.ended_at, rows["settled"])[mine],
                         rows["leased"][mine])  # fmt: skip
        books.demand(~(lasted > settings.lock), "a lock lasted longer than it may", mine)
        revoked = rows["verdict"][mine] == Verdict.REVOKED
        books.demand(~revoked | (lasted >= settings.lock), "a lock was over before its time", mine)


def deliveries(books):
    """Nothing is handed out too often, and nothing is dead too soon."""
    rows = books.rows
    for mine, settings, _ in _groups(books):
        number = np.maximum(rows["attempt"][mine], 1)
        books.demand(number <= settings.deliveries, "a message was handed out more often than it may be", mine)
        failed = rows["outcome"][mine] == Outcome.FAILED
        rejected = failed & (settings.on_failure == "reject") | among(rows["reason"][mine], list(FINAL))
        dead = rows["verdict"][mine] == Verdict.DEAD
        books.demand(~dead | rejected | (number >= settings.deliveries), "a message was dead too soon", mine)
        released = rows["verdict"][mine] == Verdict.GIVEN_BACK
        books.demand(~(released & rejected), "a message was released that was to be rejected", mine)


def windows(books):
    """A partition is read no further than `in_flight` messages beyond the first that is not done with."""
    rows, messages = books.rows, books.messages
    for mine, settings, log in _groups(books):
        if settings.in_flight == inf or log.replicated or not len(mine):
            continue  # with a leader offsets may be lost, and given again
        message = rows["parent"][mine]
        partition, offset, leased = messages["partition"][message], messages["offset"][message], rows["leased"][mine]
        again = among(rows["verdict"][mine], (Verdict.GIVEN_BACK, Verdict.REVOKED))
        ended = np.where(again | np.isnan(rows["settled"][mine]), -np.inf, rows["settled"][mine])
        for number in np.unique(partition).tolist():
            here = np.flatnonzero(partition == number)
            done = np.full(int(offset[here].max()) + 1, -np.inf)  # offset -> when the group was done with it
            np.maximum.at(done, offset[here], ended[here])
            kept = np.unique(offset[here])
            done[kept[done[kept] == -np.inf]] = np.inf
            all_done = np.maximum.accumulate(done)  # with all up to that offset
            before = offset[here] - int(settings.in_flight)
            late = (before >= 0) & (all_done[np.maximum(before, 0)] > leased[here])
            books.demand(~late, "a partition was read further than it may be", mine[here])


def _groups(books):
    """(rows of its deliveries, settings, log) of each share group."""
    scenario, rows = books.run.scenario.complete, books.rows
    ways = {}  # (log, service) -> numbers of its places
    for place in books.run.tables.places:
        if place.is_delivery and place.step.is_shared:
            ways.setdefault((place.source, place.service, place.step), []).append(place.number)
    for (log, _, subscription), numbers in ways.items():
        mine = among(rows["place"], numbers) & (rows["verdict"] != Verdict.COPY)
        yield np.flatnonzero(mine), subscription.share, scenario.channels[log]


CHECKS = (locks, deliveries, windows)
