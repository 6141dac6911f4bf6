"""What comes of a run that is counted as it goes, ends early, or has handlers in Python or times from files."""

import tempfile
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pandas as pd

import evsim
from evsim.engine import drawn_values, folding
from evsim.engine.generator import StepFailed
from evsim.results import recycled_records
from evsim.scenario import Scenario
from tests.house.same_records import fingerprint
from tests.snapshots.texts import table, tried

__all__ = ["WAYS_OF_RUNNING"]

OFTEN = 40  # rows after which what has ended is counted
COUNTED = ("registration-events", "registration-hybrid", "saga-orchestrated", "topic-exchange", "metastable")
SMALL = {
    "name": "small",
    "workloads": {"customers": {"target": "front", "arrivals": {"constant": "8/s"}, "key": {"uniform": 3}}},
    "services": {
        "front": {"workers": 4, "handle": [{"publish": "jobs"}, {"effect": "row"}, {"reply": "done"}]},
        "back": {"workers": 2, "handle": [{"work": "250ms"}, {"effect": "entry"}]},
        "worker": {
            "subscribe": {"channel": "jobs", "retry": {"attempts": 2}},
            "handle": [{"work": "125ms"}, {"effect": "job"}],
        },
    },
    "channels": {"jobs": "queue"},
    "run": {"duration": "3s", "seed": 1},
}  # fmt: skip
CROWD = {"workloads.customers.arrivals": {"burst": 90}}
AGAIN = {"services.worker.handle.0": {"fail": {"probability": 1}}, "services.worker.subscribe.retry.attempts": 900}
ROWS = (20, {}), (48, {}), (49, {}), (80, CROWD), (90, AGAIN), (90, {"run.duration": "100s"})
FILES = {
    "visits.csv": "at,who,works\n0,ada,250\n125,bob,0\n125,ada,125\n1000,eve,500\n2999,bob,250\n3000,eve,1\n",
    "few.csv": "works\n0.5\n0.25\n",
}
WHEN = {"csv": "visits.csv", "column": "at", "unit": "ms"}
WORKS = {"rows": "visits.csv", "column": "works", "unit": "ms"}


def _all_of(run):
    tables = (pd.Series(run.summary()), run.services, run.channels)
    return "\n".join([*map(table, tables), *map(str, run.warnings), f"{run.ended_at}"])


def _counted():
    """(name, text) of runs whose requests are counted as they end, and forgotten."""
    with (
        patch.object(recycled_records, "MANY", OFTEN),
        patch.multiple(drawn_values, MOST=1, FEWEST=1),
    ):
        for name in COUNTED:
            scenario = evsim.load(name).replace({"run.duration": "6s", "run.warmup": "1s"})
            yield name, _all_of(scenario.run(seed=2, record="summary"))
            yield f"{name} until 3 s", _all_of(scenario.run(seed=2, record="summary", until="3s"))
        with patch.object(folding, "MOST_LEFT", OFTEN):
            jam = Scenario.from_dict(SMALL).replace(
                {"services.worker.handle.0.work": "1min", "workloads.customers.arrivals.constant": "40/s"}
            )
            yield "too many that go on", str(tried(jam.run, record="summary"))


def _refused():
    small = Scenario.from_dict(SMALL)
    yield "until", "\n".join(str(tried(small.run, until=until)) for until in (0, -1, "3.5s", "soon", False))
    yield "at its end", fingerprint(small.run(until=3)) + fingerprint(small.run(until="1.5s"))
    yield "seeds", "\n".join(str(tried(small.run, seed=seed)) for seed in (-1, 1.5, True, "1", False))
    yield "records", "\n".join(str(tried(small.run, record=record)) for record in ("none", None, 5))
    yield "rows", "\n".join(_ends(small.replace({"run.max_rows": most} | more)) for most, more in ROWS)


def _ends(scenario):
    """What comes of a run, or why it ends."""
    try:
        run = tried(scenario.run)
        return run if isinstance(run, str) else f"{run} {fingerprint(run)}"
    except evsim.SimulationError as error:
        return f"{type(error).__name__}: {error}"


def _asks(ctx):
    yield from ctx.work({"uniform": ["0s", "250ms"]})
    try:
        yield from ctx.call("back", timeout="250ms", retry={"attempts": 2})
    except StepFailed as failure:
        ctx.effect(f"{failure}")
    yield from ctx.wait("0s")
    yield from ctx.publish("jobs", key="all")
    ctx.effect("row")
    ctx.undo("row")


def _rejects(ctx):
    yield from ctx.work(0.125)
    ctx.effect("job")
    ctx.fail(requeue=False)


def _tries_again(ctx):
    ctx.fail()
    yield from ctx.work("1ms")


def _takes_no_time(ctx):
    ctx.effect("row", unique=True)
    yield from ctx.call("back", on_error="ignore")


def _yields(what):
    def handler(ctx):
        yield what

    return handler


def _calls(word, *arguments, **settings):
    def handler(ctx):
        yield from getattr(ctx, word)(*arguments, **settings)

    return handler


HANDLERS = {
    "asks": ("front", _asks), "rejects": ("worker", _rejects), "tries again": ("worker", _tries_again),
    "fails at the door": ("front", _rejects), "takes no time": ("front", _takes_no_time),
    "yields a number": ("front", _yields(5)), "waits by hand": ("front", _yields(None)),
    "no such service": ("front", _calls("call", "nobody")), "no such step": ("front", _calls("dance")),
    "no such channel": ("front", _calls("publish", "job")),
    "no such bus": ("front", _calls("send", "jobs")), "asks a queue": ("front", _calls("ask", "jobs")),
    "answers in its place": ("front", _calls("call", "back", on_error={"reply": "no"})),
    "a step in the wrong place": ("front", _calls("works", "1ms")),
    "in a batch": ("worker", _takes_no_time), "work that is none": ("front", _calls("work", "soon")),
}  # fmt: skip
LASTING = ("asks", "rejects", "tries again", "fails at the door", "takes no time")
BATCHED = {"services.worker.subscribe": {"channel": "jobs", "batch": 3}}
FAULTS = {"faults": [{"crash": "front", "at": "1s", "for": "250ms"}, {"pause": "front", "at": "2s", "for": "250ms"}]}


def _in_python():
    small = Scenario.from_dict(SMALL)
    for name, (service, handler) in HANDLERS.items():
        design = tried(
            small.replace, {f"services.{service}.handle": handler} | (BATCHED if name == "in a batch" else {})
        )
        yield name, design if isinstance(design, str) else _ends(design)
        if name in LASTING:
            yield f"{name}, with faults", _ends(design.replace(FAULTS))


def _from_files():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        few = {"rows": "few.csv", "column": "works"}
        for name, arrivals, work, more in (
            ("when and how long", WHEN, WORKS, {}),
            ("who", WHEN | {"key": "who"}, WORKS, FAULTS),
            ("twice as slowly", WHEN | {"scale": 2}, few, {}),
            ("how long alone", SMALL["workloads"]["customers"]["arrivals"], few, FAULTS),
        ):
            workloads = {"customers": SMALL["workloads"]["customers"] | {"arrivals": arrivals}}
            workloads["customers"].pop("key" if "key" in arrivals else "none", None)
            services = SMALL["services"] | {"back": {"workers": 2, "handle": [{"work": work}, {"effect": "entry"}]}}
            services["front"] = {"workers": 4, "handle": [{"call": "back"}, {"work": work}, {"publish": "jobs"}]}
            design = tried(Scenario.from_dict, SMALL | {"workloads": workloads, "services": services} | more, folder)
            yield name, design if isinstance(design, str) else fingerprint(design.run()) + _all_of(design.run())


WAYS_OF_RUNNING = {
    "runs that are counted as they go": _counted, "runs that cannot be": _refused,
    "runs of handlers in Python": _in_python, "runs of files": partial(_from_files),
}  # fmt: skip
