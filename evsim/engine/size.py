"""The size of a run, estimated before it starts: one row a request, a call and a delivery."""

from evsim.engine.arrival_times import expected_requests
from evsim.engine.refusal import refuse
from evsim.scenario.units import write_time

__all__ = ["expected_rows", "refuse_too_many"]


def expected_rows(system):
    """Rows that a run is expected to write if nothing is tried twice."""
    total = 0.0
    for place in system.places:
        if place.is_request:
            requests = expected_requests(system, place.workload)
            total += requests * _rows(system, place, set())
    return total


def refuse_too_many(system):
    """Refuse a run that would write more rows than it may keep."""
    limit, rows = system.scenario.run_settings.max_rows, expected_rows(system)
    if rows > limit:
        comes_at_once = all(each.arrivals.at_once for each in system.scenario.workloads.values())
        fewer = float(f"{system.scenario.run_settings.duration * limit / rows:.3g}")
        shorter = f"make run.duration about {write_time(fewer)}"
        raise refuse(
            "run.max_rows",
            f"the run would make about {rows:,.0f} attempts, and keeps a record of each, of {limit:,} at most",
            hint=f"{'let fewer come' if comes_at_once else shorter + ', lower the rate'}, or raise run.max_rows "
            "(some 400 bytes each)",
        )


def _rows(system, place, trail):
    if place.number in trail:
        return 0.0  # a cycle: its further rounds are not counted
    handle = system.scenario.services[place.service].handle
    return 1.0 + (0.0 if callable(handle) else _of_steps(system, place, handle, (), trail | {place.number}))


def _of_steps(system, place, steps, position, trail):
    total = 0.0
    for index, step in enumerate(steps):
        here = (*position, index)
        if step.leads_on:
            total += _of_ways(system, step, place.steps[here], trail)
        elif step.kind == "parallel":
            total += sum(
                _of_steps(system, place, branch, (*here, number), trail) for number, branch in enumerate(step.branches)
            )
        elif step.kind == "maybe":
            shares = (step.probability, step.then), (1 - step.probability, step.otherwise)
            total += sum(
                share * _of_steps(system, place, branch, (*here, number), trail)
                for number, (share, branch) in enumerate(shares)
            )
    return total


def _of_ways(system, step, targets, trail):
    """Rows of what a step hands over: one of those who compete for it has it, or each of those who all get it."""
    ways = {}
    for target in targets:
        ways.setdefault(target.source, []).append(_rows(system, target, trail))
    if step.kind != "publish":
        return max(max(rows) for rows in ways.values()) if ways else 1.0
    channels = system.scenario.channels
    return sum(max(rows) if channels[source].competing else sum(rows) for source, rows in ways.items()) or 1.0
