"""A consumer group of a log: it reads every message, in the order of its partition."""

from collections import deque
from typing import Any

from evsim.engine.delivery import Delivery
from evsim.engine.weak_points import is_faulty
from evsim.parts.log.engine.commits import EarlyCommitDelivery
from evsim.parts.log.engine.reader import Reader

__all__ = ["Group"]

MANY = 256  # partitions, from which on a deque of each, some 800 bytes, is not kept when it is empty


class Group(Reader):
    """A consumer group in which any free worker takes the next message of any partition: the ideal one."""

    settled = None

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        count = len(channel.ends)
        self.sends: dict[int, Any] = {}  # place number -> what sends a row there
        self.idle = bytearray(b"\1" * count)
        self.stores: list[Any] = [None] * count  # a deque where something waits, or did
        self.frugal = count >= MANY
        self.granting = set()  # partitions from which messages are handed out one after the other
        guarded = service.guarded or is_faulty(kernel.scenario, channel.name) or bool(subscription.replay)
        self.offer = self._offer(guarded)
        self.worked = self._guarded_worked() if guarded else self._worked()
        held = not guarded and not subscription.commits.early  # by the message that is in process
        self.back: Any = self._back_at_work() if held else self._back_in_line

    def edge(self, place):
        early = self.subscription.commits.early
        edge = (EarlyCommitDelivery if early else Delivery)(self.kernel, place, self)
        self.sends[place.number] = edge.send
        return edge

    def _offer(self, guarded):
        kernel = self.kernel
        rows, messages, env = kernel.records.rows, kernel.records.messages, kernel.env
        new, places, lucks, parents = rows.new, rows.place, rows.luck, rows.parent
        born, ready, leased = rows.born, rows.ready, rows.leased
        luck_of, route_of = messages.luck, messages.route
        idle, stores, sends, routes = self.idle, self.stores, self.sends, self.routes
        enter_round = kernel.enter_round

        def offer(message, partition):
            row = next(new)
            place = places[row] = routes[route_of[message]]
            lucks[row] = luck_of[message]
            parents[row] = message
            if enter_round is not None:
                enter_round(row)
            born[row] = ready[row] = now = env._now
            if idle[partition] and (not guarded or (not stores[partition] and self.may_grant)):
                idle[partition] = 0
                leased[row] = now
                sends[place](row)
            elif stores[partition] is None:
                stores[partition] = deque((row,))
            else:
                stores[partition].append(row)

        return offer

    def _worked(self):
        rows, env = self.kernel.records.rows, self.kernel.env
        partitions, parents = self.kernel.records.messages.partition, rows.parent
        leased, places = rows.leased, rows.place
        idle, stores, sends, frugal = self.idle, self.stores, self.sends, self.frugal

        def worked(row):
            partition = partitions[parents[row]]
            store = stores[partition]
            if store:
                following = store.popleft()
                if frugal and not store:
                    stores[partition] = None
                leased[following] = env._now
                sends[places[following]](following)
            else:
                idle[partition] = 1

        return worked

    def _guarded_worked(self):
        partitions, parents = self.kernel.records.messages.partition, self.kernel.records.rows.parent
        idle, stores = self.idle, self.stores

        def worked(row):
            partition = partitions[parents[row]]
            if stores[partition]:
                self._next_of(partition)
            else:
                idle[partition] = 1

        return worked

    def _next_of(self, partition):
        """Grant from a partition that is free, until one message takes time."""
        self.idle[partition] = 1
        if partition in self.granting:
            return  # a handler that takes no time has ended inside the loop below, which goes on
        self.granting.add(partition)
        while self.idle[partition] and self.stores[partition] and self.may_grant:
            self.idle[partition] = 0
            row = self.stores[partition].popleft()
            if self.frugal and not self.stores[partition]:
                self.stores[partition] = None
            self.hand_out(row)
        self.granting.discard(partition)

    def dead(self, row):
        self._next_of(self.partition_of(row))

    def _back_at_work(self):
        """A function that hands a message out again whose partition nobody else has got meanwhile."""
        rows, env, sends = self.kernel.records.rows, self.kernel.env, self.sends
        leased, places = rows.leased, rows.place

        def back(row):
            leased[row] = env._now
            sends[places[row]](row)

        return back

    def _back_in_line(self, row):
        partition = self.partition_of(row)
        self._put(partition, row)
        self._next_of(partition)

    def _put(self, partition, row):
        if self.stores[partition] is None:
            self.stores[partition] = deque()
        self.insert(self.stores[partition], row)

    def make_room(self):
        more = len(self.channel.ends) - len(self.stores)
        self.idle.extend(b"\0" * more)  # nobody reads them yet
        self.stores.extend([None] * more)
        self.unknown = range(len(self.stores) - more, len(self.stores))

    def discover(self, _):
        for partition in self.unknown:
            if self.latest and self.stores[partition]:
                self.skip(self.stores[partition])
            self._next_of(partition)

    def ready_in(self, partition):
        return self.stores[partition] or ()

    def read_again(self, partition, rows):
        for row in rows:
            self._put(partition, row)
        if self.idle[partition]:
            self._next_of(partition)

    def resume(self):
        for partition, idle in enumerate(self.idle):
            if idle and self.stores[partition]:
                self._next_of(partition)

    def stored(self):
        return [row for store in self.stores if store for row in store]
