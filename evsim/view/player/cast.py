"""Where everything stands: the same place in every design, so that only the wiring differs."""

from collections import Counter

from evsim.view.wiring import KINDS

__all__ = ["cast"]


def cast(wirings):
    """name -> [column, row] of everything in all designs.

    A service stands as many columns to the right as there are steps to it from a workload, a channel half a column
    before who reads it or after who publishes to it.
    """
    union = {kind: set().union(*(getattr(wiring, kind) for wiring in wirings)) for kind in KINDS}
    scenarios = [wiring.scenario for wiring in wirings]
    channels = list(dict.fromkeys(name for scenario in scenarios for name in scenario.channels))
    services = list(dict.fromkeys(name for scenario in scenarios for name in scenario.services))
    column = dict.fromkeys((name for scenario in scenarios for name in scenario.workloads), 0)
    steps = union["asks"] | union["calls"]
    steps |= {(one, two) for one, by in union["publishes"] for other, two in union["delivers"] if by == other}
    reached = set(column)
    while reached:
        reached = {two for one, two in steps if one in reached} - set(column)
        column |= dict.fromkeys(sorted(reached), 1 + max(column.values()))
    column |= dict.fromkeys((name for name in services if name not in column), 1)  # nobody comes to them
    for channel in channels:
        before = [column[one] for one, other in union["publishes"] if other == channel]
        after = [column[two] for other, two in union["delivers"] if other == channel]
        column[channel] = min([*before, *(each - 1 for each in after)], default=1) + 0.5
    rows, found = Counter(), {}
    for name in (*(name for name in column if column[name] == 0), *services, *channels):
        found[name] = [column[name], rows[column[name]]]
        rows[column[name]] += 1
    return found
