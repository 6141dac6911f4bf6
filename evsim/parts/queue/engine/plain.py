"""The plain queue: every message is handled well, by whoever has credit."""

from collections import deque
from heapq import heappush
from itertools import count

from evsim.engine.broker import Channel, Subscriber
from evsim.engine.environment import ANSWER, owned
from evsim.scenario.routing import letters_come_to

__all__ = ["LoneConsumer", "PlainConsumer", "PlainQueue"]


class PlainConsumer(Subscriber):
    """A service that competes for the messages of a queue. Its credit comes home when the broker hears of an end."""

    worked = None

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.sends = {}  # place number -> what sends a row there
        self.credit = self.full_credit = (subscription.prefetch or service.width) * len(service.instances)
        channel.turns.append(self)

    def edge(self, place):
        edge = super().edge(place)
        self.sends[place.number] = edge.send
        return edge

    def settled(self, row):
        self.credit += 1
        if self.credit == 1:
            self.channel.turns.append(self)
        if self.channel.ready:
            self.channel.grant()

    def exhausted(self):
        """Its last credit is taken."""
        self.channel.turns.popleft()

    def credit_taken(self):
        return self.credit, self.full_credit


class LoneConsumer(PlainConsumer):
    """The only consumer of a queue. While it has credit, nobody asks for what comes home: the time is noted, no more.

    Messages come as arrivals, and all acknowledgements that are due by then have come before.
    """

    def __init__(self, kernel, channel, service, subscription):
        super().__init__(kernel, channel, service, subscription)
        self.coming_home = deque()  # entries for the heap, by time
        self.settles = self._settles()

    def _settles(self):
        env, coming_home, turns = self.kernel.env, self.coming_home, self.channel.turns
        queue, counter, settled = env._queue, env.key_counter(ANSWER), self.settled

        def settles(row, due):
            if turns:
                while coming_home and coming_home[0][0] < env._now:
                    coming_home.popleft()
                    self.credit += 1
                coming_home.append((due, next(counter), settled, row))
            else:
                heappush(queue, (due, next(counter), settled, row))

        return settles

    def exhausted(self):
        """Its last credit is taken: count what has come home, and let the rest come as it is due."""
        now, coming_home = self.kernel.env._now, self.coming_home
        while coming_home and coming_home[0][0] <= now:
            coming_home.popleft()
            self.credit += 1
        if not self.credit:
            self.channel.turns.popleft()
            while coming_home:
                heappush(self.kernel.env._queue, coming_home.popleft())

    def credit_taken(self):
        now = self.kernel.env._now
        return self.credit + sum(due < now for due, *_ in self.coming_home), self.full_credit


class PlainQueue(Channel):
    """One line of ready messages; consumers with credit take turns."""

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.ready = deque()
        self.turns = deque()  # consumers with credit, in the order of their turns
        self.routes = {}  # route of a message -> {consumer: place number}
        self.append = self._append()

    def subscriber(self, service, subscription):
        kind = LoneConsumer if self._feeds_one() else PlainConsumer
        return kind(self.kernel, self, service, subscription)

    def _feeds_one(self):
        """Whether it has one consumer, and each message comes over a link that takes time."""
        kernel, name = self.kernel, self.name
        scenario = kernel.scenario
        return (
            len(kernel.graph.subscribers[name]) == 1
            and not any(kernel.links.between(each, name).instant for each in scenario.services)
            and not any(each.routes for each in scenario.channels.values())
            and name not in letters_come_to(scenario)
        )

    def _append(self):
        kernel = self.kernel
        rows, messages, env = kernel.records.rows, kernel.records.messages, kernel.env
        appended, offsets, luck_of = messages.appended, messages.offset, messages.luck
        lucks, parents, born, ready_at = rows.luck, rows.parent, rows.born, rows.ready
        places, leased, route_of, routes = rows.place, rows.leased, messages.route, self.routes
        new, ready, turns, offset_counter = rows.new, self.ready, self.turns, count()

        def append(message):
            appended[message] = now = env._now
            offsets[message] = next(offset_counter)
            row = next(new)
            lucks[row] = luck_of[message]
            parents[row] = message
            born[row] = ready_at[row] = now
            if not turns:
                ready.append(row)
                return
            consumer = turns[0]
            consumer.credit -= 1
            if not consumer.credit:
                consumer.exhausted()
            elif len(turns) > 1:
                turns.rotate(-1)
            places[row] = place = routes[route_of[message]][consumer]
            leased[row] = now
            consumer.sends[place](row)

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
            consumer.exhausted()
        elif len(self.turns) > 1:
            self.turns.rotate(-1)
        rows.place[row] = place = self.routes[self.kernel.records.messages.route[rows.parent[row]]][consumer]
        rows.leased[row] = self.kernel.env._now
        consumer.sends[place](row)

    def route(self, number, ways):
        self.routes[number] = ways

    def stored(self):
        return list(self.ready)
