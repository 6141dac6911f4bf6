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
        self.targets = _targets(system, fault)
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
        for part, instance in self.targets:
            self.begins(part, instance, self.fault, inf if length is None else length)
        if length is not None:
            self.env.call_in(length, self._end, None, FAULT)

    def _end(self, _):
        for part, instance in self.targets:
            self.ends(part, instance, self.fault)
        self.system.records.incidents.append((self.env._now, f"end of {self.fault.kind}", self.fault.subject, None))


def _targets(system, fault):
    """(part, which of its instances) for all that the fault touches; a channel or link has no instances."""
    name = fault.place
    if fault.kind in OF_LINKS:
        return [(system.links.struck(fault), ())]
    if name in system.channels:
        return [(system.channels[name], ())]
    names = [name]
    if fault.kind in ("crash", "pause"):  # the whole program
        names += [other for other, service in system.scenario.services.items() if service.inside == name]
    found = []
    for each in names:
        service = system.services[each]
        numbers = [each.number for each in service.instances]
        if fault.instance is not None:
            numbers = [number for number in numbers if number == fault.instance - 1]
        found += [(service, (number,)) for number in numbers]
    return found


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
