"""What a run says when it is asked in other ways: of requests by number, as files, counted in parts, beside another."""

import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

import evsim
from evsim import Scenario
from evsim.results import recycled_records
from evsim.results.common_prefix import PrefixError, common_prefix
from evsim.results.quantile_sketch import QuantileSketch
from tests.snapshots.runs.single_runs import CLASSIC, EVENTS, LATE
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, plain
from tests.snapshots.texts import table, tried
from tests.view import runs

__all__ = ["RUNS_ASKED"]

TWO = evsim.load("two-producers-four-consumers").replace({"run.duration": "1s", "run.warmup": 0})
ONE_SEEN = TWO.replace({"workloads.mobile-app.arrivals": {"poisson": "0.001/s"}})


def _of_requests():
    one, two, nobody, seldom = CLASSIC.run(until=1), TWO.run(), runs.nobody(), ONE_SEEN.run()
    yield "of one workload", "\n".join(map(str, (one.trace(1), one.trace(np.int64(2)), one.sequence(1).text())))
    asked = [(one, number) for number in (-1, 10_000, True, 1.0, "1", None)]
    asked += [(one, 0, "nobody"), (two, 0), (nobody, 0), (seldom, 0, "mobile-app"), (two, 0, "mobile-app"), (two, 0, 5)]
    yield "asked for", "\n".join(str(tried(run.trace, *asked)).partition("\n")[0] for run, *asked in asked)
    last = len(one.requests) - 1
    chosen = [(one,), (one, 0), (one, last), (one, [0, 2, 0]), (one, range(2)), (one, []), (two, None, "mobile-app"),
              (two, [1], "mobile-app"), (two, [1]), (two, None, "app"), (one, last + 1), (one, [False])]  # fmt: skip
    found = (tried(run.tables.chosen, *which) for run, *which in chosen)
    yield "chosen", "\n".join(each if isinstance(each, str) else str(np.flatnonzero(each)) for each in found)


def _read(path):
    """The files of a folder or an archive: their names, and the texts of tables."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return {each.filename: archive.read(each) for each in archive.infolist()}
    return {each.name: each.read_bytes() for each in sorted(path.iterdir())}


def _exports():
    run = CLASSIC.run(until=1)
    kinds = [("csv", "a"), ("csv", "a.zip"), ("parquet", "p"), ("csv", "some", [0, 2]), ("csv", "one.zip", 1),
             ("parquet", "first", 0), ("csv", "none", [])]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for format, name, *which in kinds:
            files = _read(run.export(Path(folder) / name, format, *which))
            if format == "csv":
                texts = [f"{name}\n{data.decode()}" for name, data in files.items()]
            else:
                texts = [f"{name}\n{table(pd.read_parquet(Path(folder) / 'p' / name))}" for name in files]
            yield f"{format} {name}", "\n".join(texts)
        again = [("csv", "a"), ("csv", "a.zip"), ("csv", "a", None, None, True), ("parquet", "a.zip", 0, None, True),
                 ("perfetto", "a"), ("perfetto", "a", None, None, True), ("cvs", "b"), ("otlp", "b", 10_000),
                 ("otlp", "b", 0, "page"), ("otlp", "nowhere/b"), ("csv", 5)]  # fmt: skip
        said = [tried(run.export, Path(folder) / name if isinstance(name, str) else name, format, *others)
                for format, name, *others in again]  # fmt: skip
        yield "again", "\n".join(map(str, said)).replace(folder, "FOLDER")
        yield "what is there", " ".join(sorted(each.name for each in Path(folder).iterdir()))
        wide = TWO.run().export(Path(folder) / "wide", "csv", workload="mobile-app")
        yield "of one workload", "\n".join(f"{name}\n{data.decode()}" for name, data in _read(wide).items())


@contextmanager
def _counted_every(rows):
    """Summary records take out what has ended after so many new rows."""
    usual, recycled_records.MANY = recycled_records.MANY, rows
    try:
        yield
    finally:
        recycled_records.MANY = usual


PARTED = {
    "retries": evsim.load("metastable").replace({"run.duration": "4s", "run.warmup": 0, "faults": []}),
    "undone": evsim.load("saga-orchestrated").replace({"run.duration": "5s", "run.warmup": "1s"}),
    "copies": evsim.load("topic-exchange").replace({"run.duration": "2s", "run.warmup": 0}),
    "faults": EVENTS.replace({"run.duration": "4s", "faults": [{"crash": "mailing-list", "at": 1, "for": 1}]}),
    "given up": CLASSIC.replace({"workloads.register-page": LATE, "run.duration": "2s", "run.drain_limit": "1s",
                                 "services.database.workers": 1}),
    "no work": DESK.replace({WORK: "0s", "run.duration": "4s"}), "late": DESK.replace({"run.warmup": "2999ms"}),
    "slower": DESK.replace({RATE: "60/s", WORKERS: 2}),
}  # fmt: skip


def _in_parts():
    for name, scenario in PARTED.items():
        with _counted_every(50):
            run = evsim.Simulation(scenario, record="summary").run()
        tables = (pd.Series(run.summary()), run.services, run.channels)
        yield name, "\n".join([*map(table, tables), repr(run), str(run.audit())])
    try:
        said = str(run.trace)
    except AttributeError as error:
        said = str(error)
    yield "not kept", f"{said} {run.phases} {hasattr(run, '_trace')}"
    yield "sketches", plain("\n".join(map(_sketched, SKETCHED)))


SKETCHED = ([], [[0.0]], [[0.5]], [[1.0] * 3, [1.0, 2.0]], [[4.0, 8.0], [0.25], [64.0], [3.0]], [[0.0] * 9, [1.0] * 9],
            [[-0.5, 0.0, 0.5], [-2.0]], [np.arange(1, 1200) / 16, np.arange(1, 900) / 512])  # fmt: skip


def _sketched(parts):
    sketch = QuantileSketch()
    for values in parts:
        sketch.add(np.array(values, dtype=float))
    return str(sketch.figures("it"))


PIPE = evsim.load("unix-pipe").replace({"run.duration": "1s", "run.warmup": 0, "workloads.lines.arrivals": {
    "constant": "50/s"}})  # fmt: skip
PIPES = {
    "as it is": PIPE, "the last one dies": PIPE.replace({"faults": [{"crash": "count", "at": "250ms"}]}),
    "the first one dies": PIPE.replace({"faults": [{"crash": "list", "at": "500ms"}]}),
    "the middle fails": PIPE.replace({"services.keep.handle": [{"fail": 0.25}, {"publish": "kept"}]}),
    "the last one fails": PIPE.replace({"services.count.handle": [{"fail": 0.5}]}),
    "takes a few": PIPE.replace({"services.count.subscribe": {"channel": "kept", "take": 9}}),
    "asked, too": PIPE.replace({"workloads.others": {"target": "count", "arrivals": {"constant": "2/s"}}}),
    "called, too": PIPE.replace({"services.list.handle": [{"call": "count"}, {"publish": "listed"}]}),
    "hangs": PIPE.replace({"services.keep.handle": [{"work": "2s"}, {"publish": "kept"}], "run.drain_limit": 0}),
}  # fmt: skip


def _pipelines():
    ends = {"early": PIPE.run(until=0.5), "no pipe": DESK.run()}
    for name, run in {**{name: scenario.run() for name, scenario in PIPES.items()}, **ends}.items():
        found = tried(lambda run=run: run.pipeline)
        if not isinstance(found, str):
            found = f"{found!r}\n{found.statuses} {found.status} {found.pipefail}\n{[*found]}"
        yield name, found


def _same_past(run, other, at):
    try:
        return str(common_prefix(run, other, at))
    except PrefixError as error:
        return str(error)


DOWN = {"outage": "database", "at": "1s", "for": "500ms"}
LEADERS = Scenario.from_dict({
    "name": "kept", "workloads": {"customers": {"target": "front", "arrivals": {"constant": 5}}},
    "services": {"front": {"handle": [{"publish": "facts"}]}},
    "channels": {"facts": {"log": {"replicas": 3, "replication": 2}}}, "run": {"duration": 5},
})  # fmt: skip
COUNTED = evsim.load("checkpoint-and-crash").replace({
    "workloads.page.arrivals": {"constant": "8/s"}, "services.counter.handle.1.window.tumbling": "500ms",
    "services.counter.handle.1.window.checkpoint": {"every": "1s", "takes": "250ms"}, "run": {"duration": "4s"},
    "channels.per-five-seconds": {"queue": {"max_length": 1, "overflow": "block"}},
    "services.board.handle.0.work": "900ms", "services.counter.handle.1.window.idle": "1s",
})  # fmt: skip
OTHERS = {
    "another seed": {"run.seed": 9}, "slower": {"services.database.handle.0.work": "21ms"},
    "a fault": {"faults": [DOWN]}, "a fault at once": {"faults": [DOWN | {"at": 0}]},
    "fewer": {"workloads.register-page.arrivals": {"constant": "5/s"}},
    "other effects": {"services.database.handle.1.effect": "line"},
}  # fmt: skip


def _pasts():
    for scenario in (CLASSIC, EVENTS):
        run = scenario.run(until=3)
        for name, changes in OTHERS.items():
            other = scenario.replace(changes).run(until=3)
            yield f"{scenario.name}: {name}", "\n".join(_same_past(*pair, at) for at in (0.5, 1, 1.25, 2.5)
                                                        for pair in ((run, other), (other, run)))  # fmt: skip
        yield f"{scenario.name}: the same", _same_past(run, scenario.run(until=2), 2)
    for scenario, fault in ((LEADERS, {"leader_failure": "facts"}), (COUNTED, {"crash": "counter"})):
        run = scenario.run()
        for at in (1.9, 2.0, 2.125, 2.25):
            branch = run.branch(fault | {"for": "1s"}, at)
            again = [*map(branch.parent.branch, [fault | {"for": "500ms"}] * 2, (at, at + 1))]
            yield (
                f"{scenario.name}: {at}",
                "\n".join(
                    [
                        str(branch.shared),
                        *(_same_past(branch, other, end) for other in again for end in (at, at + 0.25, at + 1.25)),
                    ]
                ),
            )


RUNS_ASKED = {
    "requests of runs": _of_requests, "exports of runs": _exports, "records in parts": _in_parts,
    "pipelines": _pipelines, "pasts of runs": _pasts,
}  # fmt: skip
