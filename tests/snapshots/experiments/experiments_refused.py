"""What experiments say to arguments of a wrong kind, and to values at the ends of what is allowed."""

from functools import partial

import evsim
from evsim.experiment.running import in_order, seeds_from
from evsim.experiment.search import candidates, quantity
from evsim.experiment.statistics import none_seen_bound, t_quantile
from evsim.experiment.warm_up import batch_means, mser
from tests.snapshots.telling import ALONE, DESK, RATE, WORK, WORKERS, refusals, told
from tests.snapshots.texts import tried

__all__ = ["EXPERIMENTS_REFUSED"]

SMALL = DESK.replace({RATE: "9/s", WORK: "20ms", "run.duration": "1s"})
PROMISED = SMALL.replace({"objectives": {"response_mean": "1s"}})
KINDS = (True, 2.5, "two", 0, -1)  # of a number that must be whole


def _each(name, values):
    return [{name: value} for value in values]


find = partial(evsim.find, PROMISED, WORKERS, **ALONE)
best = partial(evsim.best, SMALL, SMALL.replace({WORK: "30ms"}), metric="response_mean", within="1ms", **ALONE)
REFUSED = {
    "seeds": lambda: refusals(partial(seeds_from, SMALL), {"n": 3}, {"seed": 0}, *_each("n", KINDS),
                              *_each("seed", KINDS[:3])),
    "processes": lambda: refusals(lambda jobs: in_order(str, [1, 2], jobs, False), {}, *_each("jobs", (*KINDS[:4], 1))),
    "ranges": lambda: [f"{each} {precision}: {tried(lambda each=each, p=precision: list(candidates(each, p)))}"
                       for each, precision in (
        ((1, 2, 3), 0.1), ((1,), 0.1), ("12", 0.1), ([1, 3], 0.1), ((2, 2), 0.5), ((3, 2), 0.5), ((0, 2), 0.5),
        (("0", " 2 "), 0.5), ((True, 2), 0.5), ((1, False), 0.5), (("1s", "1ms"), 0.5), (("1s", "2"), 0.5),
        ((0.5, 0.5), 0.5), ((-1.5, 2), 0.5), ((0.0, 0.3), 0.5), (("0/s", "3/s"), 0.4), ((0.5, 2), "x"), ((0.5, 2), 1),
        ((0.5, 2), 0.0), ((0.5, 2), True), ((0.5, 2), 1e-7), ((0.999999, 1.000001), 1e-6), (("1e1ms", "1.5E1ms"), 0.3),
        ((".5", "2.5"), 0.9))],
    "quantities": lambda: [str(tried(quantity, each)) for each in ("10/s", " 10 /s ", 3, True, "many", "1e3", "")],
    "find": lambda: refusals(find, {"between": (1, 2)}, *_each("error", ("x", True, 0, 1, 1.0)),
                             *_each("max_runs", (True, 8.5, 7, "x")), *_each("want", ("Smallest", None)),
                             *_each("objectives", ({}, {"response": "1s"}))),
    "best": lambda: refusals(best, {}, *_each("within", (True, "x", 0, -1, float("inf"))),
                             *_each("error", (True, "x", 0, 1)), *_each("max_runs", (True, 9, "x"))),
    "sensitivity": lambda: refusals(partial(evsim.sensitivity, SMALL, "response_mean", **ALONE), {},
                                    *_each("by", ("x", True, 0, 1)), *_each("screen", KINDS), {"paths": ["x.y"]}),
    "replicate": lambda: refusals(
        partial(evsim.replicate, SMALL, 2, **ALONE), {}, *_each("precision", (
            {"errors": 0}, {"errors": "0%"}, {"errors": -0.1}, {"errors": "100%"}, {"errors": True})),
        *_each("max_runs", ("x", True, 2.5)), *_each("record", ("none", 5))),
    "hunt": lambda: refusals(partial(evsim.hunt, SMALL), {}, *_each("tries", (*KINDS, None)),
                             *_each("length", (0, -1, True)),
                             *_each("faults", (5, ["crash", "x"])), *_each("places", ("desk ", 5))),
    "hysteresis": lambda: refusals(
        partial(evsim.hysteresis, SMALL, **ALONE), {"loads": [10, 20]}, *_each("workload", ("nobody", 5, ["callers"])),
        *_each("loads", ([20, 20], [10], "10/s", [-1, 2], [True, 2], [0, 2])), *_each("hold", (-1, True))),
    "crash matrix": lambda: refusals(partial(evsim.crash_matrix, PROMISED), {}, *_each("request", (-1, 7, 2.5, True)),
                                     *_each("back_after", (-1, True)), {"labels": ["a", "b"]}),
    "batches": lambda: [*refusals(partial(batch_means, SMALL.run()), {}, *_each("batches", (True, "x", 4, 5.5)),
                                  {"of": None}), *(str(tried(mser, range(each), 2)) for each in (3, 4, 5))],
    "warm-up": lambda: refusals(partial(evsim.warm_up, SMALL, **ALONE), {"n": 1}, {"of": ""}, {}),
    "numbers": lambda: [*(str(tried(none_seen_bound, each)) for each in (0.5, 1, 3, 2.9)),
                        *(str(tried(t_quantile, *each)) for each in ((0, 2), (1, 2), (-1, 2), (0.9, 0), (0.9, 1.5)))],
}  # fmt: skip
EXPERIMENTS_REFUSED = {"wrong arguments of experiments": partial(told, REFUSED)}
