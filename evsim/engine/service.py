"""A service: one inbox, and workers that each hold one attempt until its handler ends.

The edges (request, call, delivery) put rows in with ``offer``; the handlers give the worker back with a function
that :meth:`Service.ending` makes.
Worker numbers count through the instances: worker w belongs to instance ``w // workers``.
"""

from collections import deque
from math import prod

from evsim.engine.admission import arriving, joining, turning_away
from evsim.engine.environment import FAULT
from evsim.engine.links import any_of
from evsim.engine.pins import Pins
from evsim.engine.service_policy import policies_of_service
from evsim.results.records import Outcome, Reason

__all__ = ["Service"]

CRASHED = Outcome.CRASHED


class Service:
    """The running counterpart of a scenario's service."""

    def __init__(self, system, name, settings):
        self.system, self.name, self.settings = system, name, settings
        self.instances, self.workers = settings.instances, settings.workers
        self.inbox = deque()
        self.free = deque(range(self.instances * self.workers))
        self.entries = {}  # place number -> the first step of its compiled handler
        self.edges = {}  # place number -> its edge (what to tell whom)
        self.arrivals = set()  # heap functions that carry a delivery to this inbox
        self.completions = set()  # heap functions that carry work in hand
        self.parallel = []  # the state of open parallel steps, a dict each
        self.groups = []  # the subscriptions that grant to this service
        self.memories = []  # what each instance remembers of its calls
        self.pins, self.memberships = Pins(), []  # where partitions of a log have owners
        bound = any(system.scenario.channels[each.channel].binds(settings, each) for each in settings.subscribe)
        self.guarded = system.may_fail(name) or bound or any(each.owns for each in settings.subscribe)
        self.down = [0] * self.instances  # faults that stop an instance from starting work
        self.away = set()  # instances whose workers a fault has taken away
        self.factors = [[] for _ in range(self.instances)]  # of the slowdowns that last
        self.error_rates = [[] for _ in range(self.instances)]
        self.poisons = [[] for _ in range(self.instances)]  # keys that fail
        self.frozen = [None] * self.instances  # a list of what waits for the end of a pause
        self.frozen_until = [0.0] * self.instances
        self.running = set()
        self.filling = self.ended = False
        self.policies = policies_of_service(self)
        self.turn_away = turning_away(self)
        careful = self.guarded or self.turn_away is not None
        self.offer = self._guarded_offer() if careful else self._admitting(self._plain_offer())
        self.ending = self._guarded_ending if careful else self._plain_ending

    @property
    def is_up(self):
        """Whether any instance may start work."""
        return not all(self.down)

    def slowness(self, row):
        """What the times of work that a row starts now are multiplied by."""
        return prod(self.factors[self.instance_of(row)])

    def error_probability(self, row):
        """The probability that a row's work fails now: any of the independent causes strikes."""
        return any_of(*self.error_rates[self.instance_of(row)])

    def is_poison(self, row, key):
        """Whether the key (a text) fails now."""
        return any(str(poison) == key for poison in self.poisons[self.instance_of(row)])

    def instance_of(self, row):
        return self.system.records.rows.worker[row] // self.workers

    def _take_next(self):
        inbox, most, discipline = self.inbox, self.instances * self.workers, self.settings.discipline

        def take_newest_of_many():
            return inbox.pop() if len(inbox) > most else inbox.popleft()

        return {"fifo": inbox.popleft, "lifo": inbox.pop, "adaptive_lifo": take_newest_of_many}[discipline]

    def _admitting(self, offer):
        return arriving(self, joining(self, offer, self.inbox, self.free))

    # The plain inbox: nothing can disturb it but its own limit.

    def _plain_offer(self):
        rows, env = self.system.records.rows, self.system.env
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
        rows, env = self.system.records.rows, self.system.env
        place, worker, started, ended, outcome = rows.place, rows.worker, rows.started, rows.ended, rows.outcome
        inbox, entries, take_next, give_worker = self.inbox, self.entries, self._take_next(), self.free.append

        def end(row):
            ended[row] = now = env._now
            outcome[row] = how
            if inbox:
                following = take_next()
                worker[following] = worker[row]
                started[following] = now
                entries[place[following]](following)
            else:
                give_worker(worker[row])
            told(row)
            if then is not None:
                then(row)

        end.part = self.name
        return end

    # The guarded inbox: faults may stop, kill or freeze it, and whose turn has come may be turned away.

    def _guarded_offer(self):
        place, inbox, edges = self.system.records.rows.place, self.inbox, self.edges

        def let_in(row):
            inbox.append(row)
            self.fill()

        enter = self._admitting(let_in)

        def offer(row):
            if not self.is_up and edges[place[row]].refusable:
                edges[place[row]].refuse(row, Reason.UNREACHABLE)
            else:
                enter(row)

        return offer

    def _guarded_ending(self, how, told, then=None):
        rows, env, free, running = self.system.records.rows, self.system.env, self.free, self.running
        worker, ended, outcome = rows.worker, rows.ended, rows.outcome

        def end(row):
            ended[row] = env._now
            outcome[row] = how
            running.discard(row)
            number = worker[row]
            if not self.down[number // self.workers] and self.frozen[number // self.workers] is None:
                free.append(number)
                self.fill()
            told(row)
            if then is not None:
                then(row)

        end.part = self.name
        return end

    def fill(self):
        """Free workers take what waits."""
        rows, now, free, inbox = self.system.records.rows, self.system.env._now, self.free, self.inbox
        turn_away, take_next, pins = self.turn_away, self._take_next(), self.pins
        if self.filling:
            return  # a handler without work ended inside the loop below, which goes on
        self.filling = True
        while free and inbox:
            found = self._match() if pins else (take_next(), free.popleft())
            if found is None:
                break
            row, worker = found
            if turn_away is not None and turn_away(row):
                free.appendleft(worker)
                continue
            rows.worker[row] = worker
            rows.started[row] = now
            self.running.add(row)
            self.entries[rows.place[row]](row)
        self.filling = False

    def _match(self):
        discipline, most = self.settings.discipline, self.instances * self.workers
        last = discipline == "lifo" or (discipline == "adaptive_lifo" and len(self.inbox) > most)
        return self.pins.match(self.inbox, self.free, self.workers, last)

    # What faults do.

    def stop(self, instance):
        """The instance starts nothing new; work in hand goes on. With the last one, waiting callers are refused."""
        self.down[instance] += 1
        self._take_workers(instance)
        if not self.is_up:
            place, edges = self.system.records.rows.place, self.edges
            waiting = [row for row in self.inbox if edges[place[row]].refusable]
            kept = [row for row in self.inbox if not edges[place[row]].refusable]
            self.inbox.clear()
            self.inbox.extend(kept)
            for row in waiting:
                edges[place[row]].refuse(row, Reason.UNREACHABLE)
        for row in sorted(self._take_out(self.pins.of(instance)), reverse=True):
            edge = self.edges[self.system.records.rows.place[row]]
            edge.refuse(row, Reason.UNREACHABLE) if edge.refusable else edge.withdrawn(row)
        self._tell(instance, "stops")

    def withdraw(self, row, reason):
        """A delivery that waits here for its instance, or travels to it, is never worked."""
        rows = self.system.records.rows
        self._take_out({row})
        rows.outcome[row], rows.ended[row], rows.reason[row] = Outcome.WITHDRAWN, self.system.env._now, reason

    def _take_out(self, rows):
        """Those of some deliveries that wait in the inbox or travel to it, taken out of there."""
        travelling = self.system.env.withdraw(lambda function, row: function in self.arrivals and row in rows)
        waiting = [row for row in self.inbox if row in rows]
        for row in waiting:
            self.inbox.remove(row)
        for row in rows:
            del self.pins[row]
        return [*waiting, *(row for _, _, row in travelling)]

    def _tell(self, instance, news):
        """Tell the groups in which the instance is a member that it ``stops``, ``starts``, ``crashes`` ..."""
        for membership in self.memberships:
            getattr(membership, news)(instance)

    def start(self, instance):
        """The end of :meth:`stop`: idle workers come back and channels grant again."""
        self.down[instance] -= 1
        if not self.down[instance]:
            self._return_workers(instance)
            self._tell(instance, "starts")
            for group in self.groups:
                group.resume()

    def die(self, status, reason):
        """The program ends for good, at once but not before what happens now is over; status: as a shell tells it."""
        self.system.env.call_in(0, self._died, (status, reason), FAULT)

    def _died(self, how):
        status, reason = how
        if self.ended:
            return
        for service in self._program():
            service.ended = True
            self.system.records.incidents.append((self.system.env._now, "ended", service.name, status))
            for instance in range(service.instances):
                service.crash(instance, reason)
        self.bury()

    def bury(self):
        """Nobody starts the program again."""
        for service in self._program():
            for instance in range(service.instances):
                service.stop(instance)

    def _program(self):
        """The services of its program: itself, what runs inside it, and what it runs inside of."""
        program = self.settings.inside or self.name
        return [each for each in self.system.services.values() if program in (each.name, each.settings.inside)]

    def crash(self, instance, reason=Reason.CRASH):
        """Work in hand is lost; with the last instance also what waits in the inbox or travels towards it."""
        rows, env = self.system.records.rows, self.system.env
        dead = sorted(row for row in self.running if self.instance_of(row) == instance)
        self.down[instance] += 1
        self._take_workers(instance)
        if not self.is_up:
            travelling = env.withdraw(lambda function, _: function in self.arrivals)
            waiting = [*self.inbox, *(row for _, _, row in travelling)]
            self.inbox.clear()
            self.pins.clear()
        else:
            waiting = self._take_out(self.pins.of(instance))
        gone = set(dead)
        env.withdraw(lambda function, row: function in self.completions and row in gone)
        for state in self.parallel:
            for row in gone & state.keys():
                del state[row]
        for row in dead:
            self.running.discard(row)
            for policy in self.policies:
                policy.lost(row)
        for row in (*dead, *waiting):
            rows.outcome[row], rows.ended[row], rows.reason[row] = CRASHED, env._now, reason
        for row in sorted((*dead, *waiting), reverse=True):  # the oldest is given back last: it is first in line
            self.edges[rows.place[row]].died(row)
        for memory in self.memories:
            memory.forget(instance)
        self._tell(instance, "crashes")
        for channel in self.system.channels.values():
            if channel.batching is not None:
                channel.batching.crash(self.name, instance)

    def pause(self, instance, length):
        """Everything in the instance freezes for a `length` of time, then goes on where it was."""
        env = self.system.env
        longer = env._now + length - max(env._now, self.frozen_until[instance])
        if longer > 0:
            self.frozen_until[instance] = env._now + length
            mine = {row for row in self.running if self.instance_of(row) == instance}
            env.postpone(lambda function, row: function in self.completions and row in mine, longer)
        if self.frozen[instance] is None:
            self.frozen[instance] = []
            self._take_workers(instance)
            self._tell(instance, "freezes")

    def freeze(self, function, argument, row):
        """If the instance that holds `row` is paused, keep ``function(argument)`` for its end and return True."""
        if row not in self.running:
            return False
        waiting = self.frozen[self.instance_of(row)]
        if waiting is None:
            return False
        waiting.append((function, argument))
        return True

    def resume(self, instance):
        """The end of :meth:`pause`, unless another pause goes on."""
        if self.frozen[instance] is None or self.system.env._now < self.frozen_until[instance]:
            return
        waiting, self.frozen[instance] = self.frozen[instance], None
        if not self.down[instance]:
            self._return_workers(instance)
        for function, row in waiting:
            self.system.env.call_in(0, function, row, FAULT)
        self._tell(instance, "wakes")

    def absent(self):
        """Workers of instances that a fault has taken away for now."""
        away = [number for number in range(self.instances) if self.down[number] or self.frozen[number] is not None]
        return [number * self.workers + worker for number in away for worker in range(self.workers)]

    def _take_workers(self, instance):
        if instance in self.away:
            return
        self.away.add(instance)
        kept = [number for number in self.free if number // self.workers != instance]
        self.free.clear()
        self.free.extend(kept)

    def _return_workers(self, instance):
        """Workers of the instance that hold nothing are free again."""
        if self.frozen[instance] is not None:
            return
        self.away.discard(instance)
        held = {self.system.records.rows.worker[row] for row in self.running}
        numbers = range(instance * self.workers, (instance + 1) * self.workers)
        self.free.extend(number for number in numbers if number not in held)
        self.fill()
