"""Faults: what goes wrong, when it begins and when it ends. They come before everything else at their moment."""

from math import inf

from evsim.engine.environment import FAULT

__all__ = ["schedule_faults"]


def schedule_faults(system):
    """Put the faults of the scenario on the heap."""
    faults = system.scenario.faults
    for index, fault in enumerate(faults):
        like = [other for other in faults[:index] if (other.kind, other.target) == (fault.kind, fault.target)]
        _Clock(system, len(like), fault)


class _Clock:
    """Begins and ends one fault, once or again and again. `ordinal` counts faults of its kind on its target."""

    def __init__(self, system, ordinal, fault):
        self.system, self.fault, self.env = system, fault, system.env
        self.targets = _targets(system, fault)
        self.begins = {"outage": _stop, "crash": _crash, "leader_failure": _lose_leader}.get(fault.kind, _begin_rate)
        self.ends = {
            "outage": _start, "crash": _start, "pause": _resume, "leader_failure": _find_leader
        }.get(fault.kind, _end_rate)  # fmt: skip
        if fault.at is not None:
            self.env.call_at(fault.at, self._begin, fault.duration, FAULT)
        else:
            self.up = system.luck.draws(fault.mtbf, "mtbf", ordinal, fault.kind, fault.target)
            self.broken = system.luck.draws(fault.mttr, "mttr", ordinal, fault.kind, fault.target)
            self._next(0)

    def _next(self, number):
        """Random faults begin only while the run lasts."""
        time = self.env._now + self.up.of(number)
        if time < self.system.scenario.run.duration:
            self.env.call_at(time, self._begin_random, number, FAULT)

    def _begin_random(self, number):
        length = self.broken.of(number)
        self._begin(length)
        self.env.call_in(length, self._next, number + 1, FAULT)

    def _begin(self, length):
        end = None if length is None else self.env._now + length
        self.system.records.incidents.append((self.env._now, self.fault.kind, self.fault.target, end))
        for part, instance in self.targets:
            if self.fault.kind == "pause":
                part.pause(*instance, inf if length is None else length)
            else:
                self.begins(part, instance, self.fault)
        if length is not None:
            self.env.call_in(length, self._end, None, FAULT)

    def _end(self, _):
        for part, instance in self.targets:
            self.ends(part, instance, self.fault)
        self.system.records.incidents.append((self.env._now, f"end of {self.fault.kind}", self.fault.target, None))


def _targets(system, fault):
    """(part, which of its instances) for all that the fault touches; a channel or link has no instances."""
    name = fault.place
    if name in system.channels:
        return [(system.channels[name], ())]
    if name in system.scenario.network.links:
        return [(system.links.named(name), ())]
    names = [name]
    if fault.kind in ("crash", "pause"):  # the whole program
        names += [other for other, service in system.scenario.services.items() if service.inside == name]
    found = []
    for each in names:
        service = system.services[each]
        numbers = range(service.instances)
        if fault.instance is not None:
            numbers = [number for number in numbers if number == fault.instance - 1]
        found += [(service, (number,)) for number in numbers]
    return found


def _stop(part, instance, fault):
    part.stop(*instance)


def _start(part, instance, fault):
    part.start(*instance)


def _crash(part, instance, fault):
    part.crash(*instance)


def _lose_leader(part, instance, fault):
    part.lose_leader()


def _find_leader(part, instance, fault):
    part.find_leader()


def _resume(part, instance, fault):
    part.resume(*instance)


def _active(part, instance, fault):
    """The list of like faults that last, of a service's instance or of a link."""
    active = part.factors if fault.kind == "slowdown" else part.error_rates
    return active[instance[0]] if instance else active


def _begin_rate(part, instance, fault):
    _active(part, instance, fault).append(fault.factor if fault.kind == "slowdown" else fault.probability)


def _end_rate(part, instance, fault):
    _active(part, instance, fault).remove(fault.factor if fault.kind == "slowdown" else fault.probability)
