"""What pictures of results look like that few experiments have: made-up estimates, and pictures on given axes."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np
from matplotlib.figure import Figure

import evsim
from evsim.experiment.crash import CrashCase, CrashMatrix
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.sensitivity import Bar, Sensitivity
from evsim.experiment.statistics import Estimate, difference, estimate
from evsim.experiment.warm_up import WarmUp
from evsim.view import (
    comparison,
    crash_pictures,
    fit_plot,
    hysteresis_plot,
    replay_picture,
    sweep_pictures,
    warm_up_plot,
)
from tests.snapshots.telling import DESK, RATE, WORK, WORKERS, plain, written
from tests.snapshots.texts import drawn, tried

__all__ = ["RESULTS_DRAWN"]

UNKNOWN, ZERO = estimate([]), estimate([0.0, 0.0])
NOBODY = {"response": UNKNOWN, "completion": UNKNOWN}


def _axes():
    return Figure((8, 4.5)).subplots(1, 2)[1]


def _seen(*pictures):
    """What is written in scenes, and where; the words of refusals."""
    return plain("\n".join(map(written, pictures)))


def _compared(first, customers=NOBODY, seeds=(1, 2, 3), **others):
    """A comparison of designs with these means of figures; the differences of runs are these, give or take 1/4."""
    spread = (0.0,) if len(seeds) == 1 else (-0.25, 0.0, 0.25)
    of = {"first": first} | others
    differences = {
        name: {metric: estimate([value - first[metric] + each for each in spread])
               for metric, value in figures.items() if metric in first}
        for name, figures in others.items()
    }  # fmt: skip
    means = {name: {metric: estimate([value] * 2) for metric, value in its.items()} for name, its in of.items()}
    return SimpleNamespace(summary=lambda: means, first="first", seeds=seeds, differences=differences,
                           customers=dict.fromkeys(others, customers))  # fmt: skip


PAIRS = NOBODY | {"response": estimate([3.0, 3.5])}
MEANS = {"response_mean": 1.0, "completion_mean": 4.0}
FOREST = {
    "in another order": _compared(MEANS | {"lost": 9.0, "inconsistent": 4.0}, second=MEANS | {"lost": 4.0,
                                  "inconsistent": 9.0, "completion_mean": 2.0}),
    "nothing of note": _compared(MEANS | {"retries": 4.0, "dead": 0.0}, second=MEANS | {"retries": 9.0, "dead": 0.0}),
    "pairs alone": _compared(MEANS, PAIRS, second=MEANS),
    "known in one": _compared(MEANS | {"lost": 3.0}, second=MEANS | {"lost": 9.0, "errors": 2.0}, third=MEANS),
    "many": _compared(MEANS | {"lost": 5.0}, **{name: MEANS | {"lost": 6.0} for name in "bcdefghi"}),
    "less than nothing": _compared(MEANS | {"lost": -4.0, "dead": 3.0}, second=MEANS | {"lost": -9.0, "dead": -2.0}),
    "from nothing": _compared(MEANS | {"lost": 0.0}, second=MEANS | {"lost": 0.25}),
    "one run": _compared(MEANS, seeds=(1,), second=MEANS | {"response_mean": 3.0}),
}  # fmt: skip


def _crash(design, target="desk", told="yes", kind="kept", step="work", when="before", **effects):
    return CrashCase(design, target, "desk", step, when, told, kind, "", effects, {})


LONG = "a row of the longest table"
CRASHES = {
    "one is wrong": CrashMatrix([_crash("it", row=1), _crash("it", "log", "no", "denied", row=2), _crash("it", row=0)]),
    "others do other things": CrashMatrix([
        _crash("a", told="error", kind="honest", row=0), _crash("a", told="nothing", kind="open", when="after", row=3),
        _crash("b", kind="repeated", **{LONG: 2}), _crash("b", "desk", "no", "denied", **{LONG: 1})]),
    "alike": CrashMatrix([_crash("a", row=1), _crash("b", row=1)]),
    "three": CrashMatrix([_crash(name, kind=kind, row=1) for name, kind in zip("abcabcabc", [*["kept"] * 5, "broken",
                                                                               "kept", "broken", "broken"])]),
    "none": CrashMatrix(),
}  # fmt: skip


def _sweep(points, objectives=(), missed=(), metric=None):
    """A sweep with these (changes, estimate) pairs; `missed`: the numbers of points that miss their objectives."""
    meets, misses = ([SimpleNamespace(metric="errors", verdict=its), SimpleNamespace(metric="lost", verdict="MISSES")]
                     for its in ("MEETS", "MISSES"))  # fmt: skip
    return SimpleNamespace(
        paths=tuple(dict.fromkeys(path for each, _ in points for path in each)), scenario=DESK.replace(
            {"objectives": dict(objectives)}), points=[(each, None) for each, _ in points],
        estimates=lambda _: [each for _, each in points],
        verdicts=[misses if number in missed else meets for number in range(len(points))])  # fmt: skip


def _sure(*means):
    return [estimate([mean, 1.5 * mean]) for mean in means]


def _grid(columns, rows, *found, **settings):
    cells = [(column, row) for column in columns for row in rows]
    return _sweep(
        [({WORKERS: one, RATE: two}, each) for (one, two), each in zip(cells, found, strict=True)], **settings
    )


LINES = {
    "six": (_grid(range(6), ["5/s"], *_sure(*range(6))), RATE), "of one value": (_grid([1], [2], *_sure(3)),),
    "two units": (_sweep([({WORK: each}, found) for each, found in zip(["20ms", 3, "1s", "9ms"], _sure(1, 2, 3, 4))]),),
    "many": (_grid(range(25), [3], *_sure(*range(1, 26))),), "as many": (_grid(range(10), [3], *_sure(*[2] * 10)),),
    "more": (_grid(range(11), [3], *_sure(*[2] * 11)),),
    "nothing": (_grid([1, 2], [3], ZERO, ZERO),), "unknown": (_grid([1, 2], [3], UNKNOWN, UNKNOWN),),
    "one unknown": (_grid([1, 2], [3, 4], *[UNKNOWN] * 2, *_sure(1, 2)), WORKERS),
    "far above": (_grid([1, 2], [3, 4], *_sure(1, 900, 5, 900), objectives={"errors": 10}),),
    "lists": (_sweep([({WORK: each}, found) for each, found in zip([{"constant": 1}, [2], True], _sure(1, 2, 3))]),),
}  # fmt: skip
LOADS = {"a": [*zip((0.5, 1, 2), _sure(1, 2, 40)), (3, estimate([9.0])), (4, UNKNOWN)], "b": [(1, ZERO), (2, UNKNOWN)]}
HEATS = {
    "far": _grid([1, 2], [3, 4, 5, 6, 7, 8], *_sure(*range(12)), missed=[0, 5]),
    "below nothing": _grid([1, 2], [3, 4], *_sure(-8, -4, 6, 2), missed=[3]), "nothing": _grid([1, 2], [3], ZERO, ZERO),
    "unknown": _grid([1, 2], [3, 4], UNKNOWN, *_sure(1, 2, 3)), "too many": _grid(range(21), range(20), *[ZERO] * 420),
    "as many": _grid(range(20), range(20), *[ZERO] * 400),
    "not set": _sweep([({WORKERS: 1, RATE: 2}, ZERO), ({WORKERS: 2}, ZERO)]),
}  # fmt: skip


def _bar(words, less, more):
    sides = (None if side is None else difference([0.0] * len(side), side) for side in (less, more))
    return Bar(words, 5, *sides, 4, 6, words)


BARS = (_bar("first", [-0.5, -0.25], [0.5, 1.0]), _bar("second", [0.25, 0.5], None), _bar("third", None, [0.25]),
        _bar("fourth", [], [0.125, -0.125]))  # fmt: skip
TORNADOS = [Sensitivity(DESK, "errors", 0.1, estimate([4, 5]), each) for each in (BARS, BARS[:1], (), BARS[3:] * 20)]


def _ramp(up, down):
    """A ramp with (load, goodput of the runs) pairs on both ways."""
    ways = [*(("up", *each) for each in up), *(("down", *each) for each in down)]
    return Hysteresis("desk", "callers", 2.0, 2, tuple(
        Plateau(way=way, load=float(load), goodput=estimate(found)) for way, load, found in ways))  # fmt: skip


UP = [(10, [10, 10]), (20, [19, 20]), (40, [30, 31])]
RAMPS = [_ramp(UP, [(20, [5, 5.25]), (10, [8, 8.25])]), _ramp(UP, [(20, [17, 17.25]), (10, [1, 1.25])]),
         _ramp(UP, [(20, [19, 20]), (10, [10, 10])])]  # fmt: skip
STORM = [SimpleNamespace(lowest=low, highest=high) for low, high in ((5, 41.6), (15, 30), (50, 60))]


def _replay(observed, predicted, low, high, faults=()):
    """A replay of an incident in which two figures were observed."""
    said = {name: {"predicted": predicted} for name in observed}
    both = {name: int((~np.isnan(its) & ~np.isnan(predicted)).sum()) for name, its in observed.items()}
    return SimpleNamespace(
        observed={name: np.array(its, dtype=float) for name, its in observed.items()}, data={"figures": said},
        stretches=np.arange(len(predicted) + 1) * 60.0, band=lambda _: (np.array(low), np.array(high)),
        error=lambda name: 0.125 if both[name] else NONE, within=lambda name: (both[name] // 2, both[name]),
        scenario=DESK.replace({"run.duration": "9min", "faults": list(faults)}))  # fmt: skip


NONE = math.nan
FAULTS = [{"outage": "desk", "at": "1min", "for": "1min"}, {"outage": "desk", "at": "3min", "for": "5min"},
          {"error_rate": "desk", "at": "2min", "probability": 0.5}, {"crash": "desk", "mtbf": "9min", "mttr": "1s"},
          {"latency": ["callers", "desk"], "at": "2min", "add": "1s"}]  # fmt: skip
TIMES = [0.5, NONE, 0.25, 2.0]
REPLAYS = [
    _replay({"response_mean": TIMES, "availability": TIMES, "errors": [1, 2, 3, 4]}, [NONE, 1.0, 0.5, 1.0],
            [NONE, 0.5, 0.25, 1.0], [NONE, 1.5, 1.0, 3.0], FAULTS),
    _replay({"errors": [NONE] * 4}, [1.0, NONE, 2.0, 3.0], [0.0, 1.0, NONE, 2.0], [2.0, 3.0, NONE, 4.0]),
    _replay({"errors": [0.0] * 4}, *[[NONE] * 4] * 3), _replay({"errors": [0.0] * 2}, *[[0.0] * 2] * 3),
]  # fmt: skip
WARM_UPS = [
    WarmUp("desk", "response", 2, *each)
    for each in ((1.0, 0.5, 0.5, np.array([3.0, 2, 1, 1])), (0.0, 3.0, 4.0, np.array([0.0, 0.0])))
]
TALLEST = Estimate(2.0, 1.0, 9.0, 3, 0.5)


def _of_sweeps():
    for name, (sweep, *x) in LINES.items():
        yield f"lines: {name}", _seen(tried(sweep_pictures.lines_scene, sweep, "errors", *x))
    for name, sweep in HEATS.items():
        yield f"heat map: {name}", _seen(tried(sweep_pictures.heat_scene, sweep, "errors"))
    sweep = HEATS["far"]
    yield "turned", _seen(sweep_pictures.heat_scene(sweep, "errors", RATE), sweep_pictures.heat_scene(
        sweep, "errors", None, WORKERS))  # fmt: skip
    for limit in (None, 0.0, 1.0):
        yield f"against the load, limit {limit}", _seen(sweep_pictures.load_scene(LOADS, "lost", limit))
    yield "one load", _seen(sweep_pictures.load_scene({"a": [(1, TALLEST)], "b": [(1, ZERO)]}, "errors"))


def _of_others():
    for name, found in FOREST.items():
        yield f"comparison: {name}", f"{_seen(comparison.scene(found))}\n{drawn(comparison.comparison, found)}"
    for name, matrix in CRASHES.items():
        yield f"crashes: {name}", _seen(crash_pictures.scene(matrix))
    for number, found in enumerate(TORNADOS):
        yield (
            f"tornado {number}",
            _seen(*(sweep_pictures.tornado_scene(found, *each) for each in ((), ("it", 1), ("it",)))),
        )
    for number, ramp in enumerate(RAMPS):
        yield f"hysteresis {number}", _seen(*(hysteresis_plot.scene(ramp, storm) for storm in (None, *STORM)))
    for number, replay in enumerate(REPLAYS):
        yield f"replay {number}", _seen(*(replay_picture.scene(replay, figure) for figure in (None, *replay.observed)))
    yield "replay: not observed", str(tried(replay_picture.scene, REPLAYS[0], "error"))
    yield "warm-ups", _seen(*map(warm_up_plot.scene, WARM_UPS))
    for number in (1, 3001):
        times = SimpleNamespace(times=np.arange(number) / 1024, candidates=(), finding="Times in equal steps")
        yield f"fit of {number}", _seen(fit_plot.scene(times))


def _on_axes():
    """Each on the second of two axes; and some on axes of their own."""
    yield "against the load", drawn(sweep_pictures.load_lines, LOADS, "lost")
    yield "a heat map", drawn(sweep_pictures.heat_map, HEATS["below nothing"], "errors")
    draws = {
        "comparison": partial(comparison.comparison, FOREST["many"]),
        "crashes": partial(crash_pictures.crashes, CRASHES["three"]),
        "lines": partial(sweep_pictures.lines, LINES["six"][0], "errors", RATE),
        "load lines": partial(sweep_pictures.load_lines, LOADS, "lost", 1.0),
        "heat map": partial(sweep_pictures.heat_map, HEATS["far"], "errors", RATE, WORKERS),
        "tornado": partial(sweep_pictures.tornado, TORNADOS[0], name="it", most=3),
        "hysteresis": partial(hysteresis_plot.hysteresis, RAMPS[0]),
        "warm-up": partial(warm_up_plot.warm_up, WARM_UPS[0]),
        "fit": partial(evsim.fit([0.25 * (1 + each % 7) for each in range(40)]).plot, most=1),
    }  # fmt: skip
    for name, draw in draws.items():
        yield name, drawn(draw, ax=_axes())


RESULTS_DRAWN = {"pictures of sweeps": _of_sweeps, "pictures of other results": _of_others,
                 "pictures of results on axes": _on_axes}  # fmt: skip
