"""Faults: what goes wrong, when it begins and when it ends. They come before everything else at their moment."""

from math import inf

from evsim.engine.environment import FAULT
from evsim.scenario.faults import OF_LINKS
from evsim.ticks import SECOND, ticks

__all__ = ["schedule_faults"]


def schedule_faults(system):
    """Put the faults of the scenario on the heap; return the clock of each."""
    faults, clocks = system.scenario.faults, []
    for index, fault in enumerate(faults):
        like = [other for other in faults[:index] if (other.kind, other.target) == (fault.kind, fault.target)]
        clocks.append(Clock(system, len(like), fault))
    return clocks


class Clock:
    """Begins and ends one fault, once or again and again. `ordinal` counts faults of its kind on its target.

    begin(): now, for as long as the fault says; of a fault at a step, which has no time of its own.
    """

    def __init__(self, system, ordinal, fault):
        self.system, self.fault, self.env = system, fault, system.env
        self.begins, self.ends = _KINDS[fault.kind]
        if fault.at is not None:
            self.env.call_at(ticks(fault.at), self.begin, None, FAULT)
        elif fault.mtbf is not None:
            self.up = system.luck.draws(fault.mtbf, "mtbf", ordinal, fault.kind, fault.subject)
            self.broken = system.luck.draws(fault.mttr, "mttr", ordinal, fault.kind, fault.subject)
            self._next(0)

    def _next(self, number):
        """Random faults begin only while the run lasts."""
        time = self.env._now + self.up.of(number)
        if time < ticks(self.system.scenario.run_settings.duration):
            self.env.call_at(time, self._begin_random, number, FAULT)

    def _begin_random(self, number):
        length = self.broken.of(number)
        self._begin(length)
        self.env.call_in(length, self._next, number + 1, FAULT)

    def begin(self, _=None):
        self._begin(ticks(self.fault.duration))

    def _begin(self, length):
        end = None if length is None else (self.env._now + length) / SECOND
        self.system.records.incidents.append((self.env._now, self.fault.kind, self.fault.subject, end))
        struck = Struck(self, inf if length is None else length)
        if length is not None:
            self.env.call_in(length, self._end, struck, FAULT)

    def _end(self, struck):
        struck.end()
        self.system.records.incidents.append((self.env._now, f"end of {self.fault.kind}", self.fault.subject, None))


class Struck:
    """One time that a fault lasts, and whom it has befallen: (part, which of its instances)."""

    def __init__(self, clock, length):
        self.clock, self.fault = clock, clock.fault
        self.over = clock.env._now + length
        self.targets = _targets(clock.system, self.fault)
        self.pools = [part.pool for part in _whole(clock.system, self.fault) if part.pool.elastic]
        for pool in self.pools:
            pool.lasting.append(self)
        for part, instance in list(self.targets):  # who is born of it comes to them
            clock.begins(part, instance, self.fault, length)

    @property
    def stops(self):
        """Whether nobody starts work while it lasts."""
        return self.clock.begins in (_stop, _crash)

    def befall(self, service, number):
        """An instance is born while it lasts."""
        begins = _stop if self.clock.begins is _crash else self.clock.begins
        self.targets.append((service, (number,)))
        begins(service, (number,), self.fault, self.over - self.clock.env._now)

    def end(self):
        for pool in self.pools:
            pool.lasting.remove(self)
        for part, instance in self.targets:
            self.clock.ends(part, instance, self.fault)
        for pool in self.pools:
            pool.service.go_on()


def _whole(system, fault):
    """The services all of whose instances the fault touches."""
    if fault.kind in OF_LINKS or fault.place in system.channels or fault.instance is not None:
        return []
    return [system.services[name] for name in _names(system, fault)]


def _targets(system, fault):
    """(part, which of its instances) for all that the fault touches now; a channel or link has no instances."""
    name = fault.place
    if fault.kind in OF_LINKS:
        return [(system.links.struck(fault), ())]
    if name in system.channels:
        return [(system.channels[name], ())]
    found = []
    for each in _names(system, fault):
        service = system.services[each]
        numbers = [each.number for each in service.instances]
        if fault.instance is not None:
            numbers = [number for number in numbers if number == fault.instance - 1]
        found += [(service, (number,)) for number in numbers]
    return found


def _names(system, fault):
    """The services that a fault of a service touches: a crash or a pause the whole program."""
    inside = [other for other, service in system.scenario.services.items() if service.inside == fault.place]
    return [fault.place, *(inside if fault.kind in ("crash", "pause") else ())]


# Each kind: what begins it, ``(part, instance, fault, length)``, and what ends it.


def _stop(part, instance, fault, length):
    part.stop(*instance)


def _start(part, instance, fault):
    part.start(*instance)


def _crash(part, instance, fault, length):
    part.crash(*instance)


def _restart(part, instance, fault):
    part.restart(*instance)


def _pause(part, instance, fault, length):
    part.pause(*instance, length)


def _resume(part, instance, fault):
    part.resume(*instance)


def _lose_leader(part, instance, fault, length):
    part.lose_leader()


def _find_leader(part, instance, fault):
    part.find_leader()


def _lasts(name, setting, read=lambda value: value):
    """Begin and end of what is kept, while it lasts, in the list `name` of a link or of each instance of a service."""

    def active(part, instance):
        return getattr(part.instances[instance[0]] if instance else part, name)

    def begin(part, instance, fault, length):
        active(part, instance).append(read(getattr(fault, setting)))

    def end(part, instance, fault):
        active(part, instance).remove(read(getattr(fault, setting)))

    return begin, end


def _slow_link(part, instance, fault, length):
    begin, _ = _FACTOR if fault.add is None else _ADDITION
    begin(part, instance, fault, length)


def _restore_link(part, instance, fault):
    _, end = _FACTOR if fault.add is None else _ADDITION
    end(part, instance, fault)


_FACTOR, _ADDITION = _lasts("factors", "factor"), _lasts("additions", "add", ticks)
_KINDS = {
    "outage": (_stop, _start), "crash": (_crash, _restart), "pause": (_pause, _resume), "slowdown": _FACTOR,
    "error_rate": _lasts("error_rates", "probability"), "poison": _lasts("poisons", "key"),
    "leader_failure": (_lose_leader, _find_leader), "partition": (_stop, _start),
    "latency": (_slow_link, _restore_link), "loss": _lasts("losses", "probability"),
    "duplication": _lasts("copies", "probability"),
}  # fmt: skip
