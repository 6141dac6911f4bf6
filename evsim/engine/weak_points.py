"""Weak points: what of a scenario a fault may touch, and who may end for good."""

from evsim.scenario.channel_rules import may_write, readers

__all__ = ["has_fault", "is_faulty", "mortal"]


def mortal(scenario):
    """Names of the services that may end for good: by themselves, or because a pipe breaks to which they write."""
    pipes = [name for name, channel in scenario.channels.items() if channel.breaks]
    crashed = {fault.place for fault in scenario.faults if fault.does.kills}
    found = {
        name
        for name, service in scenario.services.items()
        if {name, service.inside} & crashed or any(each.take for each in service.subscribe)
    }
    before = None
    while pipes and before != found:
        before = set(found)
        for pipe in pipes:
            if found.intersection(readers(scenario, pipe)):
                found |= {name for name, service in scenario.services.items() if may_write(service, pipe)}
        programs = {scenario.services[name].inside or name for name in found}
        found |= {name for name, service in scenario.services.items() if (service.inside or name) in programs}
    return found if pipes else set()


def has_fault(scenario, service, does):
    """Whether a fault of a service does something (:class:`evsim.scenario.fault_kind.AnyFault`)."""
    return any(getattr(fault.does, does) and fault.place == service for fault in scenario.faults)


def is_faulty(scenario, channel):
    """Whether any fault may touch a channel."""
    return any(fault.place == channel for fault in scenario.faults)
