"""What evsim says and draws of experiments: many runs, searches, comparisons, formulas, and of one run all pictures."""

import math
import tempfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import evsim
from evsim.experiment.crash import crash_matrix
from evsim.experiment.hunt import hunt
from evsim.experiment.replicate import Replications
from evsim.experiment.running import Interrupted
from evsim.experiment.sequential import until_decided
from evsim.experiment.statistics import estimate
from evsim.experiment.warm_up import batch_means, mser
from evsim.lesson.crashes import crash_designs
from evsim.view import sweep_pictures
from tests.snapshots.telling import (
    ALONE,
    DESK,
    RATE,
    WORK,
    WORKERS,
    by_hand,
    interrupted_after,
    refusals,
    told,
    written,
)
from tests.snapshots.texts import drawn, tried
from tests.truth.test_outcomes import UNDO, orders, registration

__all__ = ["EXPERIMENTS"]

FAIL = "services.desk.handle.1.fail"
FULL = DESK.replace({WORKERS: 4, "objectives": {"response_mean": "130ms", "availability": "99%"}})
FEW, CALM, NOBODY = (DESK.replace(each) for each in ({"run.duration": "1s"}, {RATE: "1/s"}, {RATE: "0.001/s"}))
EVEN = DESK.replace(
    {"workloads.callers.arrivals": {"constant": "9/s"}, WORK: "100ms", "objectives": {"response_mean": "110ms"}}
)
DOWN = {"outage": "mailing-list", "at": "1s", "for": "1s"}
CLASSIC, EVENTS, HYBRID, PARALLEL = (
    evsim.load(f"registration-{name}").replace({"run.duration": "4s", "run.warmup": "1s"})
    for name in ("classic", "events", "hybrid", "parallel")
)
TWO = evsim.load("two-producers-four-consumers").replace({"run.duration": "2s", "run.warmup": 0})


def _kept(make):
    """What comes of a try with a new store, and of the same try with what that has."""
    with tempfile.TemporaryDirectory() as folder:
        return [make(store=Path(folder) / "runs.sqlite") for _ in range(2)]


def _stopped(make, after=9):
    """What is finished when somebody presses Ctrl-C at a desk, after so many customers."""
    desk = interrupted_after(after, "10ms")
    try:
        return make(FEW.replace({"services.desk.handle": desk, "objectives": {"response_mean": "1s"}}))
    except Interrupted as stop:
        return [str(stop), str(stop.finished)]


def _made_up(*values):
    """The warnings of runs with such means of their answers."""
    of = [{"seed": seed, "summary": {"response_mean": each}, "warnings": ()} for seed, each in enumerate(values)]
    return "\n".join(Replications(FULL, of, {"response_mean": 0.1}).warnings)


many = partial(evsim.replicate, DESK, **ALONE)
REPLICATED = {
    "a few": lambda: many(3),
    "objectives": lambda: evsim.replicate(FULL, 3, **ALONE),
    "a fault": lambda: evsim.replicate(EVENTS.replace({"faults": [DOWN]}), 2, seed=7, **ALONE),
    "figures alone": lambda: many(2, record="summary"),
    "reached": lambda: many(10, precision={"response_mean": "60%"}),
    "not reached": lambda: many(10, precision={"response_mean": 0.01, "errors": "1%"}, max_runs=13),
    "one run": lambda: many(1, precision={"response_mean": "5%"}, max_runs=2),
    "theory": lambda: [many(2).theory(), evsim.replicate(CLASSIC, 2, **ALONE).theory()],
    "made up": lambda: [_made_up(*each) for each in ([0.1] * 11 + [9.0, math.nan], range(1, 13), [0.1] * 3, [1, 2])],
    "stopped": lambda: [_stopped(partial(evsim.replicate, n=2, **ALONE), after) for after in (9, 60)],
    "refused": lambda: refusals(
        evsim.replicate, {"scenario": DESK, "n": 2}, {"precision": {"response": "2%"}}, {"n": 0}, {"seed": -1},
        {"precision": {"response_mean": "much"}}, {"precision": {"response_mean": 1}}, {"jobs": 0}, {"scenario": 5},
        {"precision": "2%"}, {"max_runs": "many"},
    ),
}  # fmt: skip

compare, fault = partial(evsim.compare, **{"n": 2} | ALONE), {"faults": [DOWN]}
COMPARED = {
    "two": lambda: compare(CLASSIC, EVENTS, n=3),
    "one run": lambda: compare(CLASSIC, EVENTS, n=1),
    "three and a fault": lambda: compare(CLASSIC.replace(fault), EVENTS.replace(fault), HYBRID, labels=["a", "b", "c"],
                                         objectives={"response_p99": "20ms", "completion_p99": "1s"}),
    "lengths": lambda: compare(CLASSIC, CLASSIC.replace({"run.duration": "3s", "name": "short"})),
    "other customers": lambda: compare(TWO, EVENTS),
    "alike": lambda: compare(DESK, DESK),
    "nobody": lambda: compare(NOBODY, NOBODY),
    "worse": lambda: compare(DESK, FULL, n=3),
    "until decided": lambda: [until_decided((each, each), ["a", "b"], tuple(range(1, 13)), **ALONE)
                              for each in (DESK, FULL, FULL.replace({RATE: "5/s"}))],
    "stopped": lambda: [_stopped(lambda desk: compare(desk, desk)),
                        _stopped(lambda desk: until_decided((desk,), ["a"], (1, 2, 3), **ALONE), 60)],
    "refused": lambda: refusals(compare, {"a": DESK, "b": DESK}, {"labels": ["one"]}, {"objectives": ["response_p99"]},
                                 {"labels": [1, 2]}, {"b": "registration-event"}),
}  # fmt: skip


def _find(between=(4, 9), limit="130ms", of=DESK, path=WORKERS, want="smallest", metric="response_mean", **settings):
    return evsim.find(of, path, between, {metric: limit}, want, **{"max_runs": 16} | ALONE | settings)


behind, even = "services.register.workers", partial(evsim.break_even, precision=0.3, max_runs=16, **ALONE)
ONE = DESK.replace({WORKERS: 1, WORK: {"exponential": "20ms"}})
WAITS = DESK.replace({WORKERS: 50, "services.desk.handle": [{"work": {"exponential": "20ms"}}, {"wait": "30ms"}]})
SEARCHED = {
    "workers": _find,
    "load": lambda: _find(("20/s", "80/s"), path=RATE, want="largest", precision=0.2),
    "a share": lambda: _find((0.0, 0.5), "90%", DESK.replace({"services.desk.handle.1": {"fail": 0.1}}), FAIL,
                             "largest",
                             "availability", precision=0.25),
    "other ways": lambda: [_find((5, 6), want="largest"), _find(("20/s", "60/s"), path=RATE, precision=0.5)],
    "floors": lambda: [_find((6, 7), "50ms", DESK.replace({"services.spare": {"handle": [{"work": 1}]}})),
                       _find((6, 7), "60ms", metric="response_p90"),
                       _find((6, 7), "100%", metric="availability", max_runs=8)],
    "others are few": lambda: _find((30, 31), of=CLASSIC.replace({"services.database.workers": 1}), path=behind),
    "at once": lambda: _find((8, 9), "70ms", of=PARALLEL, path=behind),
    "not decided": lambda: _find((3, 9), "118ms", max_runs=8),
    "too few": lambda: _find((6, 9), "500ms", FEW, metric="response_p99.9"),
    "none seen": lambda: _find((6, 9), 0, metric="errors", max_runs=8),
    "the first": lambda: [*(_find(ends, "1s", CALM) for ends in ((1, 2), (2, 3))),
                          _find((2, 3), "1s", CALM, want="largest"),
                          _find(("5/s", "9/s"), path=RATE, precision=0.5)],
    "kept": lambda: _kept(partial(_find, (6, 9), "50ms", max_runs=8)),
    "even": lambda: even(*(each.replace({"run.duration": "9s"}) for each in (WAITS, ONE)), RATE, ("20/s", "40/s"),
                         "response_mean"),
    "never even": lambda: even(WAITS, DESK, RATE, ("20/s", "40/s"), "response_mean"),
    "alike": lambda: even(DESK, DESK, RATE, ("20/s", "21/s"), "response_mean"),
    "stopped": lambda: [_stopped(lambda desk: _find((2, 3), "1s", desk), after) for after in (9, 400)],
    "refused": lambda: [
        *refusals(_find, {}, {"want": "best"}, {"path": "services.desk.wokers"}, {"between": 7}, {"between": (4, 4)},
                   {"between": (True, "many")}, {"between": ("1s", "2ms")}, {"precision": 2}, {"error": 0},
                   {"max_runs": 3}),
        *refusals(evsim.find, {"scenario": DESK, "path": WORKERS, "between": (1, 2)}, {},
                  {"objectives": "response_mean"}),
        *refusals(even, {"first": DESK, "second": ONE, "path": RATE, "between": (1, 2)}, {"figure": "response"}),
    ],
}  # fmt: skip

best = partial(evsim.best, **{"metric": "response_mean", "within": 0.01} | ALONE)
CHOSEN = {
    "three": lambda: best(*(DESK.replace({WORKERS: each}) for each in (5, 8, 6)), labels=["5", "8", "6"], max_runs=60),
    "the most": lambda: best(*(DESK.replace({"workloads.callers.patience": "300ms", WORKERS: each}) for each in (2, 4)),
                             metric="availability", within="10%", labels=["2", "4"]),
    "not decided": lambda: [best(DESK, DESK.replace({WORKERS: 8}), metric="response_p50", within="10us", max_runs=each)
                            for each in (10, 24)],
    "refused": lambda: [tried(best, DESK), *refusals(partial(best, DESK, ONE), {}, {"metric": "response"},
                                                     {"within": 0},
                        {"within": "5 apples"}, {"error": True}, {"max_runs": 9.5})],
}  # fmt: skip


def _sweep(values, of=FEW, x=WORKERS, y=RATE, **settings):
    """A sweep and its pictures."""
    done = evsim.sweep(of, values, **{"n": 2} | ALONE | settings)
    asked = [partial(done.plot, metric) for metric in ("response_mean", "availability", "response_p99.9", "response")]
    asked += [partial(done.plot, "errors", x), partial(done.heat_map, "response_mean", x, y)]
    return [done, *map(drawn, asked)]


limit = "services.desk.limit"
SWEPT = {
    "workers": lambda: _sweep({WORKERS: [6, 4, 10]}, FULL),
    "one point": lambda: _sweep({RATE: ["20/s"]}, DESK, n=1),
    "two paths": lambda: _sweep({WORKERS: [4, 6], RATE: ["30/s", "40/s", "20/s"]}, FULL),
    "three paths": lambda: _sweep({WORKERS: [4, 6], RATE: ["30/s", "40/s"], limit: [0, 5]}),
    "changes": lambda: _sweep([{WORK: {"exponential": "90ms"}}, {WORK: "80ms"}, {limit: 3, WORKERS: 2}], x=RATE),
    "many lines": lambda: _sweep({WORKERS: list(range(1, 9)), limit: [1, 2]}, x=limit, y=WORKERS, n=1),
    "missed": lambda: _sweep({WORKERS: [1, 6], WORK: ["90ms", "120ms"]}, EVEN, y=WORK),
    "many cells": lambda: tried(sweep_pictures.heat_scene, SimpleNamespace(
        paths=("a", "b"), points=[({"a": one, "b": two}, None) for one in range(21) for two in range(20)]), "errors"),
    "kept": lambda: _kept(partial(evsim.sweep, FULL, {WORKERS: [4, 5]}, n=2, **ALONE)),
    "loads": lambda: [drawn(sweep_pictures.load_lines, {"a": _load(1), "b": _load(2)}, "response_mean", limit)
                      for limit in (None, 0.1)],
    "stopped": lambda: [_stopped(lambda desk: evsim.sweep(desk, {WORKERS: [1, 2]}, **ALONE), after)
                        for after in (9, 90)],
    "a wrong design": lambda: _noted(lambda: _sweep({"services.desk.wokers": [4]})),
    "refused": lambda: refusals(
        evsim.sweep, {"scenario": DESK, "values": {WORKERS: [4]}}, {"values": "workers"}, {"values": {WORKERS: 4}},
        {"values": [{}]}, {"values": {WORKERS: []}}, {"values": {WORKERS: range(1, 2002)}, "n": 500}, {"store": 5},
        {"dask": 5},
    ),
}  # fmt: skip


def _load(times):
    """Estimates at some loads, one of them without an interval, and one that is not known."""
    known = [(load, estimate([times * load / 20, times * load / 21])) for load in (0.5, 1, 2)]
    return [*known, (3, estimate([0.5])), (4, estimate([]))]


def _noted(make):
    """The words of a refusal with what was noted of it."""
    try:
        return make()
    except ValueError as error:
        return "\n".join([str(error), *error.__notes__])


sensitivity = partial(evsim.sensitivity, **{"metric": "response_mean", "n": 2} | ALONE)
DAY = DESK.replace({"workloads.callers.arrivals": {"profile": [["0s", "20/s"], ["3s", "40/s"]]}})
CHAIN = CLASSIC.replace({"run.duration": "2s", "run.warmup": 0, "objectives": {"response_mean": "100ms"}})
CHANGED = {
    "a desk": lambda: sensitivity(FULL, n=4),
    "by half": lambda: sensitivity(FULL.replace({WORKERS: 1}), by=0.5, n=3, seed=5),
    "one run": lambda: sensitivity(DESK, n=1),
    "flips": lambda: [done := sensitivity(EVEN), *(each.words for each in done.flips),
                      *(sensitivity(EVEN, n=3, screen=each) for each in (1, 2))],
    "a profile": lambda: sensitivity(DAY),
    "screened": lambda: [done := sensitivity(CHAIN, n=4, screen=2),
                         sensitivity(CHAIN, screen=1, paths=["run.duration"]),
                         written(sweep_pictures.tornado_scene(done, name="chain", most=2))],
    "too few": lambda: sensitivity(FEW, metric="response_p99.9"),
    "nothing seen": lambda: sensitivity(DESK, metric="errors"),
    "not allowed": lambda: sensitivity(DESK.replace({"services.desk.handle.1": {"fail": 1}}), paths=[FAIL, WORKERS],
                                       by=0.99),
    "refused": lambda: refusals(
        sensitivity, {"scenario": DESK}, {"by": 1}, {"metric": "response"}, {"paths": ["workloads.callers.target"]},
        {"paths": []}, {"paths": WORKERS}, {"screen": 0},
    ),
}  # fmt: skip


def everybody(run):
    """Whoever is told yes has a row."""
    return ()


def _hunt(scenario, promise="truth", **settings):
    """What came of a hunt, and its story."""
    done = hunt(scenario, promise, **{"tries": 30, "length": "1s"} | settings)
    story = done.story
    return [done, str(bool(done)), *([story.to_yaml(), story.sequence().text(), repr(story.play())] if story else [])]


STORM = CLASSIC.replace({
    "services.register.handle": [{"call": {"service": "database", "timeout": "10ms", "retry": {"attempts": 1000}}}],
    "run.max_rows": 2000,
})  # fmt: skip
HUNTED = {
    "once": lambda: _hunt(EVENTS, "once", faults="crash"),
    "clean": lambda: _hunt(EVENTS.replace({"faults": [{**DOWN, "at": "500ms"}, DOWN]}), "clean", seed=3),
    "kept": lambda: _hunt(CLASSIC, "kept", tries=3),
    "truth": lambda: _hunt("saga-choreographed"),
    "answered": lambda: _hunt(CLASSIC, "answered", faults=["outage", "error_rate"], places="database"),
    "of several": lambda: _hunt(TWO, "once", faults="crash", tries=60),
    "without an end": lambda: _hunt(STORM, "kept", tries=4, faults="outage"),
    "in words": lambda: [*_hunt(EVENTS, everybody, tries=2), *_hunt(EVENTS, lambda run: (), tries=1)],
    "nobody": lambda: _hunt(DESK.replace({RATE: "0.1/s"}), tries=2),
    "its own length": lambda: [*_hunt("replay-history", "once", tries=2), *_hunt("unix-pipe", "kept", tries=6)],
    "nothing broken": lambda: _hunt(orders([UNDO]), "kept", length="3s"),
    "refused": lambda: refusals(_hunt, {"scenario": EVENTS}, {"promise": "twice"}, {"tries": 0}, {"length": "soon"},
                                 {"faults": "crush"}, {"places": ["desk"]}, {"tries": "many"}, {"seed": -1}),
}  # fmt: skip

ramp, METASTABLE = partial(evsim.hysteresis, **{"hold": "2s", "n": 2} | ALONE), evsim.load("metastable")
SLOW = {"slowdown": "desk", "factor": 20, "at": 0, "for": "1s"}
LONG = DESK.replace({RATE: "200/s", WORKERS: 90, "run.duration": "7s", "faults": [SLOW]})
CUT = mser([10 * 0.9**i + ((37 * i) % 11) / 11 for i in range(200)])
TIMED = {
    "a ramp": lambda: [ramp(DESK, [20, "40/s"]), ramp(FULL, ["20/s", "50/s", "80/s"], n=1, seed=4)],
    "a ramp of one of two": lambda: ramp(TWO, [10, 20], workload="mobile-app"),
    "a storm": lambda: [done := ramp(METASTABLE, [20, 60, 110], hold="20s", n=3), *(
        drawn(partial(done.plot, storm=evsim.theory.retry_storm(50, each, 3))) for each in (100, 200, 900))],
    "a warm-up": lambda: evsim.warm_up(LONG, n=2, **ALONE),
    "enough": lambda: evsim.warm_up(LONG.replace({"run.warmup": "3s"}), "completion", n=2, **ALONE),
    "never at rest": lambda: evsim.warm_up(LONG.replace({WORKERS: 10, "faults": []}), n=2, **ALONE),
    "batches": lambda: [f"{CUT}", *(f"{batch_means(LONG.replace({'faults': []}).run(), batches=each)}"
                                    for each in (5, 20))],
    "refused": lambda: [
        *refusals(ramp, {"scenario": TWO, "loads": [10, 20]}, {"loads": [20]}, {"loads": [1, "fast"]},
                  {"loads": [40, 20]},
                   {"loads": [0, 1]}, {}, {"workload": "mobile-app", "hold": 0},
                   {"workload": "mobile-app", "hold": "soon"}),
        *refusals(evsim.warm_up, {"scenario": DESK, "n": 1, "jobs": 1}, {"of": "work"}, {"scenario": CALM}),
        *refusals(batch_means, {"run": DESK.run()}, {}, {"batches": 4}, {"of": "work"}), tried(mser, range(9)),
        tried(batch_means, DESK.replace({WORKERS: 2, "run.duration": "9s"}).run(), batches=10),
    ],
}  # fmt: skip

DESIGNS = {
    name: each for name, each in crash_designs().items() if name in ("classic", "late ack", "outbox", "hardened")
}
TAKEN = registration("classic").replace({"run.duration": "3s", "run.warmup": 0})
LAST = CLASSIC.replace({"run.drain_limit": "1s"})


CRASHED = {
    "designs": lambda: [done := crash_matrix(DESIGNS), done.of("database"), str(done.counts("classic")),
                        str([each.present for each in done]),
                        done.of("nobody"), done.scene()],
    "one design": lambda: [crash_matrix(EVENTS, request=3, labels=["it"]),
                           crash_matrix(CLASSIC, CLASSIC, back_after="9s")],
    "taken": lambda: crash_matrix(TAKEN, request=50),
    "to the end": lambda: crash_matrix(LAST, request=150, back_after="60s"),
    "by hand": lambda: crash_matrix(CLASSIC.replace({"services.register.handle": by_hand}), back_after="1ms"),
    "refused": lambda: [tried(crash_matrix), *refusals(partial(crash_matrix, CLASSIC), {}, {"request": 10_000},
                                                       {"request": "1"},
                        {"labels": "ab"}, {"back_after": "soon"}), tried(crash_matrix, TWO)],
}  # fmt: skip
EXPERIMENTS = {name: partial(told, tries) for name, tries in {
    "replicate": REPLICATED, "compare": COMPARED, "find": SEARCHED, "best": CHOSEN, "sweep": SWEPT,
    "sensitivity": CHANGED,
    "hunt": HUNTED, "hysteresis and warm-up": TIMED, "crash matrix": CRASHED,
}.items()}  # fmt: skip
