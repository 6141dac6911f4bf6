"""What a run had in vain of windows: those that were never over."""

from math import inf

from evsim.counting import count

__all__ = ["in_vain"]


def in_vain(system):
    """Windows to which something came, and whose event time never began, as nothing came to some partition."""
    records, services, scenario = system.kernel.records, list(system.services), system.kernel.scenario
    moved = {service for _, service, *_ in records.watermarks}
    for number in sorted({each.service for each in records.events} - moved):
        settings = scenario.services[services[number]]
        partitions = sum(scenario.channels[each.channel].partitions_at_last for each in settings.subscribe)
        silent = partitions - len({each.source for each in records.events if each.service == number})
        if silent > 0 and (settings.handle[-1].idle or inf) == inf:
            yield (
                f"services.{services[number]}: no window was ever over: nothing came to {silent} of "
                f"{count(partitions, 'partition')}, and event time waits for the slowest; write idle: 10s, take fewer "
                "partitions, or more keys"
            )
