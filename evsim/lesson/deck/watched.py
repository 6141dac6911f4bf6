"""What a person who watches a run can measure of it up to a moment: counts and times, never later ones."""

from functools import cached_property

import numpy as np

from evsim.parts.event_loop.words import OF_POOL
from evsim.results.batches import followers
from evsim.results.codes import among
from evsim.results.endings import Outcome, Verdict
from evsim.results.intervals import inside
from evsim.results.remarks import remarks

__all__ = ["Watched"]


class Watched:
    """The records of a run as arrays, masked by service and by channel.

    promise: seconds in which everything is to be done for a customer who was told yes.
    """

    def __init__(self, run, promise):
        self.run, self.promise = run, promise
        self.rows, self.messages = run.tables.rows, run.tables.messages
        self.requests, self.told = run.tables.requests, run.outcomes
        self._masks = {}

    @cached_property
    def _services(self):
        return np.array([place.service for place in self.run.tables.places] + [""], dtype=object)[self.rows["place"]]

    @cached_property
    def deliveries(self):
        """For each row: whether it hands out a message."""
        return np.array([place.is_delivery for place in self.run.tables.places] + [True])[self.rows["place"]]

    def at(self, service):
        """For each row: whether this service works on it."""
        if service not in self._masks:
            self._masks[service] = self._services == service
        return self._masks[service]

    def of(self, channel):
        """For each row: whether it hands out a message of this channel."""
        if channel not in self._masks:
            mine = self.messages["channel"] == list(self.run.scenario.channels).index(channel)
            found = np.zeros(len(self.deliveries), dtype=bool)
            found[self.deliveries] = mine[self.rows["parent"][self.deliveries]]
            self._masks[channel] = found
        return self._masks[channel]

    @cached_property
    def over(self):
        """For each row: when nothing waits for it any more, neither for its work nor for its end (inf: never)."""
        ended, settled = (np.where(np.isnan(self.rows[name]), np.inf, self.rows[name]) for name in ("ended", "settled"))
        return np.minimum(ended, settled)

    @cached_property
    def remarks(self):
        return remarks(self.run)

    def waits(self, place, now):
        """For each row: whether it waits now, in the line of a service or ready in a channel."""
        rows = self.rows
        if place in self.run.scenario.services:
            inbox = np.where(self.deliveries, rows["arrived"], rows["ready"])
            return self.at(place) & (inbox < now) & ~(rows["started"] < now) & (self.over >= now)
        return self.of(place) & (rows["ready"] < now) & ~(rows["leased"] < now) & (self.over >= now)

    def handed_out(self, channel, now):
        """For each row: whether it was handed out and is not acknowledged."""
        rows = self.rows
        return self.of(channel) & (rows["leased"] < now) & ~(rows["settled"] < now)

    def done(self, service, start, end):
        """For each row: whether the service ended it well between two moments."""
        return self.at(service) & _between(self.rows["ended"], start, end) & (self.rows["outcome"] == Outcome.OK)

    def failed(self, service, start, end):
        bad = among(self.rows["outcome"], (Outcome.FAILED, Outcome.CRASHED))
        return self.at(service) & _between(self.rows["ended"], start, end) & bad

    def refused(self, service, start, end):
        bad = self.rows["outcome"] == Outcome.REFUSED
        return self.at(service) & _between(self.rows["ended"], start, end) & bad

    def asked(self, service, start, end):
        """For each row: whether it came to the service between two moments, also if it was refused there."""
        rows = self.rows
        came = np.where(self.deliveries, rows["arrived"], rows["ready"])
        came = np.where(np.isnan(came) & (rows["outcome"] == Outcome.REFUSED), rows["ended"], came)
        return self.at(service) & _between(came, start, end)

    def in_vain(self, service, start, end):
        """For each row: whether its work ended when nobody waited for it any more."""
        rows = self.rows
        left = (rows["settled"] < rows["ended"]) & (rows["verdict"] != Verdict.DONE)
        return self.at(service) & _between(rows["ended"], start, end) & left

    def dead(self, channel, start, end):
        mine = self.of(channel) & (self.rows["verdict"] == Verdict.DEAD)
        return mine & _between(self.rows["settled"], start, end)

    def removed(self, channel, start, end):
        """For each row: whether its message was taken out of the channel undone, by a rule of the channel."""
        gone = among(self.rows["verdict"], (Verdict.EXPIRED, Verdict.DROPPED, Verdict.LOST))
        return self.of(channel) & gone & _between(self.rows["settled"], start, end)

    def held(self, service, start, end, instance=None):
        """Seconds of its workers, or event loops, that were taken between two moments, and that there were.

        Of all its instances, or of one.
        """
        loop, capacity = self.run.scenario.complete.services[service].event_loop, self.run.tables.capacity[service]
        mine, window = np.flatnonzero(self.at(service) & (self.rows["worker"] >= 0)), (start, end)
        if instance is not None:
            mine = mine[capacity.instance_of(self.rows["worker"][mine]) == instance]
        if loop is None:
            return self.held_by(mine, window), capacity.worker_time(window, instance)
        known = set(mine.tolist())
        pieces = [(begun, ended) for begun, ended, _, _, _, lane, row in self.run.records.pieces
                  if row in known and 0 <= lane < OF_POOL]  # fmt: skip
        begun, ended = np.array(pieces).reshape(-1, 2).T
        held = float(inside(begun, ended, window).sum())
        return held, capacity.instance_time(window, instance) * loop.loops

    def held_by(self, rows, window):
        """Seconds of a window in which some rows held a worker; those of a batch hold one together."""
        alone = rows[~self._following[rows]]
        return float(inside(self.rows["started"][alone], self.rows["ended"][alone], window).sum())

    @cached_property
    def _following(self):
        return followers(self.run)

    def told_between(self, start, end):
        """For each customer: whether the answer came between two moments."""
        return _between(self.told.told_at, start, end)

    def unfinished(self, now):
        """For each customer: told yes, the time of the promise is over, and now not everything is there."""
        told = self.told
        return told.yes & (told.told_at + self.promise < now) & ~(told.true_at < now)

    def late(self, start, end):
        """(who was to have everything by a moment between two; those of them who had not)."""
        told = self.told
        due = told.yes & _between(told.told_at + self.promise, start, end)
        return due, due & told.not_true_after(self.promise)


def _between(times, start, end):
    return (times >= start) & (times < end)
