"""The files that a scenario names: they are read when the scenario is, as a whole, and not in the middle of a run."""

import os

from evsim.counting import count, digits

from .arrival_trace import read_arrival_trace
from .arrivals import Csv
from .distributions import Empirical, Rows
from .errors import Problem, ScenarioError
from .part import Part, Tagged
from .units import write_time

__all__ = ["files", "inputs", "late_rows", "rows_before"]


def files(scenario):
    """What is wrong with the files; one that is not there only counts where the folder is known."""
    put_in_order = {each.arrivals.file for each in scenario.workloads.values() if getattr(each.arrivals, "sort", False)}
    for path, part in _naming(scenario, ()):
        if isinstance(part, Rows) and part.file in put_in_order:
            rule = "its rows would be in another order than the requests, which are sorted"
            yield Problem(path, rule, part.file, hint="sort the file by time, and leave sort out")
        if not _is_there(scenario, part):
            if scenario.folder is not None:
                hint = f"files are looked up in {scenario.folder}"
                yield Problem(path, "there is no such file", part.file, hint=hint)
            continue
        try:
            _read(scenario, part)
        except ScenarioError as error:
            for each in error.problems:
                yield Problem(path, f"{each.path}: {each.rule}", each.value, hint=each.hint)
    for name, workload in scenario.workloads.items():
        if workload.key is not None and getattr(workload.arrivals, "key", None) is not None:
            yield Problem(
                ("workloads", name, "key"),
                f"the keys are in the file, column {workload.arrivals.key}",
                hint="remove this key, or that of the arrivals",
            )


def inputs(scenario):
    """The paths of the files that a scenario names."""
    return [os.path.join(scenario.folder or "", part.file) for _, part in _naming(scenario, ())]


def late_rows(scenario):
    """Warnings: rows of a file that come after the end of the run."""
    duration = scenario.run_settings.duration
    for name, workload in scenario.workloads.items():
        arrivals = workload.arrivals
        if not isinstance(arrivals, Csv) or not _is_there(scenario, arrivals):
            continue
        times, _ = read_arrival_trace(arrivals, scenario.folder)
        late = int((times >= duration).sum())
        if late:
            come, are = ("comes", "is") if late == 1 else ("come", "are")
            rows = count(len(times), "row")
            yield (
                f"workloads.{name}.arrivals: {late:,} of {rows} of {arrivals.file} {come} after the end "
                f"of the run and {are} left out: the last at {digits(times[-1], comma=',')} s, and it takes "
                f"{write_time(duration)}; make run.duration longer, or scale smaller"
            )


def rows_before(scenario, arrivals, time):
    """How many rows of a file come before a time; 0 of one that is not there."""
    if not _is_there(scenario, arrivals):
        return 0
    times, _ = read_arrival_trace(arrivals, scenario.folder)
    return int((times < time).sum())


_HOLDERS = (Part, dict, tuple)


def _naming(part, path):
    """(place, part) of all that names a file."""
    if isinstance(part, Part):
        path = (*path, part.kind) if isinstance(part, Tagged) else path
        if isinstance(part, Csv | Empirical | Rows) and part.file is not None:
            yield path, part
        for name, each in vars(part).items():
            if isinstance(each, _HOLDERS):
                yield from _naming(each, (*path, type(part).__pydantic_fields__[name].alias or name))
    else:
        for place, each in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(each, _HOLDERS):
                yield from _naming(each, (*path, place))


def _is_there(scenario, part):
    return os.path.exists(os.path.join(scenario.folder or "", part.file))


def _read(scenario, part):
    return read_arrival_trace(part, scenario.folder) if isinstance(part, Csv) else part.times
