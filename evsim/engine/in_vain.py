"""What a run had in vain: faults that struck nobody, and windows that were never over."""

from math import inf

from evsim.counting import count, digits

__all__ = ["in_vain", "missed_failpoints"]


def in_vain(system):
    """A sentence about each fault that struck nobody because nobody was there, and about each window that hung."""
    yield from _struck_nobody(system)
    yield from _windows_that_hang(system)


def missed_failpoints(system):
    """Faults at a step to which their request never came."""
    scenario = system.kernel.scenario
    for index in sorted(system.failpoints_due):
        fault = scenario.faults[index]
        moment = fault.at_step
        yield (
            f"faults.{index}: request {moment.request} never came to the step {moment.step!r} of "
            f"{moment.service or fault.place}, so there was no {fault.kind}"
        )


def _struck_nobody(system):
    for index, clock in enumerate(system.clocks):
        if clock.missed:
            fault, often = clock.fault, clock.begun
            when = f"at {digits(clock.missed[0])} s" if often == 1 else f"{len(clock.missed)} of {often} times"
            yield (
                f"faults.{index}: {fault.target} was not there {when}, so the {fault.kind} struck nobody; instances "
                f"that come and go have a new number each time: name one that is there then, or {fault.place}, which "
                "is all of them"
            )


def _windows_that_hang(system):
    """Windows to which something came, and whose event time never began, as nothing came to some partition."""
    records, services = system.kernel.records, list(system.services)
    moved = {service for _, service, *_ in records.watermarks}
    for code in sorted({each.service for each in records.events} - moved):
        name = services[code]
        settings = system.kernel.scenario.services[name]
        partitions = sum(
            system.kernel.scenario.channels[each.channel].partitions_at_last for each in settings.subscribe
        )
        silent = partitions - len({each.source for each in records.events if each.service == code})
        idle = settings.handle[-1].idle or inf
        if silent > 0 and idle == inf:
            yield (
                f"services.{name}: no window was ever over: nothing came to {silent} of "
                f"{count(partitions, 'partition')}, and event time waits for the slowest; write idle: 10s, take fewer "
                "partitions, or more keys"
            )
