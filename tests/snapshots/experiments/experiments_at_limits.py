"""What experiments say where numbers lie on a limit, where nothing varies, and where designs have little in common."""

import math
import sqlite3
import tempfile
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import evsim
from evsim import Scenario
from evsim.experiment.compare import pair_of
from evsim.experiment.crash import CrashCase, crash_matrix
from evsim.experiment.distribution_fit import ESTIMATED, Candidate, Fit
from evsim.experiment.floor import Floor
from evsim.experiment.hunt import hunt
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.judging import judge
from evsim.experiment.replicate import Replications
from evsim.experiment.resuming import Pairs, in_order_kept
from evsim.experiment.run_store import RunStore
from evsim.experiment.run_text import none_seen, run_text
from evsim.experiment.running import Interrupted
from evsim.experiment.saving import as_json
from evsim.experiment.sensitivity import inputs_of
from evsim.experiment.sequential import looks, settled, until_decided
from evsim.experiment.smaller_stories import smaller
from evsim.experiment.statistics import (
    Difference,
    Estimate,
    difference,
    estimate,
    runs_for_skew,
    runs_to_decide,
)
from evsim.experiment.text_tables import html_table
from evsim.experiment.warm_up import WarmUp, batch_means, mser
from tests.snapshots.telling import ALONE, DESK, RATE, WORK, WORKERS, says, told
from tests.snapshots.texts import drawn, tried

__all__ = ["EXPERIMENTS_AT_LIMITS"]

SMALL = DESK.replace({RATE: "9/s", WORK: "20ms", "run.duration": "1s"})
FAILS = SMALL.replace({"services.desk.handle.1": {"fail": 0.3}})
TWO = Scenario.from_dict({
    "name": "two", "workloads": {
        "first": {"target": "desk", "arrivals": {"poisson": "9/s"}},
        "second": {"target": "desk", "arrivals": {"poisson": "12/s"}, "patience": "1s"}},
    "services": {"desk": {"workers": 2, "handle": [{"work": {"exponential": "20ms"}}, {"effect": "row"}]}},
    "run": {"duration": "2s"},
})  # fmt: skip
SOME = [Estimate(*each) for each in (
    (0.1, 0.1, 0.1, 4, 0.0), (0.0, 0.0, 0.0, 4, 0.0), (1.0, 0.9, 1.1, 2, 0.05), (2.0, math.nan, math.nan, 1, math.nan),
    (-1e-9, -0.3, 0.3, 9, 0.2), (5, 4, 6, 10, 1.0), (1e6, 1e6 - 1e-9, 1e6 + 1e-9, 5, 1e-9),
    (150.0, 148.0, 152.0, 4, 1))]  # fmt: skip
ALIKE = [1.0] * 10 + [9.0]


def _made_up(values, phases=(), **settings):
    runs = [{"seed": seed, "summary": its, "warnings": (), "services": {}, "channels": {}, "phases": {}}
            for seed, its in enumerate(values)]  # fmt: skip
    for number, its in phases:
        runs[number]["phases"] = its
    return Replications(SMALL, runs, **settings)


def _numbers():
    yield from (f"{each} {each.standard_error} {each.half_width}" for each in (*SOME, estimate([]), estimate([3])))
    for limit in (0.9, 1.0, 1.1, 1.2, 0.0, math.inf):
        yield str([runs_to_decide(each, limit) for each in SOME])
        yield str([runs_to_decide(each, limit, 0.8) for each in SOME[2:]])
    yield str([runs_for_skew(each) for each in (
        ALIKE, [1, 2, 3], [1.0] * 9 + [9.0], [1, 1, 2], list(range(9)), [0.0] * 99 + [1.0], [0.0] * 400 + [1.0] * 9,
        [1.0] * 700 + [2.0] * 300)])  # fmt: skip
    yield str([difference(*each) for each in (([1, 2], [1, 2]), ([1, 2, math.nan], [2, 4, 1]), ([1], [2]), ([], []))])
    yield str(difference([1.0, 2.0, 4.0], [2.0, 5.0, 3.0], 0.5))
    for low, high in ((0, 1), (-1, 0), (-1, 1), (0.1, 1), (-1, -0.1), (math.nan, math.nan)):
        yield Difference(0.5, low, high, 3, 0.2).verdict


def _judged():
    limits = {"response_mean": 1.1, "response_p99": 0.9, "availability": 0.9, "errors": 0, "throughput": 5,
              "completion_mean": 2}  # fmt: skip
    for each in (*SOME, 0.9, 1.1, 0, math.nan):
        yield "\n".join(f"{one} {one.runs_to_decide}" for one in judge(limits, dict.fromkeys(limits, each)))


def _texts():
    for n in (1, 2, 300):
        for mean in (0.0, 0.5 / n, 1 / n, 7.0, 900.0):
            yield none_seen(Estimate(mean, mean, mean, n, 0.0))
    for scenario in (SMALL, TWO.replace({"workloads.first.arrivals": {"poisson": "0.01/s"}})):
        run = scenario.run()
        for width in (20, 110, 400):
            yield run_text("a run", run.summary(), run.services, run.channels, width=width)
    yield html_table(["", "b"], [["one"], ["x < y", "2"]]) + html_table(["a"], [], "a & b")
    yield as_json({"a": (1, math.inf), "b": SOME[3], "c": [math.nan, {"d": -math.inf}], "e": judge({"errors": 0}, {})})


def _replicated():
    yield from (evsim.replicate(FAILS, precision={"errors": "5%"}, max_runs=each, **ALONE) for each in (20, 40))
    yield evsim.replicate(SMALL, 3, precision={"errors": "5%", "response_mean": "40%"}, max_runs=25, **ALONE)
    yield evsim.replicate(SMALL, 12, seed=7, precision={"response_mean": "90%"}, max_runs=0, **ALONE)
    yield evsim.replicate(SMALL, 4, precision={"completion_p99": "1%"}, max_runs=5, **ALONE)
    yield evsim.replicate(SMALL, 1, precision={"errors": "1%"}, max_runs=3, **ALONE)
    yield evsim.replicate(SMALL.replace({"faults": [{"crash": "desk", "mtbf": "2s", "mttr": "100ms"}]}), 4, **ALONE)
    asked = {"response_mean": 0.2, "errors": 0.5}
    for values in ([{"response_mean": each, "errors": 1} for each in (1, 2, 4)], [{"errors": 2, "response_mean": -3.0}],
                   [{"response_mean": each} for each in (-5.0, -5.5, -4.5)],
                   [{"response_mean": each, "errors": each} for each in (1, 2, 3)],
                   [{"response_mean": each, "errors": each} for each in (0.9, 1.0, 1.1) * 4]):  # fmt: skip
        yield "\n".join(_made_up(values, precision=asked).warnings)
    phases = [(0, {"before a": {"errors": 1}}), (2, {"before a": {"errors": 3}, "during a": {"errors": 2}})]
    yield str(_made_up([{"errors": 1}] * 3, phases).phases)


class Promise:
    def __call__(self, run):
        came = len(run.requests)
        return [SimpleNamespace(customer=came - 1, words="was the last", workload=None)] if came else []


def none_late(run):
    """
    Nobody is late.

    Whoever takes long is.
    """
    late = np.flatnonzero(run.tables.requests.response > 0.1)
    return (SimpleNamespace(customer=int(each), words="was late", workload=None) for each in late)


def _hunted():
    slow = SMALL.replace({WORK: {"exponential": "30ms"}})
    linked = SMALL.replace({"network.links": {"cable": {"between": ["callers", "desk"]}}})
    mtbf = SMALL.replace({"faults": [{"crash": "desk", "mtbf": "9s", "mttr": "100ms"}]})
    for done in (
        hunt(SMALL, Promise(), tries=3), hunt(slow, none_late, tries=40, faults=["slowdown"], length="1s"),
        hunt(slow, none_late, tries=40, faults=["slowdown"], length="9s", seed=12),
        *(hunt(linked, "answered", faults=kinds, tries=12, length="1s") for kinds in ("partition", "latency", "loss")),
        hunt(SMALL.replace(TAKEN), "clean", tries=3),
        hunt(linked, "answered", places=["cable"], tries=9), hunt(mtbf, "answered", tries=9, length="500ms"),
        hunt(SMALL.replace({"faults": [{"outage": "desk", "at": "500ms", "for": "1s"}]}), "kept", tries=2,
             length="500ms"),
    ):  # fmt: skip
        yield f"{done!r}\n{done.story and done.story.to_yaml()}"


CASES = [
    CrashCase("a", target, "desk", step, when, "yes", "kept", "told yes", {"row": times}, {"missing": 0})
    for target, step, when, times in (
        ("desk", "publish jobs", "before", 0), ("jobs", "publish jobs #2", "after", 1),
        ("jobs", "publish jobs", "before", 2),
    )
]  # fmt: skip
READER = {"subscribe": "jobs", "handle": [{"effect": "row"}]}
SOON = {"services.desk.handle": [{"reply": "sorry"}, {"publish": "jobs"}], "channels.jobs": "queue",
        "services.reader": READER}  # fmt: skip
MAYBE = {"probability": 0.5, "then": [{"effect": "row"}], "else": [{"effect": "note"}]}
ONE_OF_TWO = {"services.desk.handle.1": {"maybe": MAYBE}}
PIPED = {"services.desk.handle": [{"publish": "jobs"}], "channels.jobs": {"pipe": 9}, "services.reader": READER}
TWICE = {"services.desk.handle": [{"publish": "jobs"}, {"publish": "jobs"}], "channels.jobs": "queue",
         "services.reader": READER, "run.drain_limit": "50ms"}  # fmt: skip
OPEN = TWICE | {"services.desk.handle": [{"publish": "jobs"}, {"work": "5s"}]}
TAKEN = {"workloads.callers.key": {"uniform": 2}, "services.desk.handle": [
    {"effect": "note"}, {"work": "20ms"}, {"effect": {"name": "row", "unique": True}}]}  # fmt: skip
DOWN = {"faults": [{"outage": "desk", "at": "300ms", "for": "200ms"}], WORK: "90ms"}


def _crashed():
    yield "\n".join(f"{each.point}; {each.moment}; {each.present}; {each.untrue}" for each in CASES)
    for changes, request in (
        (SOON, None), (ONE_OF_TWO, 0), (ONE_OF_TWO, 1), (ONE_OF_TWO, 6), (PIPED, 2), (TWICE, 6), (DOWN, 3),
        (OPEN, 6), (TAKEN, 6),
    ):  # fmt: skip
        found = crash_matrix(SMALL.replace(changes), request=request)
        yield f"{found!r}\n{found.frame().to_csv(index=False)}"


def _smaller():
    run = TWO.run()
    first = float(run.tables.requests.arrived[0])
    struck = {"crash": "desk", "for": "1s"}
    steps = {"request": 5, "workload": "second", "service": "desk", "step": "work", "when": "after"}
    for scenario in (TWO, TWO.replace({"faults": [{"outage": "desk", "at": "500ms", "for": "1s"},
                                                  {"crash": "desk", "mtbf": "9s", "mttr": "100ms"}]})):  # fmt: skip
        for customer, workload, fault in (
            (0, "first", None), (3, "second", None), (20, "second", {**struck, "at": 0.001}),
            (3, "first", {**struck, "at": 0.0009, "for": 0.02}), (9, "second", {**struck, "at": 0.3, "for": 0.0199}),
            (9, "second", {**struck, "at": 1.0000013, "for": 0.3333333}), (4, "first", {**struck, "at_step": steps}),
            (0, "first", {**struck, "at": first + 0.001}),
            *((8, "second", {**struck, "at_step": steps | {"request": each}}) for each in (0, 1, 2)),
        ):  # fmt: skip
            told = SimpleNamespace(results=run, customer=customer, workload=workload, fault=fault)
            yield "\n".join(f"{changes} {other}" for changes, other in smaller(scenario, told))


CONSTANT = SMALL.replace({"workloads.callers.arrivals": {"constant": "10/s"}, WORK: "50ms"})
SLOWER = CONSTANT.replace({"name": "slower", "services.desk.handle": [{"wait": "100ms"}, {"work": "20ms"}]})


def _searched():
    promised = SMALL.replace({WORK: "200ms", "services.desk.handle.1": {"fail": 0.3}})
    objectives = {"response_mean": "250ms", "availability": "90%", "response_p50": "200ms"}
    yield evsim.find(promised, WORKERS, (1, 3), objectives, max_runs=20, seed=4, **ALONE)
    yield evsim.find(SMALL, WORKERS, (1, 4), {"response_mean": "1s"}, want="largest", max_runs=8, **ALONE)
    yield evsim.find(CONSTANT, WORKERS, (1, 2), {"response_mean": "50ms"}, **ALONE)
    yield evsim.find(CONSTANT, WORKERS, (1, 2), {"response_mean": "49ms"}, max_runs=8, **ALONE)
    events = evsim.load("registration-events").replace({"run.duration": "1s", "run.warmup": 0})
    yield evsim.find(events, "services.database.workers", (2, 3), {"completion_mean": "30ms", "errors": 0},
                     max_runs=8, **ALONE)  # fmt: skip
    gaps = CONSTANT.replace({"services.desk.handle": [
        {"call": "back"}, {"work": "10ms"}, {"call": {"service": "back", "timeout": "9ms", "on_error": "ignore"}},
        {"parallel": [{"call": "back"}, {"work": "1ms"}]}],
        "services.back": {"workers": 9, "handle": [{"work": {"exponential": "10ms"}}]}})  # fmt: skip
    broken = gaps.replace({"faults": [{"crash": "back", "at": "200ms", "for": "500ms"}]})
    both = {"response_mean": "12ms", "availability": "99%"}
    yield evsim.find(broken, WORKERS, (4, 5), both, max_runs=8, **ALONE)
    yield evsim.find(gaps, WORKERS, (4, 5), {"response_mean": "20ms", "response_p90": "40ms"}, max_runs=8, **ALONE)
    path = "workloads.callers.arrivals.constant"
    even, one = partial(evsim.break_even, figure="response_mean", **ALONE), CONSTANT.replace({WORKERS: 1})
    yield even(one, SLOWER, path, ("15/s", "30/s"), error=0.1, precision=0.2)
    yield even(CONSTANT, one, path, (5, 22), max_runs=8, seed=3)
    yield even(CONSTANT, SLOWER, path, ("15/s", "15.1/s"))
    for left in (0.1, 0.09):
        yield str(Floor("response_mean", 0.1, Estimate(0.1, left, 0.11, 4, 0.01), {"desk": SOME[0]}))


PRICED = SMALL.replace({"services.desk.price": {"hour": 1}})


def _changed():
    """What comes of a sensitivity and of a sweep where little can be changed."""
    fails = SMALL.replace({"services.desk.handle.1": {"fail": 1}})
    yield evsim.sensitivity(fails, "errors", paths=["services.desk.handle.1.fail"], by=0.9, n=2, jobs=1)
    yield evsim.sensitivity(PRICED, "response_p99.9", paths=[RATE], n=3, screen=2, seed=4, **ALONE)
    yield str(inputs_of(evsim.load("registration-serverless")))
    for objectives in ({}, {"response_p50": "1s"}):
        done = evsim.sweep(
            SMALL.replace({"objectives": objectives}), {WORKERS: [1, 2], WORK: ["9ms", "90ms"]}, 1, **ALONE
        )
        yield from (done.table_text(*done.table(each)) for each in (None, (), ("errors",)))
        yield drawn(done.heat_map, "response_mean")


def _stopped_at(item, has):
    """What is finished when somebody presses Ctrl-C at one of four runs, where a store has some."""

    def task(number):
        if number == item:
            raise KeyboardInterrupt
        return number * 10

    try:
        return str(in_order_kept(task, [1, 2, 3, 4], SimpleNamespace(get=has.get, put=lambda *_: None), 1, False))
    except Interrupted as stop:
        return f"{stop} {stop.finished}"


def _kept():
    for item in range(1, 6):
        yield from (_stopped_at(item, has) for has in ({}, {1: 5}, {4: 5}, {1: 5, 2: 5, 3: 5, 4: 5}))
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "runs")
        for designs in ((SMALL, TWO), (SMALL, PRICED), (TWO, SMALL)):
            pairs, made = Pairs(store, designs), pair_of(designs, 3)
            yield str(pairs.get(3))
            pairs.put(3, made)
            yield f"{len(store)} {pairs.get(3)[1]} {pairs.get(4)}"
        store.close()
        with closing(sqlite3.connect(Path(folder) / "other")) as other:
            other.execute("PRAGMA application_id = 5")
        yield str(tried(RunStore, Path(folder) / "other")).replace(folder, "FOLDER")


def _compared():
    compare = partial(evsim.compare, **{"n": 2} | ALONE)
    yield compare(TWO, TWO.replace({"workloads.second.arrivals.poisson": "20/s", WORKERS: 3}), seed=5)
    yield compare(TWO, SMALL)
    yield compare(SMALL, SMALL.replace({"run.warmup": "500ms"}), SMALL.replace({"run.warmup": "200ms", WORKERS: 2}))
    yield from (compare(SMALL, PRICED), compare(PRICED, SMALL), compare(SMALL.replace({"run.warmup": "500ms"}), SMALL))
    yield evsim.best(SMALL, CONSTANT, metric="response_mean", within="1ms", seed=8, labels=["a", "b"], progress=False)
    yield evsim.compare(CONSTANT, SLOWER, progress=False)
    yield str([looks(each) for each in (1, 9, 10, 11, 20, 21, 40, 41)])
    never = SMALL.replace({"objectives": {"response_p99.9": "21ms"}})
    yield str(until_decided([never], ["a"], tuple(range(20)), **ALONE).seeds)
    unsure = [each.replace({"objectives": {"response_mean": "21ms"}}) for each in (SMALL, SMALL.replace({WORKERS: 1}))]
    for length in (9, 10, 20, 40):
        done = until_decided(unsure, ["a", "b"], tuple(range(length)), **ALONE)
        yield f"{done.seeds} {settled(done, 0.05)} {settled(done, 1e-9)} {done.verdicts}"


def _over_time():
    for values, batch in (
        ([9, 9, 1, 1, 1, 1, 1], 1), ([9, 9, 1, 2, 1, 2, 1], 2), ([1.0] * 10, 5), (range(11), 5),
        ([5, 4, 3, 2, 1, 0], 1),
        ([0, 9, 9, 9, 9], 1),
    ):  # fmt: skip
        yield str(mser(values, batch))
    series = np.array([9.0] * 20 + [1.0] * 180)
    for written, cut in ((0, 1), (1, 1), (2, 1), (0, 4.4), (0, 4.5), (9, 5), (0, 0)):
        yield str(WarmUp("it", "response", 3, written, cut, 0.05, series))
    one = SimpleNamespace(tables=SimpleNamespace(requests=SimpleNamespace(
        response=np.array([1.0] * 55), completion=np.arange(100.0), cohort=slice(None))))  # fmt: skip
    yield str([tried(batch_means, one, "response", each) for each in (5, 6)])
    yield str(tried(batch_means, one, "completion", 10))
    pairs = ((2.0, 1.0, 0.8), (1.0, 0.9, 0.9), (0.5, 0.4, 0.9))
    loads = [Plateau(load, "up", Estimate(up, low, up + 0.1, 2, 0)) for load, (up, low, _) in enumerate(pairs, 1)]
    tops = ((2, pairs[1][2]), (1, pairs[0][2]))
    loads += [Plateau(load, "down", Estimate(high - 0.1, 0, high, 1, 0)) for load, high in tops]
    quick = SMALL.replace({RATE: "300/s", WORK: "1ms"})
    yield from (evsim.warm_up(quick, progress=False), evsim.warm_up(quick, "completion", 2, seed=9, **ALONE))
    found = Hysteresis("it", "callers", 5, 2, tuple(loads))
    yield f"{found}\n{found.apart}"
    yield evsim.hysteresis(SMALL, ["100/h", "200/h"], jobs=1)


def _fitted():
    drawn = [Candidate(name, evsim.Distribution.read({name: "1s"}), 0.1, share)
             for name, share in (("exponential", 0.05), ("exponential", 0.049), ("constant", 1.0))]  # fmt: skip
    yield "\n".join(f"{each.fits} {each.yaml}" for each in drawn)
    yield str(Fit(np.arange(3.0), tuple(drawn[1:2])))
    times = (
        [10.0, 10.0001] * 9,
        [1.0, *np.geomspace(1.001, 1e3, 9)],
        [1e-9, *np.geomspace(1, 1e6, 9)],
        [0.0, 1.0, 3.0],
    )
    yield from (f"{name} {estimated(np.sort(each))}" for each in times for name, estimated in ESTIMATED.items())


MADE = {
    "numbers": _numbers, "verdicts": _judged, "texts": _texts, "many runs": _replicated, "hunts": _hunted,
    "crashes": _crashed, "smaller stories": _smaller, "searches": _searched, "comparisons": _compared,
    "time": _over_time, "fits": _fitted, "changes": _changed, "what is kept": _kept,
}  # fmt: skip


def _all(make):
    return [says(each) for each in make()]


EXPERIMENTS_AT_LIMITS = {
    f"limits of {name}": partial(told, {"all": partial(_all, make)}) for name, make in MADE.items()
}
