"""Faults: what goes wrong, when it begins and when it ends. They come before everything else at their moment."""

from math import inf

from evsim.engine.environment import FAULT
from evsim.registry import part
from evsim.ticks import SECOND, ticks

__all__ = ["schedule_faults"]


def schedule_faults(system):
    """Put the faults of the scenario on the heap; return the clock of each."""
    faults, clocks = system.kernel.scenario.faults, []
    for index, fault in enumerate(faults):
        like = [other for other in faults[:index] if (other.kind, other.target) == (fault.kind, fault.target)]
        clocks.append(Clock(system, len(like), fault))
    return clocks


class Clock:
    """Begins and ends one fault, once or again and again. `ordinal` counts faults of its kind on its target.

    begin(): now, for as long as the fault says; of a fault at a step, which has no time of its own. ``begun``: how
    often it began; ``missed``: when (s) the instance that it is of was not there.
    """

    def __init__(self, system, ordinal, fault):
        self.system, self.kernel, self.fault, self.env = system, system.kernel, fault, system.kernel.env
        self.policy = part(fault.kind).build(self.kernel, fault)
        self.begun, self.missed = 0, []
        if fault.at is not None:
            self.env.call_at(ticks(fault.at), self.begin, None, FAULT)
        elif fault.mtbf is not None:
            self.up = system.kernel.streams.draws(fault.mtbf, "mtbf", ordinal, fault.kind, fault.subject)
            self.broken = system.kernel.streams.draws(fault.mttr, "mttr", ordinal, fault.kind, fault.subject)
            self._next(0)

    def _next(self, number):
        """Random faults begin only while the run lasts."""
        time = self.env._now + self.up.of(number)
        if time < ticks(self.kernel.scenario.run_settings.duration):
            self.env.call_at(time, self._begin_random, number, FAULT)

    def _begin_random(self, number):
        length = self.broken.of(number)
        self._begin(length)
        self.env.call_in(length, self._next, number + 1, FAULT)

    def begin(self, _=None):
        self._begin(ticks(self.fault.duration) if self.fault.does.lasts else 0)

    def _begin(self, length):
        end = None if length is None else (self.env._now + length) / SECOND
        self.kernel.records.incidents.append((self.env._now, self.fault.kind, self.fault.subject, end))
        self.begun += 1
        if _is_missing(self.system, self.fault):
            self.missed.append(self.env._now / SECOND)
        struck = Struck(self, inf if length is None else length)
        if length is not None:
            self.env.call_in(length, self._end, struck, FAULT)

    def _end(self, struck):
        struck.end()
        self.kernel.records.incidents.append((self.env._now, f"end of {self.fault.kind}", self.fault.subject, None))


class Struck:
    """One time that a fault lasts, and whom it has befallen: (what, which of its instances)."""

    def __init__(self, clock, length):
        self.clock, self.fault = clock, clock.fault
        self.over = clock.env._now + length
        self.targets = _targets(clock.system, self.fault)
        self.pools = [each.pool for each in _whole(clock.system, self.fault) if each.pool.elastic]
        for pool in self.pools:
            pool.lasting.append(self)
        for target, instance in list(self.targets):  # who is born of it comes to them
            clock.policy.begin(target, instance, length)

    @property
    def stops(self):
        """Whether nobody starts work while it lasts."""
        return self.fault.does.down

    def befall(self, service, number):
        """An instance is born while it lasts."""
        self.targets.append((service, (number,)))
        self.clock.policy.befall(service, (number,), self.over - self.clock.env._now)

    def end(self):
        for pool in self.pools:
            pool.lasting.remove(self)
        for target, instance in self.targets:
            self.clock.policy.end(target, instance)
        for pool in self.pools:
            pool.service.go_on()


def _is_missing(system, fault):
    """Whether a fault is of one instance of those that come and go, and that one is not there."""
    if fault.instance is None or not (pool := system.services[fault.place].pool).elastic:
        return False
    return fault.instance > len(pool.instances) or pool.instances[fault.instance - 1].life is None


def _whole(system, fault):
    """The services all of whose instances the fault touches."""
    if fault.of_link or fault.does.changes or fault.place in system.channels or fault.instance is not None:
        return []
    return [system.services[name] for name in _names(system, fault)]


def _targets(system, fault):
    """(what, which of its instances) for all that the fault touches now; a channel or link has no instances."""
    name = fault.place
    if fault.does.changes:
        return [(system.kernel.changes, ())]
    if fault.of_link:
        return [(system.kernel.links.struck(fault), ())]
    if name in system.channels:
        return [(system.channels[name], ())]
    found = []
    for each in _names(system, fault):
        service = system.services[each]
        numbers = [each.number for each in service.instances]
        if fault.instance is not None and not (fault.does.kills and service.is_one_region):
            numbers = [number for number in numbers if number == fault.instance - 1]
        found += [(service, (number,)) for number in numbers]
    return found


def _names(system, fault):
    """The services that a fault of a service touches: a crash or a pause the whole program."""
    inside = [other for other, service in system.kernel.scenario.services.items() if service.inside == fault.place]
    return [fault.place, *(inside if fault.does.whole_program else ())]
