"""How a load balancer picks one of the inboxes of a service for every request and call.

What a channel hands out is no business of the balancer: a consumer fetches for itself, so the row is pinned already.
"""

from collections import Counter, defaultdict, deque
from itertools import chain

from evsim.engine.admission import arriving, joining
from evsim.engine.environment import TIMEOUT
from evsim.engine.random_streams import Label, extend
from evsim.engine.service_policy import ServicePolicy
from evsim.results.endings import Reason
from evsim.ticks import ticks

__all__ = ["Balancer", "Inboxes", "build"]


class Balancer(ServicePolicy):
    """The load balancer of one service. One instance needs none."""

    def __init__(self, service, settings):
        self.service, self.settings = service, settings

    def inboxes(self):
        return Inboxes(self.service, self.settings) if self.service.settings.own_inboxes else None


build = Balancer


class Lines:
    """An inbox in which every instance has a line of its own; a row stands in that of the instance it is pinned to."""

    def __init__(self, affinity):
        self.affinity, self.of = affinity, defaultdict(deque)

    def append(self, row):
        self.of[self.affinity[row]].append(row)

    def extend(self, rows):
        for row in rows:
            self.append(row)

    def remove(self, row):
        self.of[self.affinity[row]].remove(row)

    def clear(self):
        for line in self.of.values():
            line.clear()

    def __iter__(self):
        return chain.from_iterable(self.of[each] for each in sorted(self.of))

    def __len__(self):
        return sum(map(len, self.of.values()))


class Held(set):
    """Rows in work; ``at`` counts them by instance."""

    def __init__(self, instance_of):
        super().__init__()
        self.instance_of, self.at = instance_of, Counter()

    def add(self, row):
        super().add(row)
        self.at[self.instance_of(row)] += 1

    def discard(self, row):
        if row in self:
            super().discard(row)
            self.at[self.instance_of(row)] -= 1


class _Free:
    """True while the instance would begin at once with what comes."""

    def __init__(self, inboxes, instance):
        self.inboxes, self.instance = inboxes, instance

    def __bool__(self):
        return self.inboxes.is_idle(self.instance)


class Inboxes(Lines):
    """The inboxes behind a load balancer. ``sick``: the instances that were down or frozen at its last look."""

    def __init__(self, service, settings):
        self.service, self.kernel = service, service.kernel
        self.settings, self.width = settings, service.settings.workers
        super().__init__(service.affinity)
        self.running = Held(service.instance_of)
        self.sick: set[int] = set()
        self.turn = -1
        self.leavings, self.is_leaving = 0, False
        self.chances = {}  # place number -> Draws
        self.pick = getattr(self, f"_{settings.by}")
        self.health_check = ticks(settings.health_check)
        if self.health_check is not None and self.kernel.risk.may_fail(service.name):
            self.kernel.env.call_in(self.health_check, self._look, None, TIMEOUT)

    # The way in, and to a worker.

    def offer(self):
        service, place, affinity = self.service, self.kernel.records.rows.place, self.affinity
        edges, instances = service.edges, service.instances
        ways_in = {}

        def way_in(instance):
            if instance not in ways_in:
                line = self.of[instance]
                ways_in[instance] = joining(service, self._let_in(instance), line, _Free(self, instance))
            return ways_in[instance]

        def offer(row):
            instance = affinity[row] if row in affinity else self.pick(row) if self.known else None
            edge = edges[place[row]]
            if (instance is None or instances[instance].down) and edge.refusable:
                edge.refuse(row, Reason.UNREACHABLE)
            else:
                way_in(instance)(row)

        return arriving(service, offer)

    def send_on(self, rows, offer):
        """An instance leaves: who waits there goes to another one, by a draw of its own.

        By the one that led here, all who are here would go to the same other one.
        """
        self.leavings, self.is_leaving = self.leavings + 1, True
        try:
            for row in rows:
                offer(row)
        finally:
            self.is_leaving = False

    def _let_in(self, instance):
        affinity, line = self.affinity, self.of[instance]

        def let_in(row):
            affinity[row] = instance
            line.append(row)
            self.service.fill()

        return let_in

    def match(self):
        """Take the next row that a free worker may have: ``(row, worker)``, or None."""
        discipline, free = self.service.settings.discipline, self.service.free
        for worker in free:
            line = self.of[worker // self.width]
            if line:
                last = discipline == "lifo" or (discipline == "adaptive_lifo" and len(line) > self.width)
                row = line.pop() if last else line.popleft()
                free.remove(worker)
                del self.affinity[row]
                return row, worker
        return None

    # How the balancer picks an instance.

    @property
    def known(self):
        """The instances that the balancer believes to be up; all, if it sees nobody up."""
        members = self.service.pool.members
        return ([each for each in members if each not in self.sick] if self.sick else members) or members

    def _round_robin(self, row):
        self.turn, known = self.turn + 1, self.known
        return known[self.turn % len(known)]

    def _random(self, row):
        known = self.known
        return known[int(self._chance(row) * len(known))]

    def _least_busy(self, row):
        known = self.known
        to_do = [self.to_do(instance) for instance in known]
        least = min(to_do)
        best = [instance for instance, count in zip(known, to_do, strict=True) if count == least]
        return best[int(self._chance(row) * len(best))]

    def _power_of_two(self, row):
        """Some of them by chance, in the order in which they were picked: the first of the least busy."""
        left, chance, picked = list(self.known), self._chance(row), []
        for _ in range(min(self.settings.choices, len(left))):
            place, chance = divmod(chance * len(left), 1)
            picked.append(left.pop(int(place)))
        return min(picked, key=self.to_do)

    def is_idle(self, instance):
        """Whether it would begin at once with what comes now."""
        return self.service.instances[instance].frozen is None and self.running.at[instance] < self.width

    def to_do(self, instance):
        """What the balancer counts at an instance."""
        waiting = len(self.of[instance])
        return waiting + self.running.at[instance] if self.settings.counts == "outstanding" else waiting

    def _chance(self, row):
        rows, streams = self.kernel.records.rows, self.kernel.streams
        if not self.is_leaving:
            return self.chance_of(rows.place[row], rows.luck[row])
        number, chain_ = streams.of(rows.luck[row])
        return self._chances(rows.place[row]).again(number, extend(chain_, Label.LEAVING(self.leavings)))

    def chance_of(self, number, luck):
        """A number in [0, 1) that belongs to an attempt with this luck at the place of this number."""
        return self._chances(number).of(luck)

    def _chances(self, number):
        if number not in self.chances:
            place = self.kernel.graph.places[number]
            self.chances[number] = self.kernel.streams.uniforms("balance", place.workload, place.service, place.ordinal)
        return self.chances[number]

    def _look(self, _):
        """The health check: who is down or frozen now is left out until the next one."""
        instances = self.service.instances
        self.sick = {each for each in self.service.pool.members if not instances[each].is_well}
        self.kernel.env.call_in(self.health_check, self._look, None, TIMEOUT)
