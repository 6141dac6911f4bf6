"""Up to which load a design keeps its promises."""

from functools import partial

from evsim.counting import digits
from evsim.experiment.find import find
from evsim.experiment.sensitivity import inputs_of
from evsim.experiment.sweep import sweep
from evsim.scenario.arrivals import Profile
from evsim.scenario.units import number_of

__all__ = ["SEARCHED", "TIMES", "against_load", "holds_up_to", "loads"]

TIMES = (0.5, 0.75, 1, 1.25, 1.5, 2)
LOWEST, HIGHEST = 0.5, 3  # times the load: where the search begins and ends
PRECISION = 0.03
SEARCHED = 90  # runs of a search for the highest load, as it usually goes: a guess to say beforehand how long it takes


def loads(scenario):
    """path -> the setting there at so many times the load: of rates, of profiles, and of files, whose times stretch."""
    found = {}
    for path, value in inputs_of(scenario).items():
        number, unit = number_of(value)
        if path.startswith("workloads.") and unit == "/s":
            found[path] = partial(_rate, number)
    for name, workload in scenario.workloads.items():
        if workload.arrivals.from_file:
            found[f"workloads.{name}.arrivals.scale"] = partial(_scale, workload.arrivals.scale)
        elif isinstance(workload.arrivals, Profile):
            found[f"workloads.{name}.arrivals.profile.load"] = partial(_load, workload.arrivals.load)
    return found


def _rate(rate, times):
    return f"{digits(times * rate)}/s"


def _load(load, times):
    return float(f"{load * times:.6g}")


def _scale(scale, times):
    return float(f"{scale / times:.6g}")


def against_load(scenario, metric, n, seed=None, store=None, jobs=None, progress=None):
    """(times the load, Estimate of the figure) pairs; None for a design that has no such load."""
    settings = loads(scenario)
    if not settings:
        return None
    changes = [{path: at(times) for path, at in settings.items()} for times in TIMES]
    found = sweep(scenario, changes, n, seed, store, jobs, progress=progress)
    return list(zip(TIMES, found.estimates(metric), strict=True))


def holds_up_to(scenario, max_runs, seed=None, store=None, jobs=None, progress=None):
    """What a search for the largest load says, in sentences; None where there is not one load, or nothing to meet."""
    settings = loads(scenario)
    if len(settings) != 1 or not scenario.objectives:
        return None
    ((path, at),) = settings.items()
    arrivals = scenario.workloads[path.split(".")[1]].arrivals
    of_file = arrivals.from_file  # a smaller scale is a higher load
    between = (at(HIGHEST), at(LOWEST)) if of_file else (at(LOWEST), at(HIGHEST))
    found = find(scenario, path, between, want="smallest" if of_file else "largest", precision=PRECISION,
                 max_runs=max_runs, seed=seed, store=store, jobs=jobs, progress=progress)  # fmt: skip
    if not of_file or found.value is None:
        return found.answer
    times = digits(arrivals.scale / found.value, 3)
    load = f"{times} times the load" if times != "1" else "the load"
    return f"{found.answer}\nThat is {load} of {arrivals.file}: all of its customers, in less or more time."
