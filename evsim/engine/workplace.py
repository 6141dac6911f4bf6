"""A workplace: one inbox, and workers that each hold one attempt until its handler ends.

The edges (request, call, delivery) put rows in with ``offer``; the handlers give the worker back with a function
that ``ending`` makes. Its workers are those of its :class:`evsim.engine.pool.Pool`.
"""

from collections import deque
from heapq import heappush
from typing import Any

from evsim.engine.admission import arriving, joining, turning_away
from evsim.engine.environment import owned
from evsim.engine.pool import Pool
from evsim.engine.staffed import StaffedPool
from evsim.results.endings import Reason

__all__ = ["Workplace"]


class Workplace:
    """How rows come to a worker, and the worker to the next row. ``fill()``: free workers take what waits."""

    kernel: Any
    name: str
    settings: Any
    guarded: bool
    policies: Any
    inbox: Any
    running: Any
    entries: dict[int, Any]
    edges: dict[int, Any]
    affinity: Any
    on_the_way: Any = None  # heap entries of deliveries that wake nobody yet; None where each is in the heap

    def open(self):
        """Make the workers, and the way to them, as the policies have it."""
        pool, inboxes = self._brought("pool"), self._brought("inboxes")
        if pool is None:
            pool = StaffedPool(self) if self.settings.is_staffed else Pool(self)
        self.pool = pool
        self.free, self.instances, self.width = self.pool.free, self.pool.instances, self.pool.width
        self.turn_away = turning_away(self)
        guarded = self.guarded or self.turn_away is not None
        self.take_next = self._take_next()
        if inboxes is not None:
            self.inbox, self.running, self.match = inboxes, inboxes.running, inboxes.match
        self.fill, self._let_in, self._go_home = self._filling()
        if inboxes is not None:
            self.offer, self.ending = inboxes.offer(), self._guarded_ending
        elif guarded:
            self.offer, self.ending = self._guarded_offer(), self._guarded_ending
        else:
            plain = self._plain_offer()
            self.offer, self.ending = self._admitting(plain), self._plain_ending
            if self.offer is plain and self._has_one_connection():
                self.on_the_way = deque()

    def _brought(self, what):
        """What one of its policies brings instead of the usual, or None."""
        return next((each for policy in self.policies if (each := getattr(policy, what)()) is not None), None)

    @property
    def is_up(self):
        """Whether any instance may start work."""
        return self.pool.is_up

    def instance_of(self, row):
        return self.kernel.records.rows.worker[row] // self.width

    def held(self):
        """Workers that are at work."""
        return {self.kernel.records.rows.worker[row] for row in self.running}

    def _take_next(self):
        inbox, pool, discipline = self.inbox, self.pool, self.settings.discipline

        def take_newest_of_many():
            return inbox.pop() if len(inbox) > len(pool) else inbox.popleft()

        takes = {"fifo": inbox.popleft, "lifo": inbox.pop, "adaptive_lifo": take_newest_of_many}
        if len({each.discipline for each in self.settings.ever}) > 1:
            return lambda: takes[self.settings.discipline]()
        return takes[discipline]

    def _admitting(self, offer):
        return arriving(self, joining(self, offer, self.inbox, self.free))

    # The plain inbox: nothing can disturb it but its own limit. Where all that comes is delivered over one connection,
    # one after the other, a delivery that sets out while nobody is free wakes nobody when it comes: who becomes free
    # looks who has come meanwhile, and if the next one has not, it is woken for. So at least as many wake somebody as
    # there are free workers, and rows begin when they would anyway, in the same order.

    def _has_one_connection(self):
        """Whether all that comes is delivered by one channel, and is worked in the order in which it comes."""
        scenario = self.kernel.scenario
        ways = {(each.is_delivery, each.source) for each in self.kernel.graph.places if each.service == self.name}
        return (
            len(ways) == 1
            and ways.pop()[0]
            and type(self.pool) is Pool
            and type(self.free) is deque
            and all(each.discipline == "fifo" for each in self.settings.ever)
            and not any(callable(each.handle) for each in scenario.services.values())  # they find ways in a run
        )

    def waiting(self):
        """Rows that wait in the inbox, for an inventory."""
        now = self.kernel.env._now
        return [*self.inbox, *(row for due, _, _, row in self.on_the_way or () if due < now)]

    def coming(self):
        """(function, argument) of what is on its way and not in the heap, for an inventory."""
        now = self.kernel.env._now
        return [(function, row) for due, _, function, row in self.on_the_way or () if due >= now]

    def _plain_offer(self):
        rows, env = self.kernel.records.rows, self.kernel.env
        place, worker, started = rows.place, rows.worker, rows.started
        free, entries, wait, take_worker = self.free, self.entries, self.inbox.append, self.free.popleft

        def offer(row):
            if free:
                worker[row] = take_worker()
                started[row] = env._now
                entries[place[row]](row)
            else:
                wait(row)

        return offer

    def _plain_ending(self, how, told, then=None):
        """A function that ends the work of a row as `how`; its worker takes the next one: `told(row)`, `then(row)`."""
        rows, env = self.kernel.records.rows, self.kernel.env
        place, worker, started, ended, outcome = rows.place, rows.worker, rows.started, rows.ended, rows.outcome
        inbox, entries, take_next, give_worker = self.inbox, self.entries, self.take_next, self.free.append
        on_the_way, queue = self.on_the_way, env._queue

        def end(row):
            ended[row] = now = env._now
            outcome[row] = how
            if inbox:
                following = take_next()
            elif on_the_way and on_the_way[0][0] < now:
                following = on_the_way.popleft()[3]
            else:
                following = None
                give_worker(worker[row])
                if on_the_way:
                    heappush(queue, on_the_way.popleft())
            if following is not None:
                worker[following] = worker[row]
                started[following] = now
                entries[place[following]](following)
            told(row)
            if then is not None:
                then(row)

        return owned(self.name, end)

    # The guarded inbox: faults may stop, kill or freeze it, and whose turn has come may be turned away.

    def _guarded_offer(self):
        place, edges, free, pool = self.kernel.records.rows.place, self.edges, self.free, self.pool
        enter = self._admitting(self._let_in)

        def offer(row):
            if free or pool.is_up or not edges[place[row]].refusable:
                enter(row)
            else:
                edges[place[row]].refuse(row, Reason.UNREACHABLE)

        return offer

    def _guarded_ending(self, how, told, then=None):
        rows, env, go_home, running = self.kernel.records.rows, self.kernel.env, self._go_home, self.running
        worker, ended, outcome, not_at_work = rows.worker, rows.ended, rows.outcome, running.discard

        def end(row):
            ended[row] = env._now
            outcome[row] = how
            not_at_work(row)
            go_home(worker[row])
            told(row)
            if then is not None:
                then(row)

        return owned(self.name, end)

    def _filling(self):
        """Free workers take what waits, a row comes to the inbox, a worker is free again: a function for each.

        They share ``filling``, and run for each row: as closures they find columns and flag without an attribute.
        """
        rows, env, entries, running = self.kernel.records.rows, self.kernel.env, self.entries, self.running
        place, worker_of, started = rows.place, rows.worker, rows.started
        free, inbox, affinity, pool, work = self.free, self.inbox, self.affinity, self.pool, running.add
        match, take_next, turn_away, take_worker = self.match, self.take_next, self.turn_away, self.free.popleft
        wait, release, give_worker, away = inbox.append, pool.release, self.free.append, pool.away
        picky, elastic, filling = turn_away is not None, pool.elastic, False

        def fill():
            nonlocal filling
            if filling or not inbox:
                return  # a handler without work ended inside the loop below, which goes on
            filling = True
            while free and inbox:
                found = match() if affinity else (take_next(), take_worker())
                if found is None:
                    break
                row, worker = found
                if picky and turn_away(row):
                    free.appendleft(worker)
                    continue
                worker_of[row] = worker
                started[row] = env._now
                work(row)
                entries[place[row]](row)
            filling = False
            if inbox and not free:
                pool.needed(len(inbox))

        def begin(row, worker):
            nonlocal filling
            filling = True
            worker_of[row] = worker
            started[row] = env._now
            work(row)
            entries[place[row]](row)
            filling = False
            if inbox and (free or elastic):
                fill()

        def let_in(row):
            if free and not (inbox or filling or affinity or picky):
                begin(row, take_worker())
            else:
                wait(row)
                if free or elastic:
                    fill()

        def go_home(worker):
            release(worker)
            if inbox:
                fill()

        def hand_over(worker):
            if away:
                go_home(worker)
            elif inbox and not (free or filling or affinity or picky):
                begin(take_next(), worker)
            else:
                give_worker(worker)
                if inbox:
                    fill()

        return fill, let_in, go_home if elastic else hand_over

    def match(self):
        discipline = self.settings.discipline
        last = discipline == "lifo" or (discipline == "adaptive_lifo" and len(self.inbox) > len(self.pool))
        return self.affinity.match(self.inbox, self.free, self.width, last)
