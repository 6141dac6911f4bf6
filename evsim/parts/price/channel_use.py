"""What the window of a run made of a channel that has a price: requests, brokers, bytes, and what it kept."""

from math import ceil

import numpy as np

from evsim.parts.price.bill import GIB, MONTH, Use
from evsim.results.batches import leaders
from evsim.results.endings import Verdict
from evsim.results.intervals import inside
from evsim.results.sendings import SENT_AGAIN

__all__ = ["use_of_channel"]


def use_of_channel(run, name, customers):
    """The :class:`Use` of a channel; customers: which requests count, a mask."""
    its = _Its(run, name, customers)
    settings, price, window = its.settings, its.price, run.tables.window
    sends, received, hours = its.sends(), its.received, window / 3600
    requests = {
        "send": its.requests_to_send(),
        "receive": sum(max(its.chunks(size), its.calls(size)) for _, size in its.batches()),
        "delete": sum(its.deletes(leader, size) for leader, size in its.batches()),
    }
    more = settings.add_partitions if settings.partitioned else None
    partitions = settings.partitions * hours if settings.partitioned else 0.0
    if more is not None:
        partitions += more.count * float(inside(more.at, np.nan, its.window)) / 3600
    return Use(
        requests=sum(requests[each] for each in set(price.counts)),
        vain=its.idle_consumers() / price.long_poll if price.long_poll and "receive" in price.counts else 0.0,
        hours=hours * settings.brokers,
        standing=hours * settings.brokers,
        idle=its.empty() / 3600 * settings.brokers,
        gb_in=sends * price.size / GIB,
        gb_out=len(received) * price.size / GIB,
        gb_months=its.kept_for() * price.size / GIB / MONTH * settings.brokers,
        partition_hours=partitions,
    )


class _Its:
    """The messages of one channel, and the deliveries of those that count."""

    def __init__(self, run, name, customers):
        self.run, self.name, tables = run, name, run.tables
        self.settings = run.scenario.complete.channels[name]
        self.price, self.window = self.settings.price, (run.scenario.run_settings.warmup, tables.measured_until)
        self.messages, self.rows = tables.messages, tables.rows
        self.all = np.flatnonzero(self.messages["channel"] == list(run.scenario.channels).index(name))
        self.counted = self.all[customers[tables.message_requests[self.all]]]
        places = np.array([place.is_delivery and place.source == name for place in tables.places] + [False])
        self.deliveries = places[self.rows["place"]] & (self.rows["verdict"] != Verdict.COPY)
        mine = self.deliveries & customers[tables.row_requests]
        self.received = np.flatnonzero(mine & ~np.isnan(self.rows["leased"]))
        self.handed_out, self.led_by = self.deliveries & ~np.isnan(self.rows["leased"]), leaders(run)
        done = self.led_by[np.flatnonzero(self.handed_out & (self.rows["verdict"] == Verdict.DONE))]
        late = self.led_by[run.records.late.column("row")]
        self.said = np.bincount(np.concatenate([done, late]), minlength=len(self.led_by))  # by who leads

    def chunks(self, count):
        """How many requests it is to move so many messages at once."""
        return 1 if self.price.chunk is None else max(1, ceil(count * self.price.size / self.price.chunk))

    def _sent(self):
        """(the messages that were sent there, how often one of them was sent again): a broker's own are not sent."""
        sent = self.counted[self.messages["origin"][self.counted] < 0]
        sent = np.setdiff1d(sent, [copy for copy, _ in self.run.records.copies])
        again = [message for _, kind, _, message in self.run.records.incidents if kind == SENT_AGAIN]
        return sent, int(np.isin(again, sent).sum())

    def sends(self):
        """How often a message was sent there."""
        sent, again = self._sent()
        return len(sent) + again

    def requests_to_send(self):
        """How many requests that takes: messages that leave together share some, and what is sent again goes alone."""
        sent, again = self._sent()
        most = self.price.send_batch or 1
        _, sizes = np.unique([self._leaves_with(message) for message in sent.tolist()], return_counts=True, axis=0)
        return again * self.chunks(1) + sum(
            size // most * self.chunks(most) + (self.chunks(size % most) if size % most else 0)
            for size in sizes.tolist()
        )

    def _leaves_with(self, message):
        """What those have in common that leave together: of a batch, an outbox, or one step of a handling."""
        cause, tables = int(self.messages["cause"][message]), self.run.tables
        left = self.messages["sent"][message]
        if np.isnan(left):
            return cause, int(self.messages["route"][message]), -1.0, -1.0
        service = tables.places[self.rows["place"][cause]].service
        instance = tables.capacity[service].instance_of(self.rows["worker"][cause])
        partition = self.messages["partition"][message]
        return list(self.run.scenario.services).index(service), int(instance), float(partition), float(left)

    def calls(self, count):
        """How many requests it is to receive, or delete, so many messages of one batch."""
        return -(-count // (getattr(self.settings, "receive_limit", None) or count))

    def batches(self):
        """(the row that leads, how many messages) of all that was received together, and led by one that counts."""
        heads, sizes = np.unique(self.led_by[self.handed_out], return_counts=True)
        mine = np.isin(heads, self.received)
        return list(zip(heads[mine].tolist(), sizes[mine].tolist(), strict=True))

    def deletes(self, leader, size):
        """How often a consumer said that it is done: once for a batch, as far as a request goes; also too late."""
        count = int(self.said[leader])
        return count if size == 1 or not count else self.calls(min(count, size))

    def idle_consumers(self):
        """Seconds of the window in which a consumer had nothing in hand, of all of them together."""
        return sum(self._idle(name) for name, service in self.run.scenario.services.items()
                   if any(each.channel == self.name for each in service.subscribe))  # fmt: skip

    def _idle(self, name):
        there = self._consumers(name)
        at = np.array([place.service == name for place in self.run.tables.places] + [False])[self.rows["place"]]
        held = np.flatnonzero(self.deliveries & at & ~np.isnan(self.rows["leased"]))
        gone = np.fmin(self.rows["settled"], self.rows["ended"])[held]
        changes = [*there, (self.rows["leased"][held], np.full(len(held), -1.0)), (gone, np.ones(len(held)))]
        times, steps = (np.concatenate(each) for each in zip(*changes, strict=True))
        known = ~np.isnan(times)
        order = np.argsort(times[known], kind="stable")
        left, right = self.window
        edges = np.clip(np.r_[times[known][order], np.inf], left, right)
        return float(np.clip(np.cumsum(steps[known][order]), 0, None) @ np.diff(edges))

    def _consumers(self, name):
        """(times, changes) of how many consumers a service has there: its pollers, or its instances."""
        service, run = self.run.scenario.complete.services[name], self.run
        polled = next((each.pollers for each in service.subscribe if each.channel == self.name), None)
        if polled is not None:
            codes = list(run.scenario.channels).index(self.name), list(run.scenario.services).index(name)
            noted = [(time, number) for time, *way, number in run.records.pollers if tuple(way) == codes]
            times, numbers = np.array(noted, dtype=float).T
            return [(times, np.diff(numbers, prepend=0.0))]
        if not service.fetches:
            return []  # nobody knows how its platform polls
        lives = run.tables.capacity[name]
        return [(lives.ready, np.ones(len(lives.ready))), (lives.ended, -np.ones(len(lives.ended)))]

    def _kept(self):
        """(since, until) of each message that it has kept: until all who read it are done with it."""
        since = self.messages["appended"][self.all]
        until = np.full(len(self.messages["appended"]), -np.inf)
        is_row = self.deliveries | (self.rows["place"] < 0)
        rows = np.flatnonzero(is_row)
        parents = self.rows["parent"][rows]
        settled = np.where(np.isnan(self.rows["settled"][rows]), np.inf, self.rows["settled"][rows])
        np.maximum.at(until, parents, settled)
        return since, np.maximum(until[self.all], since)

    def empty(self):
        """Seconds of the window in which it had nothing that was not done with."""
        since, until = self._kept()
        there = ~np.isnan(since)
        left, right = self.window
        since, until = np.clip(since[there], left, right), np.clip(until[there], left, right)
        reached, total = left, 0.0
        for begin, end in sorted(zip(since.tolist(), until.tolist(), strict=True)):
            total += max(0.0, begin - reached)
            reached = max(reached, end)
        return total + right - reached

    def kept_for(self):
        """Seconds that the messages of the window are kept, added up; a log keeps them for its retention.

        Without a retention it keeps what comes in a month until its end: half a month on average.
        """
        if not self.settings.partitioned:
            since, until = self._kept()
            mine = np.isin(self.all, self.counted) & ~np.isnan(since)
            return float((np.minimum(until[mine], self.run.ended_at) - since[mine]).sum())
        kept = int((~np.isnan(self.messages["appended"][self.counted])).sum())
        retention, each = self.settings.retention, MONTH / 2
        if retention is not None and retention.time is not None:
            each = min(each, retention.time)
        if retention is not None and retention.messages is not None and kept:
            room = retention.messages * self.settings.partitions_at_last
            each = min(each, room * self.run.tables.window / kept)
        return kept * each
