"""The queue: competing consumers, each message to one of them, as far as their prefetch credit goes (as RabbitMQ)."""

from collections import deque

from evsim.engine.delivery import Channel, Subscriber

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
        requests, parents, born, ready_at, chains = rows.request, rows.parent, rows.born, rows.ready, rows.chain
        new, repeats, ready, grant = rows.new, system.guarded, self.ready, self.grant
        count = iter(range(1 << 62)).__next__

        def append(message):
            messages.appended[message] = now = env._now
            messages.partition[message] = 0
            messages.offset[message] = count()
            row = new()
            requests[row] = messages.request[message]
            parents[row] = message
            if repeats:
                chains[row] = messages.chain[message]
            born[row] = ready_at[row] = now
            ready.append(row)
            grant()

        append.part = self.name
        return append

    def grant(self):
        """Hand out what is ready to those who have credit."""
        rows, routes = self.system.records.rows, self.system.records.messages.route
        ready, turns = self.ready, self.turns
        kept = []
        while ready and turns:
            consumer = turns.popleft()
            if not consumer.may_grant:
                kept.append(consumer)
                continue
            row = ready.popleft()
            consumer.credit -= 1
            if consumer.credit:
                turns.append(consumer)
            rows.place[row] = self.routes[routes[rows.parent[row]]][consumer]
            if self.system.enter_round is not None and rows.attempt[row] < 0:
                self.system.enter_round(row)
            consumer.grant(row)
        turns.extend(kept)

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
        channel.turns.append(self)

    def settled(self, row):
        self._credit_home()
        self.channel.grant()

    dead = settled

    def given_back(self, row):
        self._credit_home()

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

    def stored(self):
        return []
