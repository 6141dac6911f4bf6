"""Consumers of a queue that work on several messages together.

A batch begins with a message for whose consumer there is credit, and gets what is ready before another one begins. It
leaves when it is full, or when its window is over; without a window, when all that happens at its moment has happened.
Its credit comes home with the last of its messages.
"""

from evsim.engine.batch_handling import BatchHandling
from evsim.engine.environment import OBSERVER, TIMEOUT
from evsim.parts.queue.engine.consumer import GuardedConsumer
from evsim.parts.queue.engine.polled import PolledDelivery
from evsim.parts.queue.engine.queue_deliveries import LeasedDelivery
from evsim.results.endings import Outcome
from evsim.ticks import ticks

__all__ = ["BatchConsumer", "GatheringBatch", "LeasedBatch", "PolledBatch"]


class _EachItsOwn(BatchHandling):
    """The messages of a batch end together, and are settled one by one."""

    def _of(self, row):
        return self.subscriber.edges[self.kernel.records.rows.place[row]]

    def share(self, leader):
        """As all do, but for those that were reported to have failed."""
        followers, rows = super().share(leader), self.kernel.records.rows
        failures = self.subscriber.failures_of(leader)
        for row in failures if rows.outcome[leader] == Outcome.OK else ():
            rows.outcome[row], rows.reason[row] = Outcome.FAILED, failures[row]
        return followers

    def _worked(self, leader):
        outcome = self.kernel.records.rows.outcome
        for row in (leader, *self.share(leader)):
            if outcome[row] == Outcome.OK:
                self._of(row).acknowledge(row)
            else:
                self._of(row).failed_alone(row)

    def failed(self, leader):
        for row in (leader, *self.share(leader)):
            self._of(row).failed_alone(row)

    def died(self, leader):
        for row in (leader, *self.share(leader)):
            self._of(row).died_alone(row)

    def failed_alone(self, row):
        super().failed(row)

    def died_alone(self, row):
        super().died(row)


class LeasedBatch(_EachItsOwn, LeasedDelivery):
    """Of a consumer that holds a connection."""


class PolledBatch(_EachItsOwn, PolledDelivery):
    """Of a consumer that polls."""


class GatheringBatch:
    """A batch that still gets messages: its ``rows``, of which the first leads."""

    def __init__(self, consumer, seat):
        self.consumer, self.seat, self.rows = consumer, seat, []
        self.is_open = True

    @property
    def has_room(self):
        return self.is_open and self.seat.is_up

    def add(self, row):
        self.consumer.lease(row, self.seat)
        self.rows.append(row)
        self.consumer.joins(row, self.rows[0])
        if len(self.rows) == self.consumer.most:
            self.leave()

    def leave(self, _=None):
        """It gets no more messages, and travels to its consumer."""
        if self.is_open:
            self.is_open = False
            self.consumer.send(self)


class BatchConsumer(GuardedConsumer):
    """A service that takes up to ``most`` messages at once; its credit is for so many batches."""

    edges_of = {"after": LeasedBatch}, {"after": PolledBatch}

    def __init__(self, kernel, channel, service, subscription):
        self.most, self.window = subscription.batch, ticks(subscription.batch_window or 0.0)
        self.batches = {}  # the row that leads a batch -> those that follow it, until its work is over
        self.leaders = {}  # row that a seat holds -> the row that leads its batch
        self.left = {}  # the row that leads -> how many of its batch a seat holds
        self.item_failures = {} if subscription.report_item_failures else None
        self.group_of = channel.key_of if channel.settings.fifo_groups else None
        super().__init__(kernel, channel, service, subscription)
        if self.bound and self not in service.memberships:
            service.memberships.append(self)

    def _prefetch(self):
        return self.service.pool.workers

    def together(self, leader):
        """Those that travel with the one that leads."""
        return self.batches.get(leader, ())

    def failures_of(self, leader):
        """{row: reason} of those of a batch that failed alone."""
        return {} if self.item_failures is None else self.item_failures.pop(leader, {})

    # Messages that go.

    def joins(self, row, leader):
        """A row is one of a batch."""
        self.leaders[row] = leader
        self.left[leader] = self.left.get(leader, 0) + 1
        if row != leader:
            self.kernel.records.batches.append((row, leader))

    def _handing_out(self):
        rows, route_of = self.kernel.records.rows, self.kernel.records.messages.route
        env, enter_round, affinity = self.kernel.env, self.kernel.enter_round, self.service.affinity
        routes, clocks, gathering = self.channel.routes, self.clocks, self.channel.gathering

        def lease(row, seat):
            rows.place[row] = routes[route_of[rows.parent[row]]][self]
            if enter_round is not None:
                enter_round(row)
            rows.leased[row] = env._now
            self.channel.seats.leases[row] = seat
            for limit, then in clocks:
                env.call_in(limit, then, row, TIMEOUT)

        def hand_out(row, seat):
            batch = GatheringBatch(self, seat)
            gathering.append(batch)
            batch.add(row)
            if batch.is_open:
                env.call_in(self.window, batch.leave, None, OBSERVER)

        def send(batch):
            gathering.remove(batch)
            leader, *followers = batch.rows
            if followers:
                self.batches[leader] = followers
            edge, instance = self.edges[rows.place[leader]], batch.seat.instance
            if instance is not None and not batch.seat.is_up:
                edge.withdrawn(leader)
                return
            if instance is not None:
                affinity[leader] = instance
            edge.send(leader)

        self.lease, self.send = lease, send
        return hand_out

    # What happens to instances.

    def stops(self, instance):
        """What it had gathered goes back."""
        for batch in [each for each in self.channel.gathering if each.consumer is self]:
            if batch.seat.instance == instance:
                batch.leave()
        super().stops(instance)

    def crashes(self, instance):
        self.stops(instance)
        super().crashes(instance)

    # How a lease ends.

    def is_home(self, row):
        leader = self.leaders.pop(row)
        self.left[leader] -= 1
        if self.left[leader]:
            return False
        del self.left[leader]
        return True

    def leader_of(self, row):
        return self.leaders.get(row, row)

    def _settled(self):
        channel = self.channel

        def settled(row):
            channel.store.free(row)
            channel.seats.home(row)
            channel.grant()

        return settled

    # Inventory.

    def stored(self):
        """Messages of batches that gather, or whose work has not begun; those that lead lie elsewhere then."""
        rows = self.kernel.records.rows
        mine = [row for batch in self.channel.gathering if batch.consumer is self for row in batch.rows]
        return mine + [row for leader, followers in self.batches.items() for row in followers
                       if not (rows.outcome[leader] or rows.started[leader] >= 0)]  # fmt: skip

    def unsettled(self):
        outcome = self.kernel.records.rows.outcome
        late = [row for leader, followers in self.batches.items() if outcome[leader] for row in followers]
        return super().unsettled().union(late)
