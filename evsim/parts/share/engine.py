"""A share group of a log: its consumers compete for every message, lock it, and accept it, release it or reject it."""

from collections import deque
from math import inf

from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.reader import Reader
from evsim.parts.share.shared_delivery import SharedDelivery
from evsim.parts.share.words import LOCK_OVER
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["ShareGroup", "build"]


class ShareSeat:
    """An instance of the service, with `credit` for so many more messages."""

    def __init__(self, instance, credit):
        self.instance, self.credit = instance, credit


class ShareGroup(Reader):
    """Ready messages lie in a store for each partition; partitions take turns, and so do consumers."""

    refusals_travel = True
    worked = None

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.share = subscription.share
        self.lock = None if self.share.lock == inf else ticks(self.share.lock)
        self.settling = (self._committed,)
        self.prefetch = self.share.prefetch or service.pool.workers
        self.stores = [deque() for _ in channel.ends]
        self.open_messages = [{} for _ in channel.ends]  # of each partition, in order: those not done with
        self.known = len(channel.ends)  # partitions of which the group knows
        self.partitions, self.in_turn = deque(), set()  # those with ready messages
        self.leases = {}  # row that a consumer holds -> its seat
        self.granting = False
        self.seats, self.turns = [], deque()
        self.readers_changed()
        service.memberships.append(self)

    @property
    def attempts(self):
        return self.share.deliveries

    def edge(self, place):
        return SharedDelivery(self.kernel, place, self)

    # Messages that come, and come back.

    def offer(self, message, partition):
        self.open_messages[partition][message] = None
        self.stores[partition].append(self.open(message))
        self._takes_turns(partition)
        self.grant()

    def back(self, row):
        if self.is_gone(row):
            self.give_up(row, Reason.RETENTION)
        else:
            partition = self.partition_of(row)
            self.insert(self.stores[partition], row)
            self._takes_turns(partition)
        self.grant()

    def _takes_turns(self, partition):
        if partition not in self.in_turn:
            self.in_turn.add(partition)
            self.partitions.append(partition)

    def ready_in(self, partition):
        return self.stores[partition]

    def give_up(self, row, reason):
        super().give_up(row, reason)
        self.close(row)

    def close(self, row):
        """The group is done with the message of a row."""
        self.open_messages[self.partition_of(row)].pop(self.kernel.records.rows.parent[row], None)

    # Messages that go.

    def grant(self):
        """Hand out what is ready to instances that may hold more."""
        if self.granting:
            return  # a handler that takes no time has ended inside the loop below, which goes on
        self.granting = True
        while self.channel.is_up and (seat := self._next_seat()) and (row := self._next_row()) is not None:
            self._hand_out(row, seat)
        self.granting = False

    def _next_seat(self):
        """Whose turn it is, of those that are well and may hold more; it stays first until it gets something."""
        for _ in range(len(self.turns)):
            seat = self.turns[0]
            if seat.credit > 0 and seat.instance.is_well:
                return seat
            self.turns.rotate(-1)
        return None

    def _next_row(self):
        """The first ready message of the partition whose turn it is, of those that may be read so far."""
        for _ in range(len(self.partitions)):
            partition = self.partitions.popleft()
            store = self.stores[partition]
            if partition < self.known and store and self._is_near(store[0], partition):
                row = store.popleft()
                self._again_if_ready(partition)
                return row
            self._again_if_ready(partition)
        return None

    def _again_if_ready(self, partition):
        if self.stores[partition]:
            self.partitions.append(partition)
        else:
            self.in_turn.discard(partition)

    def _is_near(self, row, partition):
        """Whether a message lies less than `in_flight` beyond the first that the group is not done with."""
        offsets, parents = self.kernel.records.messages.offset, self.kernel.records.rows.parent
        first = next(iter(self.open_messages[partition]))
        return offsets[parents[row]] < offsets[first] + self.share.in_flight

    def _hand_out(self, row, seat):
        seat.credit -= 1
        self.turns.rotate(-1)
        self.leases[row] = seat
        self.service.affinity[row] = seat.instance.number
        if self.lock is not None:
            self.kernel.env.call_in(self.lock, self.run_out, row, TIMEOUT)
        self.hand_out(row)

    # How a lease ends.

    def settled(self, row):
        self.close(row)
        self.void(row)

    def void(self, row):
        """The consumer has the message of a row no more."""
        seat = self.leases.pop(row, None)
        if seat is not None:
            seat.credit += 1
        self.grant()

    def run_out(self, row):
        """The lock of a row is over."""
        records = self.kernel.records
        if not records.rows.verdict[row]:
            records.incidents.append((self.kernel.env._now, LOCK_OVER, self.service.name, row))
            self.edge_of(row).revoke(row)

    def _committed(self, row):
        self.edge_of(row).heard(row)

    # What happens to instances and partitions.

    def readers_changed(self):
        for instance in self.service.instances[len(self.seats) :]:
            seat = ShareSeat(instance, self.prefetch)
            self.seats.append(seat)
            self.turns.append(seat)
        self.grant()

    def resume(self):
        self.grant()

    def stops(self, instance):
        """Others take what it would have had."""
        self.grant()

    starts = crashes = freezes = wakes = stops

    def make_room(self):
        more = len(self.channel.ends) - len(self.stores)
        self.stores += [deque() for _ in range(more)]
        self.open_messages += [{} for _ in range(more)]

    def discover(self, _):
        if self.latest:
            for store in list(self.stores)[self.known :]:
                self.skip(store)
        self.known = len(self.stores)
        self.grant()

    # For an inventory.

    def stored(self):
        return [row for store in self.stores for row in store]

    def overdue(self):
        verdict = self.kernel.records.rows.verdict
        return [row for row in self.leases if verdict[row]]

    def credit_taken(self):
        full = self.prefetch * len(self.seats)
        return None if full == inf else (sum(seat.credit for seat in self.seats), full)


build = ShareGroup
