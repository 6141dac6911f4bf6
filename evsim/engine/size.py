"""The size of a run, estimated before it starts: one row a request, a call and a delivery."""

from evsim.counting import count
from evsim.engine.arrival_times import expected_requests
from evsim.engine.refusal import refuse
from evsim.scenario.handlers import branches
from evsim.scenario.units import write_time

__all__ = ["expected_rows", "refuse_too_many"]


def expected_rows(kernel, workloads=None):
    """Rows that a run is expected to write if nothing is tried twice; of the requests of some workloads, or of all."""
    total = 0.0
    for place in kernel.graph.places:
        if place.is_request and (workloads is None or place.workload in workloads):
            requests = expected_requests(kernel, place.workload)
            total += requests * _rows(kernel, place, set())
    return total


def refuse_too_many(kernel):
    """Refuse a run that would write more rows than it may keep."""
    limit, rows = kernel.scenario.run_settings.max_rows, expected_rows(kernel)
    if rows > limit:
        raise refuse(
            "run.max_rows",
            f"the run would make about {count(round(rows), 'attempt')}, and keeps a record of each, of {limit:,} "
            "at most",
            hint=f"{_fewer(kernel, limit, rows)}, raise run.max_rows with some 400 bytes each, or keep figures alone, "
            'in Python: run(record="summary")',
        )


def _fewer(kernel, limit, rows):
    """How fewer rows come of it: what comes at once comes in the shortest run, too."""
    workloads = kernel.scenario.workloads
    bursts = {name for name, each in workloads.items() if each.arrivals.at_once}
    at_once = expected_rows(kernel, bursts)
    if at_once >= limit:
        return "let fewer come" if len(bursts) == len(workloads) else "let fewer come at once"
    duration = float(f"{kernel.scenario.run_settings.duration * (limit - at_once) / (rows - at_once):.3g}")
    return f"make run.duration about {write_time(duration)}, lower the rate"


def _rows(kernel, place, trail):
    if place.number in trail:
        return 0.0  # a cycle: its further rounds are not counted
    handle = kernel.scenario.services[place.service].handle
    return 1.0 + (0.0 if callable(handle) else _of_steps(kernel, place, handle, (), trail | {place.number}))


def _of_steps(kernel, place, steps, position, trail):
    total = 0.0
    for index, step in enumerate(steps):
        here = (*position, index)
        if step.leads_on:
            total += step.times.mean * _of_ways(kernel, step, place.steps[here], trail)
        elif step.together:
            total += sum(
                _of_steps(kernel, place, branch, (*here, number), trail) for number, branch in enumerate(step.branches)
            )
        elif step.by_chance:
            shares = (step.probability, step.then), (1 - step.probability, step.otherwise)
            total += sum(
                share * _of_steps(kernel, place, branch, (*here, number), trail)
                for number, (share, branch) in enumerate(shares)
            )
        elif step.in_place:
            total += sum(
                _of_steps(kernel, place, branch, (*here, number), trail)
                for number, branch in enumerate(branches(step))
                if step.opens(number, place.operation)
            )
    return total


def _of_ways(kernel, step, targets, trail):
    """Rows of what a step hands over: one of those who compete for it has it, or each of those who all get it."""
    ways: dict[str, list[float]] = {}
    for target in targets:
        ways.setdefault(target.source, []).append(_rows(kernel, target, trail))
    if step.kind != "publish":
        return max(max(rows) for rows in ways.values()) if ways else 1.0
    channels = kernel.scenario.channels
    return sum((max if channels[source].competing else sum)(rows) for source, rows in ways.items()) or 1.0
