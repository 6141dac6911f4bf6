"""Where everything stands: the same place in every design, so that only the wiring differs."""

from collections import Counter

from evsim.scenario.routing import dead_letters
from evsim.view.wiring import KINDS

__all__ = ["cast"]


def cast(wirings):
    """name -> [column, row] of everything in all designs.

    A service stands as many columns to the right as there are steps to it from a workload, a channel half a column
    before who reads it or after who publishes to it. An exchange stands as a service does.
    """
    union = {kind: set().union(*(getattr(wiring, kind) for wiring in wirings)) for kind in KINDS}
    scenarios = [wiring.scenario for wiring in wirings]
    exchanges = list(dict.fromkeys(name for wiring in wirings for name in wiring.exchanges))
    channels = list(dict.fromkeys(name for each in scenarios for name in each.channels if name not in exchanges))
    services = [*dict.fromkeys(name for scenario in scenarios for name in scenario.services), *exchanges]
    column: dict[str, float] = dict.fromkeys((name for scenario in scenarios for name in scenario.workloads), 0)
    sources, readers = _around(union, scenarios, channels)
    steps = union["asks"] | union["calls"]
    steps |= {(one, two) for channel in channels for one in sources[channel] for two in readers[channel]}
    steps |= {(one, two) for one, two in union["publishes"] | union["routes"] if two in exchanges}
    reached = set(column)
    while reached:
        reached = {two for one, two in steps if one in reached} - set(column)
        column |= dict.fromkeys(sorted(reached), 1 + max(column.values()))
    column |= dict.fromkeys((name for name in services if name not in column), 1)  # nobody comes to them
    for channel in channels:
        before = [column[name] for name in sources[channel]] + [column[name] - 1 for name in readers[channel]]
        column[channel] = min(before, default=1) + 0.5
    rows, found = Counter(), {}
    for name in (*(name for name in column if column[name] == 0), *services, *channels):
        found[name] = [column[name], rows[column[name]]]
        rows[column[name]] += 1
    return found


def _around(union, scenarios, channels):
    """({channel: services that its messages come from}, {channel: services that read it}).

    Dead letters come from those who failed to handle them.
    """
    senders = union["publishes"] | union["routes"]
    sources = {channel: {one for one, other in senders if other == channel} for channel in channels}
    readers = {channel: {two for other, two in union["delivers"] if other == channel} for channel in channels}
    for scenario in scenarios:
        for channel in readers.keys() & scenario.channels.keys():
            for letters in dead_letters(scenario, channel):
                if letters in sources:  # and not an exchange
                    sources[letters] |= readers[channel]
    return sources, readers
