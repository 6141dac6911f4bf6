"""What goes round for ever: calls that wait for each other, messages that cause themselves, letters at one moment."""

from graphlib import CycleError, TopologicalSorter

from .channel_rules import callees
from .errors import Problem
from .handlers import walk
from .letter_cycles import ways_at_once
from .operations import asked_by, operations_of
from .routing import homes, is_routed_by_key

__all__ = ["cycles"]


def cycles(scenario):
    """The problems with what has no end."""
    for kind in (_call_cycles, _channel_cycles, _letter_cycles):
        yield from kind(scenario)


def _call_cycles(scenario):
    edges = {
        name: [each for _, step, _ in walk(service.handle) for each in callees(scenario, step)]
        for name, service in scenario.services.items()
    }
    cycle = _cycle(edges)
    if cycle:
        yield Problem(
            ("services", cycle[0], "handle"),
            f"calls in a cycle: {' -> '.join(cycle)}",
            hint="each waits for the next, so it can never be sound; publish instead",
        )


def _channel_cycles(scenario):
    """A message that is certain to cause itself again goes round for ever."""
    edges = {name: [] for name in scenario.channels}
    for name, service in scenario.services.items():
        for subscription in service.subscribe:
            edges.setdefault(subscription.channel, []).append(_worked(scenario, name, subscription.asks_for))
        for operation in operations_of(service) or (None,):
            onward = edges.setdefault(_worked(scenario, name, operation), [])
            for _, step, unsure in walk(service.handle, operation=operation):
                if not unsure and step.publishes:
                    onward += [step.channel] if is_routed_by_key(step) else homes(scenario, step)
                elif not unsure:
                    onward += [
                        _worked(scenario, each, asked_by(scenario, step, each)) for each in callees(scenario, step)
                    ]
    cycle = _cycle(edges)
    if cycle and not set(scenario.channels).isdisjoint(cycle):
        if cycle[0] in scenario.channels:  # begin with the service that reads it
            cycle = [*cycle[1:], cycle[1]]
        yield Problem(
            ("services", cycle[0].partition(" ")[0], "handle"),
            f"messages go round for ever: {' -> '.join(cycle)}",
            hint="put a publish on the way into a maybe, so that it ends",
        )


def _worked(scenario, name, operation):
    """A service, or one of its operations if it has several."""
    service = scenario.services.get(name)
    return f"{name} ({operation})" if service is not None and operations_of(service) else name


def _letter_cycles(scenario):
    """A dead letter that is rejected at once, wherever it comes, stops the clock."""
    cycle = _cycle(ways_at_once(scenario))
    if cycle:
        rule = f"what is rejected here at once goes round for ever at one moment: {' -> '.join(cycle)}"
        yield Problem(
            ("channels", cycle[0]),
            rule,
            hint="let the handler work before it fails, or end the dead letters in another queue",
        )


def _cycle(edges):
    """The names on a cycle, the first repeated at the end; or None."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return error.args[1][::-1]  # it names what is pointed to first
    return None
