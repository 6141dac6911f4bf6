"""Faults: what goes wrong, when it begins and when it ends. They come before everything else at their moment."""

from evsim.engine.environment import FAULT

__all__ = ["schedule_faults"]


def schedule_faults(system):
    """Put the faults of the scenario on the heap."""
    for index, fault in enumerate(system.scenario.faults):
        _Clock(system, index, fault)


class _Clock:
    """Begins and ends one fault, once or again and again."""

    def __init__(self, system, index, fault):
        self.system, self.fault, self.env = system, fault, system.env
        self.targets = _targets(system, fault)
        self.begins = {"outage": _stop, "crash": _crash, "slowdown": _slow, "error_rate": _raise_errors}.get(fault.kind)
        self.ends = {"outage": _start, "crash": _start, "slowdown": _unslow, "error_rate": _calm}.get(fault.kind, _resume)
        if fault.at is not None:
            self.env.call_at(fault.at, self._begin, fault.duration, FAULT)
        else:
            self.up = system.luck.draws(fault.mtbf, "mtbf", index, fault.kind, fault.target)
            self.broken = system.luck.draws(fault.mttr, "mttr", index, fault.kind, fault.target)
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
                forever = self.system.drain_limit
                part.pause(*instance, forever if length is None else length)
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
    if hasattr(part, "cut"):
        part.cut += 1
    else:
        part.stop(*instance)


def _start(part, instance, fault):
    if hasattr(part, "cut"):
        part.cut -= 1
    else:
        part.start(*instance)


def _crash(part, instance, fault):
    part.crash(*instance)


def _resume(part, instance, fault):
    part.resume(*instance)


def _slow(part, instance, fault):
    if instance:
        part.factor[instance[0]] *= fault.factor
    else:
        part.factor *= fault.factor


def _unslow(part, instance, fault):
    if instance:
        part.factor[instance[0]] /= fault.factor
    else:
        part.factor /= fault.factor


def _raise_errors(part, instance, fault):
    """Independent causes add up: 1 - (1 - a)(1 - b)."""
    if instance:
        part.error_rate[instance[0]] = 1 - (1 - part.error_rate[instance[0]]) * (1 - fault.probability)
    else:
        part.extra_loss = 1 - (1 - part.extra_loss) * (1 - fault.probability)


def _calm(part, instance, fault):
    """Taken back the same way; a certain failure (probability 1) can only be cleared."""
    if fault.probability >= 1:
        rate = 0.0
    elif instance:
        rate = max(0.0, 1 - (1 - part.error_rate[instance[0]]) / (1 - fault.probability))
    else:
        rate = max(0.0, 1 - (1 - part.extra_loss) / (1 - fault.probability))
    if instance:
        part.error_rate[instance[0]] = rate
    else:
        part.extra_loss = rate
