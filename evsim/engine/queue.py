"""The queue: competing consumers, each message to one of them, as far as their prefetch credit goes (as RabbitMQ)."""

from collections import deque
from itertools import count

from evsim.engine.delivery import PLAIN_ATTEMPTS, Channel, Subscriber

__all__ = ["Consumer", "Queue"]


class Queue(Channel):
    """One line of ready messages; consumers with credit take turns."""

    def __init__(self, system, name, settings, number):
        super().__init__(system, name, settings, number)
        self.ready = deque()
        self.turns = deque()  # consumers with credit, in the order of their turns
        self.routes = {}  # route of a message -> {consumer: place number}
        self.append = self._append()

    def _append(self):
        system = self.system
        rows, messages, env = system.records.rows, system.records.messages, system.env
        appended, offsets, luck_of = messages.appended, messages.offset, messages.luck
        lucks, parents, born, ready_at = rows.luck, rows.parent, rows.born, rows.ready
        places, leased, route_of, routes = rows.place, rows.leased, messages.route, self.routes
        new, ready, turns, grant, next_offset = rows.new, self.ready, self.turns, self.grant, count().__next__

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

        def guarded_append(message):
            appended[message] = now = env._now
            offsets[message] = next_offset()
            row = new()
            lucks[row] = luck_of[message]
            parents[row] = message
            born[row] = ready_at[row] = now
            ready.append(row)
            if turns:
                grant()

        append.part = guarded_append.part = self.name
        consumers = [system.services[name] for name, _ in system.subscribers_of(self.name)]
        guarded = system.cyclic or system.is_faulty(self.name) or any(consumer.guarded for consumer in consumers)
        return guarded_append if guarded else append

    def partitioner(self, place, key, kind=None):
        """A queue is one line."""
        return lambda luck, row: 0

    def grant(self):
        """Hand out what is ready to those who have credit, in turns."""
        rows, route, enter_round = self.system.records.rows, self.system.records.messages.route, self.system.enter_round
        ready, turns, routes, now = self.ready, self.turns, self.routes, self.system.env._now
        barred = []
        while ready and turns:
            consumer = turns[0]
            if consumer.guarded and not consumer.may_grant:
                barred.append(turns.popleft())
                continue
            row = ready.popleft()
            consumer.credit -= 1
            if not consumer.credit:
                turns.popleft()
            elif len(turns) > 1:
                turns.rotate(-1)
            rows.place[row] = place = routes[route[rows.parent[row]]][consumer]
            if enter_round is not None:
                enter_round(row)
            rows.leased[row] = now
            consumer.edges[place].send(row)
        turns.extend(barred)

    def route(self, number, ways):
        self.routes[number] = ways

    def stored(self):
        return list(self.ready)


class Consumer(Subscriber):
    """A service that competes for the messages of a queue. Its credit comes home when the broker hears of an end."""

    refusals_travel = True
    worked = None

    def __init__(self, system, channel, service, subscription):
        super().__init__(system, channel, service, subscription)
        prefetch = subscription.prefetch or service.workers
        self.credit = self.full_credit = prefetch * service.instances
        self.guarded = service.guarded or system.is_faulty(channel.name)
        channel.turns.append(self)

    @property
    def attempts(self):
        limit, retry = self.channel.settings.delivery_limit, self.subscription.retry
        allowed = None if limit is None else limit + 1
        given = [number for number in (allowed, retry and retry.attempts) if number is not None]
        return min(given, default=PLAIN_ATTEMPTS)

    def settled(self, row):
        self.credit += 1
        if self.credit == 1:
            self.channel.turns.append(self)
        if self.channel.ready:
            self.channel.grant()

    dead = settled

    def given_back(self, row):
        self._credit_home()

    def backs_off(self, row):
        self.settled(row)  # others may have its credit meanwhile

    def _credit_home(self):
        self.credit += 1
        if self.credit == 1:
            self.channel.turns.append(self)

    def back(self, row):
        """Ready again at the place of its message."""
        parents, ready = self.system.records.rows.parent, self.channel.ready
        after = len(ready)
        while after and parents[ready[after - 1]] > parents[row]:
            after -= 1
        ready.insert(after, row)
        self.channel.grant()

    def resume(self):
        self.channel.grant()

    def acknowledgement_lost(self, edge, row):
        edge.unheard_later(row)

    def credit_taken(self):
        return self.credit, self.full_credit
