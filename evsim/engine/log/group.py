"""A consumer group of a log: it reads every message, in the order of its partition."""

from collections import deque

from evsim.engine.delivery import Subscriber
from evsim.engine.environment import ANSWER
from evsim.results.records import Verdict

__all__ = ["Group"]


class Group(Subscriber):
    """A consumer group: at most one message of a partition is in process at a time, and a failed one holds it."""

    settled = None

    def __init__(self, system, channel, service, subscription):
        super().__init__(system, channel, service, subscription)
        count = channel.settings.partitions
        self.idle = bytearray(b"\1" * count)
        self.stores = [None] * count  # a deque where something ever waited
        guarded = service.guarded or system.is_faulty(channel.name)
        self.offer = self._offer(guarded)
        self.worked = self._guarded_worked if guarded else self._worked()
        self.news = (self._committed,)

    def _offer(self, guarded):
        system = self.system
        rows, messages, env = system.records.rows, system.records.messages, system.env
        new, places, lucks, parents = rows.new, rows.place, rows.luck, rows.parent
        born, ready, leased = rows.born, rows.ready, rows.leased
        luck_of, route_of = messages.luck, messages.route
        idle, stores, edges, routes = self.idle, self.stores, self.edges, self.routes
        enter_round = system.enter_round

        def offer(message, partition):
            row = new()
            place = places[row] = routes[route_of[message]]
            lucks[row] = luck_of[message]
            parents[row] = message
            if enter_round is not None:
                enter_round(row)
            born[row] = ready[row] = now = env._now
            if idle[partition] and (not guarded or (self.may_grant and not stores[partition])):
                idle[partition] = 0
                leased[row] = now
                edges[place].send(row)
            elif stores[partition] is None:
                stores[partition] = deque((row,))
            else:
                stores[partition].append(row)

        return offer

    def _worked(self):
        rows, env = self.system.records.rows, self.system.env
        partitions, parents = self.system.records.messages.partition, rows.parent
        leased, places = rows.leased, rows.place
        idle, stores, edges = self.idle, self.stores, self.edges

        def worked(row):
            partition = partitions[parents[row]]
            store = stores[partition]
            if store:
                following = store.popleft()
                leased[following] = env._now
                edges[places[following]].send(following)
            else:
                idle[partition] = 1

        return worked

    def _grant(self, row):
        rows = self.system.records.rows
        rows.leased[row] = self.system.env._now
        self.edges[rows.place[row]].send(row)

    def _guarded_worked(self, row):
        self._next_of(self._partition(row))

    def _partition(self, row):
        return self.system.records.messages.partition[self.system.records.rows.parent[row]]

    def _next_of(self, partition):
        if self.stores[partition] and self.may_grant:
            self.idle[partition] = 0
            self._grant(self.stores[partition].popleft())
        else:
            self.idle[partition] = 1

    def dead(self, row):
        self._next_of(self._partition(row))

    def back(self, row):
        partition = self._partition(row)
        if self.stores[partition] is None:
            self.stores[partition] = deque()
        self.stores[partition].appendleft(row)
        self._next_of(partition)

    def resume(self):
        for partition, idle in enumerate(self.idle):
            if idle and self.stores[partition]:
                self._next_of(partition)

    def acknowledgement_lost(self, edge, row):
        """A commit that is lost is sent again when its sender has waited `give_up`."""
        self.system.env.call_in(self.system.scenario.network.give_up, self._committed, row, ANSWER)

    def _committed(self, row):
        rows = self.system.records.rows
        rows.settled[row], rows.verdict[row] = self.system.env._now, Verdict.DONE

    def stored(self):
        return [row for store in self.stores if store for row in store]
