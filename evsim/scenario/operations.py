"""Operations: what is asked for of a service whose handler can do several things, by the way in."""

from .handlers import all_steps

__all__ = ["asked_by", "asked_for", "operations_of", "ways_in"]


def operations_of(service):
    """Names of the operations of a service; none where it does one thing only."""
    return tuple(dict.fromkeys(name for step in all_steps(service.handle) for name in step.operations))


def asked_for(scenario, place):
    """The operation that whatever comes by a place asks for; None where its service does one thing only."""
    if not operations_of(scenario.services[place.service]):
        return None
    if place.is_request:
        return scenario.workloads[place.workload].operation
    return place.step.asks_for if place.is_delivery else asked_by(scenario, place.step, place.service)


def asked_by(scenario, step, service):
    """The operation that a step asks a service for: what a call says; on a bus, what its handler there is for."""
    if not step.hands_over:
        return step.operation
    return next(each.asks_for for each in scenario.services[service].subscribe if each.channel == step.channel)


def ways_in(scenario, steps):
    """(service, where it is written, operation) of each way in that is written; steps: (path, step) of all steps."""
    for name, workload in scenario.workloads.items():
        yield workload.target, ("workloads", name, "operation"), workload.operation
    for path, step in steps:
        if step.asks and not step.hands_over:
            yield step.service, (*path, "operation"), step.operation
    for name, service in scenario.services.items():
        for number, each in enumerate(service.subscribe):
            yield name, ("services", name, "subscribe", number, "operation"), each.asks_for
