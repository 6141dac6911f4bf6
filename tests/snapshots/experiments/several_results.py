"""What experiments say where there are several: objectives, flips, workloads, floors, plates of one load; and ties."""

from functools import partial
from types import SimpleNamespace

from matplotlib.figure import Figure

import evsim
from evsim import Scenario
from evsim.experiment.crash import crash_matrix
from evsim.experiment.floor import floor_of
from evsim.experiment.hunt import hunt
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.judging import judge
from evsim.experiment.resuming import Pairs
from evsim.experiment.saving import save_run
from evsim.experiment.statistics import estimate
from evsim.reporting.answer import answer
from evsim.reporting.breaking import Broken, breaks
from evsim.reporting.busiest import busiest
from evsim.reporting.loads import against_load, holds_up_to
from tests.snapshots.experiments.futures import TIES
from tests.snapshots.telling import ALONE, DESK, RATE, WORK, WORKERS, in_folder, interrupted_after, says, told
from tests.snapshots.texts import drawn

__all__ = ["SEVERAL_RESULTS"]

ARRIVALS = "workloads.callers.arrivals"
EVEN = DESK.replace({ARRIVALS: {"constant": "8/s"}, WORK: "125ms", "run.duration": "1s"})
TWO = EVEN.replace({"name": "two", "workloads.clerks": {"target": "desk", "arrivals": {"constant": "4/s"}}})
BACKS = EVEN.replace({
    "name": "backs", "services.desk.handle": [{"call": "left"}, {"call": "right"}, {"work": "125ms"}],
    "services.left": {"workers": 9, "handle": [{"work": "125ms"}]},
    "services.right": {"workers": 9, "handle": [{"work": "125ms"}]}})  # fmt: skip
WORKED = {"work": "125ms"}
PROMISED = {"response_mean": "1ms", "response_p50": "2ms", "errors": 0}


def _axes():
    return Figure((8, 4.5)).subplots(1, 2)[1]


def _found():
    """Searches in which several objectives are missed, or kept by none; services alike; and one that is stopped."""
    missed = judge({"response_mean": 0.001, "response_p50": 0.002, "errors": 0, "completion_mean": 0.1}, {
        name: estimate(its) for name, its in (("response_mean", [1, 2]), ("response_p50", [1, 1]), ("errors", [0, 0]),
                                              ("completion_mean", [3, 4]))})  # fmt: skip
    yield [str(each) for each in floor_of(BACKS.replace({"run.duration": "5s"}), missed, [3, 4], **ALONE)]
    yield evsim.find(BACKS, WORKERS, (8, 9), PROMISED, max_runs=8, **ALONE)
    yield evsim.find(EVEN, WORKERS, (4, 6), {"errors": 0, "lost": 0, "dead": 0}, max_runs=8, **ALONE)
    yield evsim.find(EVEN, WORKERS, (5, 6), {"response_p99.9": "1s", "completion_p99": "1s"}, max_runs=8, **ALONE)
    stopped = EVEN.replace({"services.desk.handle": interrupted_after(100, "5ms")})
    try:
        yield evsim.find(stopped, WORKERS, (1, 40), {"errors": 0}, max_runs=8, **ALONE)
    except KeyboardInterrupt as stop:
        yield f"{stop}\n{stop.finished}"


def _hunted():
    """Hunts in which customers of two workloads come to harm, and for a promise without words."""
    loop = TWO.replace({"services.desk.handle": [{"work": "1ms"}, {"fail": 0.5}]})
    for found in (hunt(loop, "answered", tries=2), hunt(loop, lambda run: [], tries=2)):  # fmt: skip
        yield f"{found!r}"


def _changed():
    """Sensitivities of several inputs, some of which flip verdicts; sweeps of many settings."""
    desk = EVEN.replace({
        WORK: "125 ms", "services.desk.handle.1": {"wait": "125ms"},
        "objectives": {"response_mean": "260ms", "response_p50": "255ms"}})  # fmt: skip
    found = evsim.sensitivity(desk, "response_mean", n=3, screen=2, progress=False, jobs=1)
    yield found
    yield drawn(found.plot, ax=_axes())
    yield evsim.sensitivity(evsim.load("registration-serverless").replace({"run.duration": "500ms", "run.warmup": 0}),
                            "errors", paths=["services.register.handle.0.work"], n=2, **ALONE)  # fmt: skip
    done = evsim.sweep(
        EVEN, {RATE.replace("poisson", "constant"): ["8/s", "4/s"], WORK: ["250ms", "125ms"]}, 2, **ALONE
    )
    yield done
    yield "\n".join([drawn(done.plot, "response_mean", WORK, ax=_axes()), drawn(done.plot, "errors"),
                     drawn(done.heat_map, "response_mean", WORK, ax=_axes())])  # fmt: skip
    some = evsim.sweep(EVEN, [{WORKERS: 4}, {WORKERS: 4, WORK: "1s"}], 1, **ALONE)
    yield from (drawn(some.plot, "response_mean", each) for each in (WORKERS, WORK))
    for metrics in (None, (), ("errors", "lost")):
        yield evsim.sweep(EVEN, {WORKERS: [4]}, 2, **ALONE).table_text(*done.table(metrics))


def _ramps():
    """Plates of a ramp that are as far apart as others, and a ramp whose top stands in it twice."""
    pairs = ((1, 5.0, 3.0), (2, 6.0, 4.0), (3, 9.0, 9.0))
    loads = [Plateau(float(load), way, estimate([its, its])) for load, up, down in pairs
             for way, its in (("up", up), ("down", down))]  # fmt: skip
    for plateaus in (loads, loads[::-1]):
        ramp = Hysteresis("it", "callers", 5, 2, tuple(plateaus))
        yield f"{ramp}\n{ramp.apart} {ramp.way('up')} {ramp.way('down')}"
        yield drawn(ramp.plot, ax=_axes())
        yield drawn(ramp.plot, ax=_axes(), storm=SimpleNamespace(lowest=1.5, highest=2.5))


def _drawn():
    """Pictures of results on axes of their own, and on given ones."""
    crashes = crash_matrix(EVEN)
    warm = evsim.warm_up(DESK.replace({RATE: "300/s", WORK: "1ms", "run.duration": "1s"}), progress=False)
    fit = evsim.fit([0.25 * (1 + each % 7) for each in range(40)])
    for found in (crashes, warm, fit):
        yield "\n".join([drawn(found.plot), drawn(found.plot, ax=_axes())])
    yield crash_matrix(EVEN, request=1, back_after="250ms")
    yield crash_matrix(
        {"a": BACKS, "b": EVEN.replace({"services.desk.handle": [{"effect": "row"}, {"effect": "note"}]})}
    )


def _reported():
    """Answers about several objectives of several designs, what breaks two of them, and loads of two workloads."""
    of = {"good": [0.01, 0.011], "bad": [1.0, 1.1], "close": [0.098, 0.101, 0.102]}
    names = "response_mean", "response_p50", "errors"

    def judged(*kinds):
        return judge(dict.fromkeys(names, 0.1), {name: estimate(of[kind]) for name, kind in zip(names, kinds)})

    cases = [judged("good", "good", "good"), judged("bad", "bad", "good"), judged("close", "close", "good"),
             judged("close", "bad", "close")]  # fmt: skip
    yield "\n".join(map(str, (answer({f"design {number}": each for number, each in enumerate(some)}) for some in (
        cases, cases[1:], cases[1:2] * 2, cases[2:3], [cases[0], cases[0]]))))  # fmt: skip
    yield str(Broken("", {"lost": estimate([0, 0]), "errors": estimate([1, 2]), "dead": estimate([3, 3])}).words)
    broken = breaks({"a": BACKS, "b": TWO, "c": EVEN}, [3, 4], **ALONE)
    yield "\n".join(
        f"{what} {name}: {its and its.words}" for what, found in broken.items() for name, its in found.items()
    )
    yield str(against_load(TWO, "response_mean", 2, seed=5, **ALONE))
    yield str(against_load(EVEN, "errors", 2, **ALONE))
    day = DESK.replace(
        {ARRIVALS: {"profile": [["0s", "5/s"], ["50s", "5/s"], ["50s", "20/s"]]}, "run.duration": "100s"}
    )
    other = day.replace({ARRIVALS: {"profile": [["0s", "5/s"], ["25s", "5/s"], ["25s", "20/s"], ["75s", "5/s"]]}})
    whole = {"a": day, "b": other, "c": day, "d": EVEN}
    yield str(busiest(whole, {name: each.replace({"run.duration": "25s"}) for name, each in whole.items()})[1])


def _guessed():
    """A report whose answer is turned by two inputs that are as certain, of two designs, one after the other's name."""
    flips = Scenario.from_dict({
        "name": "flips", "workloads": {"page": {"target": "desk", "arrivals": {"constant": "8/s"}}},
        "services": {"desk": {"workers": 9, "handle": [{"work": "50ms"}, {"work": "50ms"}, {"call": "archive"}]},
                     "archive": {"workers": 9, "handle": [{"work": "50ms"}]}},
        "objectives": {"response_mean": "155ms"}, "run": {"duration": "500ms"},
        "origins": {"services.desk.handle": "guessed", "services.archive.handle": "guessed",
                    "workloads": "measured: a log"},
    })  # fmt: skip
    found = evsim.report(flips, flips.replace({"name": "others"}), n=2, **ALONE)
    yield "\n".join([*found.answer, *map(str, found._flips()), *map(str, found._inputs()), *found._checks()])


def _kept(folder):
    """A store that has what pairs show and not the figures of a design; a load that a store has seen; further files."""
    some = SimpleNamespace(get=lambda key, seed: None, kept=lambda key, seed: {"a": 1})
    all_ = SimpleNamespace(get=lambda key, seed: {"seed": seed}, kept=lambda key, seed: {"a": 1})
    yield f"{Pairs(some, [EVEN]).get(3)} {Pairs(all_, [EVEN, TWO]).get(3)}"
    channels = {"channels.a": "queue", "channels.b": "log",
                "services.desk.handle": [{"publish": "a"}, {"publish": "b"}],
                "services.left": {"subscribe": ["a", "b"], "handle": [WORKED]}}  # fmt: skip
    twice = [
        evsim.sweep(EVEN.replace(channels), {WORKERS: [4]}, 2, store=folder / "channels", **ALONE) for _ in range(2)
    ]
    yield "\n".join(f"{each.points[0][1].channels}" for each in twice)
    promised = EVEN.replace({"objectives": {"response_mean": "130ms"}})
    yield str([holds_up_to(promised, 8, store=folder / "runs", **ALONE) for _ in range(2)][1])
    done = EVEN.run()
    save_run(folder / "out", {"a": 1}, done, {"more.txt": "more\n\n", "other.txt": "other"})
    yield str([f"{path.name}: {path.read_text()}" for path in sorted((folder / "out").glob("*.txt"))])


def _branched():
    """Futures in which two parts break at once, whose past is told by a twin."""
    for faults in ({"partition": "cable", "for": "1s"},
                   [{"partition": "cable", "for": "1s"}, {"outage": "one", "for": "2s"}]):  # fmt: skip
        branch = TIES.run().branch(faults, 15)
        yield f"{branch.shared} {branch.parent.scenario.to_dict().get('faults')}"


MADE = {"searches": _found, "hunts": _hunted, "changes": _changed, "ramps": _ramps, "pictures": _drawn,
        "reports": _reported, "guesses": _guessed, "futures": _branched}  # fmt: skip


def _all(make):
    return [says(each) for each in make()]


SEVERAL_RESULTS = {f"several {name}": partial(told, {"all": partial(_all, make)}) for name, make in MADE.items()} | {
    "several stores": partial(told, {"all": lambda: in_folder(lambda folder: "\n".join(_kept(folder)))})
}
