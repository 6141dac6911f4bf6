"""Links: what travels, how long it takes, and what is lost on the way.

A *hop* is a function that sends one row (or message) to the other end and calls `then` there. It is built for one
direction of one edge. The plain hop has no ifs; a guarded one knows loss, faults and later attempts.
"""

from heapq import heappush
from math import prod
from typing import Any

from evsim.engine.environment import ARRIVAL, FAULT
from evsim.results.endings import Verdict
from evsim.scenario import Distribution
from evsim.ticks import ticks

__all__ = ["NetworkLink", "Links", "any_of"]


class NetworkLink:
    """The network between two places, both directions.

    Faults change it: ``cut`` (partitions that last), and what lasts of the others, a list each: ``factors`` and
    ``additions`` of latency, ``losses`` and ``copies`` as probabilities.
    """

    def __init__(self, name, latency, loss):
        self.name, self.latency, self.loss = name, latency, loss
        self.cut, self.factors, self.additions, self.losses, self.copies = 0, [], [], [], []
        self.faults = []  # the kinds of fault that may touch it
        self.memberships = []  # the groups whose heartbeats go this way

    def stop(self):
        """Everything sent is lost."""
        self.cut += 1
        for membership in self.memberships:
            membership.is_cut_off()

    def start(self):
        self.cut -= 1
        for membership in self.memberships:
            membership.is_heard_again()

    @property
    def lossy(self):
        """Whether the link may lose anything, or a fault may touch it."""
        return self.loss > 0 or bool(self.faults)

    @property
    def copying(self):
        """Whether what is sent may come twice."""
        return any(kind.copies for kind in self.faults)

    def loses(self, chance):
        return self.cut or chance < any_of(self.loss, *self.losses)

    def delayed(self, delay):
        return round(delay * prod(self.factors)) + sum(self.additions)

    @property
    def instant(self):
        """Whether a hop over it takes no time."""
        return self.latency.is_constant and self.latency.value == 0


class Links:
    """All links of a system, made on first use."""

    def __init__(self, kernel):
        self.kernel = kernel
        scenario = kernel.scenario
        self._network = scenario.network
        self.give_up = ticks(scenario.network.give_up)
        self._named: dict[Any, NetworkLink] = {}  # by name, and by the two ends
        for name, link in self._network.links.items():
            latency = self._network.latency if link.latency is None else link.latency
            loss = self._network.loss if link.loss is None else link.loss
            self._named[name] = self._named[frozenset(link.between)] = NetworkLink(name, latency, loss)
        for fault in scenario.faults:
            if fault.of_link:
                self.struck(fault).faults.append(fault.does)
        self._plain = NetworkLink("network", self._network.latency, self._network.loss)
        self._local = NetworkLink("inside one program", Distribution.read(0), 0.0)
        self._program = {name: service.inside or name for name, service in scenario.services.items()}
        self._ordinals = {}
        self._last = {}

    def between(self, source, target):
        """The link between two names; services inside one program need no network."""
        here, there = self._program.get(source), self._program.get(target)
        if here is not None and here == there:
            return self._local
        return self._named.get(frozenset((source, target)), self._plain)

    def struck(self, fault):
        """The link that a fault is about."""
        if isinstance(fault.target, str):
            return self._named[fault.target]
        ends = frozenset(fault.target)
        if ends not in self._named:
            self._named[ends] = NetworkLink(fault.subject, self._network.latency, self._network.loss)
        return self._named[ends]

    def hop(self, workload, source, target, table, then, lost, *, ordered=False, rank=ARRIVAL, receiver=None, copy=None,
            loss="lost on the link"):  # fmt: skip
        """A function that takes a row of `table` from `source` to `target` and calls `then(row)` there.

        lost: called with the row where the link loses it. ordered: nothing overtakes anything else on the ordered
        hops from `source` to `target` (as on one TCP connection). receiver: the workplace to which an ordered hop leads
        that nothing can disturb; when it arrives is written down as it begins. copy: makes the second row where the
        link makes two of one; without it there is no such thing. loss: the kind of incident that a loss is.
        """
        link = self.between(source, target)
        if link.instant and not link.lossy:
            return then
        purpose, draws, last = self._draws(workload, source, target, ordered)
        if link.lossy:
            hop = self._guarded_hop(link, draws, purpose, table, then, lost, last, rank, loss)
            return hop if copy is None or not link.copying else self._copying_hop(link, hop, purpose, table, copy)
        if receiver is not None:
            return _hop_ahead(self.kernel, draws, link.latency, table, then, last, rank, receiver)
        return _plain_hop(self.kernel, draws, link.latency, table, then, last, rank)

    def settle_ahead(self, workload, source, target, rows, *, ordered=False, then=None):
        """A hop at whose end nothing happens but that a row is settled as done, or None where the link may lose it.

        Nothing can disturb it, so its end is written down when it begins and the heap is spared: an end that lies past
        the end of the run is taken back (:meth:`evsim.engine.open_work.OpenWork.roll_back`). then: called at once with
        the row and its end.
        """
        link = self.between(source, target)
        if link.lossy:
            return None
        _, draws, last = self._draws(workload, source, target, ordered)
        env, settled, verdict, good = self.kernel.env, rows.settled, rows.verdict, Verdict.DONE
        luck, values, missing = rows.luck, draws.values, draws.missing

        def settle(row):
            try:
                due = env._now + values[luck[row]]
            except IndexError:
                due = env._now + missing(luck[row])
            settled[row] = due
            verdict[row] = good
            if then is not None:
                then(row, due)

        def settle_ordered(row):
            try:
                due = env._now + values[luck[row]]
            except IndexError:
                due = env._now + missing(luck[row])
            if due < last[0]:
                due = last[0]
            else:
                last[0] = due
            settled[row] = due
            verdict[row] = good
            if then is not None:
                then(row, due)

        return settle if last is None else settle_ordered

    def _draws(self, workload, source, target, ordered):
        """(purpose, latencies, last arrival if `ordered`) of one more hop from `source` to `target`."""
        direction = (workload, source, target)
        ordinal = self._ordinals[direction] = self._ordinals.get(direction, -1) + 1
        purpose = ("link", *direction, ordinal)
        last = self._last.setdefault((source, target), [0.0]) if ordered else None
        return purpose, self.kernel.streams.draws(self.between(source, target).latency, *purpose), last

    def _guarded_hop(self, link, draws, purpose, table, then, lost, last, rank, loss):
        kernel, env = self.kernel, self.kernel.env
        chances = kernel.streams.uniforms("loss", *purpose)
        queue, counter = env._queue, env.key_counter(rank)
        luck = table.luck
        fault_counter = env.key_counter(FAULT)

        def hop(row):
            delay, chance = draws.of(luck[row]), chances.of(luck[row])
            if link.loses(chance):
                kernel.records.incidents.append((env._now, loss, link.name, row))
                if lost is not None:
                    heappush(queue, (env._now, next(fault_counter), lost, row))
                return
            due = env._now + link.delayed(delay)
            if last is not None:
                last[0] = due = max(due, last[0])
            heappush(queue, (due, next(counter), then, row))

        return hop

    def _copying_hop(self, link, hop, purpose, table, copy):
        env, luck, incidents = self.kernel.env, table.luck, self.kernel.records.incidents
        chances = self.kernel.streams.uniforms("duplication", *purpose)

        def hop_and_copy(row):
            hop(row)
            if chances.of(luck[row]) < any_of(*link.copies):
                incidents.append((env._now, "copied on the link", link.name, row))
                hop(copy(row))

        return hop_and_copy


def any_of(*probabilities):
    """The probability that any of some independent causes strikes."""
    return 1.0 - prod(1.0 - each for each in probabilities)


def _plain_hop(kernel, draws, latency, table, then, last, rank):
    env = kernel.env
    queue, counter = env._queue, env.key_counter(rank)
    luck, values, missing = table.luck, draws.values, draws.missing

    def hop_constant(row):
        heappush(queue, (env._now + delay, next(counter), then, row))

    def hop(row):
        try:
            delay = values[luck[row]]
        except IndexError:
            delay = missing(luck[row])
        heappush(queue, (env._now + delay, next(counter), then, row))

    def hop_ordered(row):
        try:
            due = env._now + values[luck[row]]
        except IndexError:
            due = env._now + missing(luck[row])
        if due < last[0]:
            due = last[0]
        else:
            last[0] = due
        heappush(queue, (due, next(counter), then, row))

    if latency.is_constant:
        delay = ticks(latency.value)
        return hop_constant
    return hop if last is None else hop_ordered


def _hop_ahead(kernel, draws, latency, table, then, last, rank, receiver):
    """An ordered plain hop that writes down its end when it begins, and wakes only a receiver that may be free."""
    env = kernel.env
    queue, counter = env._queue, env.key_counter(rank)
    luck, values, missing, arrived = table.luck, draws.values, draws.missing, table.arrived
    on_the_way, free = ([], [True]) if receiver.on_the_way is None else (receiver.on_the_way, receiver.free)
    wait = on_the_way.append

    def hop_constant(row):
        arrived[row] = due = env._now + delay
        if on_the_way or not free:
            wait((due, next(counter), then, row))
        else:
            heappush(queue, (due, next(counter), then, row))

    def hop(row):
        try:
            due = env._now + values[luck[row]]
        except IndexError:
            due = env._now + missing(luck[row])
        if due < last[0]:
            due = last[0]
        else:
            last[0] = due
        arrived[row] = due
        if on_the_way or not free:
            wait((due, next(counter), then, row))
        else:
            heappush(queue, (due, next(counter), then, row))

    if latency.is_constant:
        delay = ticks(latency.value)
        return hop_constant
    return hop
