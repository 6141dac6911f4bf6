"""Up to which load a design keeps its promises."""

from functools import partial

from evsim.experiment.find import find
from evsim.experiment.sensitivity import inputs_of
from evsim.experiment.sweep import sweep
from evsim.scenario.units import number_of

__all__ = ["against_load", "holds_up_to", "rates"]

TIMES = (0.5, 0.75, 1, 1.25, 1.5, 2)
LOWEST, HIGHEST = 0.5, 3  # times the load: where the search begins and ends
PRECISION = 0.03


def rates(scenario):
    """path -> arrivals a second, of the workloads whose arrivals are a rate."""
    found = {path: number_of(value) for path, value in inputs_of(scenario).items() if path.startswith("workloads.")}
    return {path: number for path, (number, unit) in found.items() if unit == "/s"}


def against_load(designs, metric, n, seed=None, jobs=None, progress=None):
    """design -> (times the load, Estimate of the figure) pairs; without designs whose arrivals are no rate."""
    measured = partial(sweep, n=n, seed=seed, jobs=jobs, progress=progress)
    found = {}
    for name, design in designs.items():
        paths = rates(design)
        if paths:
            changes = [{path: f"{times * rate:.6g}/s" for path, rate in paths.items()} for times in TIMES]
            found[name] = list(zip(TIMES, measured(design, changes).estimates(metric), strict=True))
    return found


def holds_up_to(scenario, max_runs, seed=None, jobs=None, progress=None):
    """What a search for the largest load says, in sentences; None where there is not one rate, or nothing to meet."""
    paths = rates(scenario)
    if len(paths) != 1 or not scenario.objectives:
        return None
    ((path, rate),) = paths.items()
    between = f"{LOWEST * rate:.6g}/s", f"{HIGHEST * rate:.6g}/s"
    found = find(scenario, path, between, want="largest", precision=PRECISION, max_runs=max_runs, seed=seed, jobs=jobs,
                 progress=progress)  # fmt: skip
    return found.answer
