"""A service: what faults, and the end of its program, do to its instances and to what waits and works there.

How rows come to its workers is said in :mod:`evsim.engine.workplace`.
"""

from collections import deque
from contextlib import ExitStack, contextmanager
from math import prod

from evsim.engine.affinity import InstanceAffinity
from evsim.engine.environment import FAULT
from evsim.engine.links import any_of
from evsim.engine.service_policy import policies_of_service
from evsim.engine.workplace import Workplace
from evsim.results.endings import Outcome, Reason

__all__ = ["Service"]

CRASHED = Outcome.CRASHED


class Service(Workplace):
    """The running counterpart of a scenario's service."""

    def __init__(self, kernel, name, settings, services, channels):
        self.kernel, self.name, self.settings = kernel, name, settings
        self.services, self.channels = services, channels  # all of the system, by name
        self.number = list(kernel.scenario.services).index(name)
        self.inbox = deque()
        self.entries = {}  # place number -> the first step of its compiled handler
        self.edges = {}  # place number -> its edge (what to tell whom)
        self.arrivals = set()  # heap functions that carry a delivery to this inbox
        self.completions = set()  # heap functions that carry work in hand
        self.volatile = []  # the state of open parallel steps, a dict each
        self.groups = []  # the subscriptions that grant to this service
        self.instance_states = []  # what each instance remembers of its calls
        self.affinity, self.memberships = InstanceAffinity(), []  # where partitions of a log have owners
        self.is_one_region = False  # whether a crash of one instance takes all of them
        self.policies = policies_of_service(self)
        kernel.changes.watch("services", name, self.become)
        self.guarded = kernel.risk.guards(name)
        self.running = set()
        self.standing_in = {}  # row of a batch whose turn it is -> the row that leads, in whose place it is at work
        self.ended = self.buried = False
        self.open()

    def become(self, settings):
        """Its settings are others from now on."""
        self.settings = settings

    def slowness(self, row):
        """What the times of work that a row starts now are multiplied by."""
        return prod(self.instances[self.instance_of(row)].factors)

    def error_probability(self, row):
        """The probability that a row's work fails now: any of the independent causes strikes."""
        return any_of(*self.instances[self.instance_of(row)].error_rates)

    def is_poison(self, row, key):
        """Whether the key (a text) fails now."""
        return any(str(poison) == key for poison in self.instances[self.instance_of(row)].poisons)

    # What faults do.

    def stop(self, instance):
        """The instance starts nothing new; work in hand goes on. With the last one, waiting callers are refused."""
        self.pool.stop(instance)
        if not self.is_up:
            place, edges = self.kernel.records.rows.place, self.edges
            waiting = [row for row in self.inbox if edges[place[row]].refusable]
            kept = [row for row in self.inbox if not edges[place[row]].refusable]
            self.inbox.clear()
            self.inbox.extend(kept)
            for row in waiting:
                edges[place[row]].refuse(row, Reason.UNREACHABLE)
        with self._together():
            rows = self.kernel.records.rows
            for row in sorted(self._take_out(self.affinity.of(instance)), key=rows.age, reverse=True):
                edge = self.edges[rows.place[row]]
                edge.refuse(row, Reason.UNREACHABLE) if edge.refusable else edge.withdrawn(row)
        self._tell(instance, "stops")

    @contextmanager
    def _together(self):
        """Inside, messages go back to their channels, which grant none of them before all are there."""
        with ExitStack() as all_channels:
            for channel in self.channels.values():
                all_channels.enter_context(channel.together())
            yield

    def share_out(self, instance):
        """Whoever waits here for an instance that takes no more work, and may go to another one, does."""
        edges, place = self.edges, self.kernel.records.rows.place
        callers = {row for row in self.affinity.of(instance) if edges[place[row]].refusable}
        if callers:  # behind a balancer: elsewhere no caller waits for an instance that leaves
            self.inbox.send_on(self._take_out(callers), self.offer)

    def withdraw(self, row, reason):
        """A delivery that waits here for its instance, or travels to it, is never worked."""
        self._take_out({row})
        self._never_worked(row, reason)

    def turn_back(self, row, reason):
        """A delivery that waits in the inbox, for nobody in particular, is never worked."""
        self.inbox.remove(row)
        self._never_worked(row, reason)

    def _never_worked(self, row, reason):
        rows = self.kernel.records.rows
        rows.outcome[row], rows.ended[row], rows.reason[row] = Outcome.WITHDRAWN, self.kernel.env._now, reason

    def stand_in(self, row, leader):
        """A row of a batch is at work, in place of the one that leads."""
        if row != leader and leader in self.running:
            self.running.discard(leader)
            self.running.add(row)
            self.standing_in[row] = leader

    def stand_back(self, row, leader):
        """The turn of a row of a batch is over."""
        if self.standing_in.pop(row, None) is not None:
            self.running.discard(row)
            self.running.add(leader)

    def _take_out(self, rows):
        """Those of some deliveries that wait in the inbox or travel to it, taken out of there."""
        travelling = self.kernel.env.withdraw(lambda function, row: function in self.arrivals and row in rows)
        waiting = [row for row in self.inbox if row in rows]
        for row in waiting:
            self.inbox.remove(row)
        for row in rows:
            del self.affinity[row]
        return [*waiting, *(row for _, _, row in travelling)]

    def _tell(self, instance, what):
        """Tell the groups in which the instance is a member that it ``stops``, ``starts``, ``crashes`` ..."""
        for membership in self.memberships:
            getattr(membership, what)(instance)

    def start(self, instance, is_new=False):
        """The end of :meth:`stop`: idle workers come back and channels grant again. Who is new holds none yet."""
        if self.pool.start(instance, () if is_new else self.held()):
            self.fill()
            self._tell(instance, "starts")
            for group in self.groups:
                group.resume()

    def restart(self, instance):
        """The end of :meth:`crash`: the instance is there again, unless its program is dead."""
        if not self.buried:
            self.pool.restart(instance)
        self.start(instance)

    def readers_changed(self):
        """The pool has more or fewer instances for which channels hand messages out."""
        for group in self.groups:
            group.readers_changed()

    def go_on(self):
        """What lasted of a fault is over: who waits has a turn, and channels grant again."""
        self.fill()
        for group in self.groups:
            group.resume()

    def die(self, status, reason):
        """The program ends for good, at once but not before what happens now is over; status: as a shell tells it."""
        self.kernel.env.call_in(0, self._died, (status, reason), FAULT)

    def _died(self, how):
        status, reason = how
        if self.ended:
            return
        for service in self._program():
            service.ended = True
            self.kernel.records.incidents.append((self.kernel.env._now, "ended", service.name, status))
            for instance in service.instances:
                service.crash(instance.number, reason)
        self.bury()

    def bury(self):
        """Nobody starts the program again."""
        for service in self._program():
            service.buried = True
            for instance in service.instances:
                service.stop(instance.number)

    def _program(self):
        """The services of its program: itself, what runs inside it, and what it runs inside of."""
        program = self.settings.inside or self.name
        return [each for each in self.services.values() if program in (each.name, each.settings.inside)]

    def crash(self, instance, reason=Reason.CRASH):
        """Work in hand is lost; with the last instance also what waits in the inbox or travels towards it."""
        rows, env = self.kernel.records.rows, self.kernel.env
        dead = sorted((row for row in self.running if self.instance_of(row) == instance), key=rows.age)
        self.pool.crash(instance)
        if not self.is_up:
            travelling = env.withdraw(lambda function, _: function in self.arrivals)
            waiting = [*self.inbox, *(row for _, _, row in travelling)]
            self.inbox.clear()
            self.affinity.clear()
        else:
            waiting = self._take_out(self.affinity.of(instance))
        gone = {*dead, *(self.standing_in.get(row, row) for row in dead)}
        env.withdraw(lambda function, row: function in self.completions and row in gone)
        for state in self.volatile:
            for row in gone & state.keys():
                del state[row]
        for row in dead:
            self.running.discard(row)
            for policy in self.policies:
                policy.lost(row)
        dead = [self.standing_in.pop(row, row) for row in dead]
        for row in (*dead, *waiting):
            rows.outcome[row], rows.ended[row], rows.reason[row] = CRASHED, env._now, reason
        with self._together():
            # The oldest comes back last: it is first in line.
            for row in sorted((*dead, *waiting), key=rows.age, reverse=True):
                self.edges[rows.place[row]].died(row)
        for memory in self.instance_states:
            memory.forget(instance)
        self._tell(instance, "crashes")
        for channel in self.channels.values():
            if channel.batching is not None:
                channel.batching.crash(self.name, instance)
        if self.pool.elastic:
            self.readers_changed()
            self.fill()  # who waits still asks for another one

    def pause(self, instance, length):
        """Everything in the instance freezes for a `length` of time, then goes on where it was."""
        env, longer = self.kernel.env, self.pool.pause(instance, length)
        if longer > 0:
            mine = {row for row in self.running if self.instance_of(row) == instance}
            env.postpone(lambda function, row: function in self.completions and row in mine, longer)
            for policy in self.policies:
                policy.paused(instance, longer)
        if self.instances[instance].frozen is None:
            self.pool.freeze(instance)
            self._tell(instance, "freezes")

    def freeze(self, function, argument, row):
        """If the instance that holds `row` is paused, keep ``function(argument)`` for its end and return True."""
        if not self.pool.away or row not in self.running:
            return False
        waiting = self.instances[self.instance_of(row)].frozen
        if waiting is None:
            return False
        waiting.append((function, argument))
        return True

    def resume(self, instance):
        """The end of :meth:`pause`, unless another pause goes on."""
        paused = self.instances[instance]
        if paused.frozen is None or self.kernel.env._now < paused.frozen_until:
            return
        waiting = self.pool.wake(instance, self.held())
        self.fill()
        for function, row in waiting:
            self.kernel.env.call_in(0, function, row, FAULT)
        self._tell(instance, "wakes")
