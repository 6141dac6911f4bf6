"""What evsim says in reports by a given clock, of one run, and of designs that differ in what short runs leave out."""

import sys
from functools import partial
from itertools import count
from unittest.mock import patch

import evsim
from evsim.reporting.breaking import breaks, stretch
from evsim.reporting.busiest import busiest
from evsim.reporting.duties import duties
from evsim.reporting.excerpts import excerpts
from evsim.reporting.loads import against_load, holds_up_to, loads
from evsim.scenario import Scenario
from tests.snapshots.telling import ALONE, DESK, WORK, WORKERS, in_folder, interrupted_after, told

__all__ = ["FURTHER_REPORTS"]

ARRIVALS = "workloads.callers.arrivals"
SHORT = DESK.replace({ARRIVALS: {"constant": "9/s"}, "run.duration": "300ms", WORK: "0s",
                      "objectives": {"response_mean": "1s"}})  # fmt: skip
OTHER = SHORT.replace({"name": "other", WORK: "1ms"})
PARTS = ("verdicts", "faults", "inputs", "loads", "the highest load")
OUT = {"outage": "desk", "for": "1s"}
STEPS = [["0s", "20/s"], ["100s", "20/s"], ["100s", "60/s"], ["150s", "60/s"], ["150s", "20/s"]]
BUS = Scenario.from_dict({
    "name": "bus", "workloads": {"page": {"target": "desk", "arrivals": {"poisson": "9/s"}}},
    "services": {"desk": {"workers": 9, "rate_limit": {"rate": "50/s"}, "handle": [{"ask": "bus"}]},
                 "archive": {"subscribe": "bus", "handle": [{"work": "1ms"}]}},
    "channels": {"bus": "bus"}, "run": {"duration": "1s"},
})  # fmt: skip


def _timed(*designs, took, budget, n=2, **settings):
    """A report by clocks: a run takes so many seconds, and one second goes by with each look whether time is over."""
    module, heard, stopped = sys.modules["evsim.reporting.report"], [], ""
    runs, looks = count(0.0, took), count(0.0)
    with (
        patch.object(module, "perf_counter", partial(next, runs)),
        patch.object(module, "monotonic", partial(next, looks)),
    ):
        try:
            done = evsim.report(*designs, n=n, budget=budget, tell=heard.append, **ALONE | settings)
        except KeyboardInterrupt as stop:
            done, stopped = stop.finished, f"{stop} "
    parts = f"{stopped}{len(done.faults['rows'])} {list(done.inputs)} {list(done.loads)} {list(done.holds)}"
    return "\n".join([*heard, *done.answer, *done.left_out, *list(done._checks())[:2], parts])


def _clocks():
    yield _timed(SHORT, took=0.001, budget=1)
    yield _timed(SHORT, OTHER, took=0.001, budget=4)
    yield _timed(SHORT, OTHER, SHORT.replace({"name": "third"}), took=0.001, budget=5)
    yield _timed(SHORT, took=1.5, budget=85, n=4)
    yield _timed(SHORT.replace({"services.desk.handle": interrupted_after(5, "1ms")}), took=0.001, budget=1)


def _first():
    """How many first runs are made, by how long each takes."""
    module = sys.modules["evsim.reporting.report"]
    for took in (1.9, 2.0, 4.1):
        with patch.object(module, "perf_counter", partial(next, count(0.0, took))):
            yield f"{took}: {[seconds for _, seconds in module._first([SHORT], [3, 4, 5], None)]}"
    yield f"{[module._Work(None, None, 1, about)._settings(part) for about in (None, 'x') for part in PARTS]}"


def _peak():
    """A report whose short runs, of few customers, are told of the busiest part of a day."""
    day = DESK.replace({
        ARRIVALS: {"profile": [["0s", "20/s"], ["1s", "20/s"], ["1s", "60/s"], ["2s", "60/s"], ["2s", "20/s"]]},
        "run.duration": "4s", "objectives": {"response_mean": "150ms"}, WORKERS: 4})  # fmt: skip
    with patch.object(sys.modules["evsim.reporting.excerpts"], "CUSTOMERS", 15):
        done = evsim.report(day, n=9, seed=6, **ALONE)
    yield f"{done.shortened}\n{done.faults['begin']} {done.faults['lasts']} {done.faults['runs']}"
    yield from (f"{name} {times}: {each}" for name, its in done.loads.items() for times, each in its)
    yield from done.holds.values()
    yield from map(str, done.inputs.values())


def _cuts():
    """Shorter runs of designs of which one alone has a later fault, or another warm-up."""
    long = DESK.replace({"run.duration": "200s"})
    late, warm = long.replace({"faults": [OUT | {"at": "190s"}]}), long.replace({"run.warmup": "20s"})
    for some in ([late, long], [long, late], [long, warm], [warm, warm]):
        shorter, said = excerpts({f"{number}": each for number, each in enumerate(some)}, 8000)
        yield f"{said} {[each.run_settings.duration for each in shorter.values()]}"
    day = DESK.replace({ARRIVALS: {"profile": STEPS}, "run.duration": "400s", "faults": [OUT | {"at": "190s"}]})
    short = day.replace({"run.duration": "100s", "faults": []})
    moved, said = busiest({"day": day}, {"day": short})
    yield f"{said} {moved['day'] is short}"


def _from_files(folder):
    """Loads of customers who come from a file that is stretched, or of two files."""
    arrivals = {"csv": "times.csv", "column": "time", "scale": 2}
    design = Scenario.from_dict({
        "name": "counter", "workloads": {"people": {"target": "clerk", "arrivals": arrivals}},
        "services": {"clerk": {"handle": [{"work": "25ms"}]}}, "run": {"duration": "4s"},
        "objectives": {"response_mean": "26ms"},
    }, folder=folder)  # fmt: skip
    yield holds_up_to(design, 8, seed=7, **ALONE)
    both = design.replace({"workloads.more": {"target": "clerk", "arrivals": arrivals | {"scale": 4}}})
    yield f"{holds_up_to(both, 8, **ALONE)} { ({path: at(2) for path, at in loads(both).items()}) }"
    yield f"{against_load(both, 'response_mean', 1, **ALONE)[-1]}"


def _one_run():
    """What breaks, by one run: what is nothing, and what has no interval."""
    ends = DESK.replace({"run.duration": "1s", "name": "ends"}), SHORT.replace({"run.duration": "3s", WORKERS: 1})
    designs = {each.name: each for each in ends}
    yield f"{stretch(designs)}"
    broken = breaks(designs, [4], **ALONE)
    yield "\n".join(
        f"{what} {name}: {its and its.words}" for what, found in broken.items() for name, its in found.items()
    )


TIMES = "time\n" + "\n".join(f"{number * 0.05:.2f}" for number in range(80))
FURTHER = {
    "clocks": lambda: list(_clocks()), "first runs": lambda: list(_first()), "cuts": lambda: list(_cuts()),
    "peak": lambda: list(_peak()), "one run": lambda: list(_one_run()),
    "files": lambda: in_folder(lambda folder: list(_from_files(folder)), times__csv=TIMES),
    "duties": lambda: [*duties(BUS), f"{list(loads(BUS))}"],
}  # fmt: skip
FURTHER_REPORTS = {"further reports": partial(told, FURTHER)}
