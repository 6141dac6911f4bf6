"""The plain queue: every message is handled well, by whoever has credit."""

from collections import deque
from itertools import count

from evsim.engine.broker import Channel, Subscriber
from evsim.engine.environment import owned

__all__ = ["PlainConsumer", "PlainQueue"]


class PlainConsumer(Subscriber):
    """A service that competes for the messages of a queue. Its credit comes home when the broker hears of an end."""

    worked = None

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.credit = self.full_credit = (subscription.prefetch or service.width) * len(service.instances)
        channel.turns.append(self)

    def settled(self, row):
        self.credit += 1
        if self.credit == 1:
            self.channel.turns.append(self)
        if self.channel.ready:
            self.channel.grant()

    def credit_taken(self):
        return self.credit, self.full_credit


class PlainQueue(Channel):
    """One line of ready messages; consumers with credit take turns."""

    consumer = PlainConsumer

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.ready = deque()
        self.turns = deque()  # consumers with credit, in the order of their turns
        self.routes = {}  # route of a message -> {consumer: place number}
        self.append = self._append()

    def subscriber(self, service, subscription):
        return self.consumer(self.kernel, self, service, subscription)

    def _append(self):
        kernel = self.kernel
        rows, messages, env = kernel.records.rows, kernel.records.messages, kernel.env
        appended, offsets, luck_of = messages.appended, messages.offset, messages.luck
        lucks, parents, born, ready_at = rows.luck, rows.parent, rows.born, rows.ready
        places, leased, route_of, routes = rows.place, rows.leased, messages.route, self.routes
        new, ready, turns, next_offset = rows.new, self.ready, self.turns, count().__next__

        def append(message):
            appended[message] = now = env._now
            offsets[message] = next_offset()
            row = new()
            lucks[row] = luck_of[message]
            parents[row] = message
            born[row] = ready_at[row] = now
            if not turns:
                ready.append(row)
                return
            consumer = turns[0]
            consumer.credit -= 1
            if not consumer.credit:
                turns.popleft()
            elif len(turns) > 1:
                turns.rotate(-1)
            places[row] = place = routes[route_of[message]][consumer]
            leased[row] = now
            consumer.edges[place].send(row)

        return owned(self.name, append)

    def partitioner(self, site, kind=None):
        """A queue is one line."""
        return lambda luck, row: 0

    def grant(self):
        """Hand out one ready message to the consumer whose credit came home."""
        rows = self.kernel.records.rows
        row, consumer = self.ready.popleft(), self.turns[0]
        consumer.credit -= 1
        if not consumer.credit:
            self.turns.popleft()
        elif len(self.turns) > 1:
            self.turns.rotate(-1)
        rows.place[row] = place = self.routes[self.kernel.records.messages.route[rows.parent[row]]][consumer]
        rows.leased[row] = self.kernel.env._now
        consumer.edges[place].send(row)

    def route(self, number, ways):
        self.routes[number] = ways

    def stored(self):
        return list(self.ready)
