"""What formulas of ``evsim.theory`` and distributions give: at usual values, at their limits, and beyond them."""

import inspect
import math

import numpy as np

from evsim import Distribution, theory
from tests.snapshots.texts import rounded, tried

__all__ = ["FORMULAS"]

USUAL = {  # parameter -> values; the first one is taken while others vary
    "age": (0.5, 0, 3), "arrival_cv": (1.2, 0, 1), "arrival_phases": (2, 1, math.inf),
    "arrival_rate": (3.0, 0.5, 8.0, 0), "arrival_rate_after": (1.0, 5.0),
    "arrival_rates": ([1.0, 0.5], [2.0, 3.0], [1.0]), "at_once": (50, 4), "attempts": (3, 1),
    "availabilities": ([0.9, 0.99], [1.0]), "availability": (0.99, 1.0, 0.5), "bandwidth": (1e6, 10),
    "base": (0.1, 1), "batch_cv": (0.5, 0, 2), "batch_mean": (2.5, 1), "batch_rate": (1.0, 2.0),
    "branches": (3, 1, 2, 8), "buffer": (2, 0, 5), "burst": (5, 1), "calls": (4, 1), "cap": (0.3, None, 10),
    "capacities": ([4.0, 6.0], {"a": 5.0, "b": 2.0}), "capacity": (4, 2, 9), "choices": (2, 1, 3),
    "consumers": (3, 1, 9), "copies": (3, 1), "cost": (2.0, 60), "count": (4, 1), "delay": (0.2, 0),
    "designs": (3, 2), "discipline": ("fifo", "lifo", "ps", "random"), "duration": (0.25, 1.0005),
    "exponent": (1.2, 0, 1), "factor": (2.0, 1, 3), "failure_probability": (0.3, 0, 1), "failure_rate": (0.01, 0.2),
    "failures": (5, 1), "first": (10, 2), "gap": (0.5, 2), "instances": (500, 4), "interval": (2.0, 0.1),
    "invocations": (1000, 1), "in_system_mean": (6.0, None), "items": (100, 1),
    "jitter": ("none", "full", "equal", "decorrelated", "half"), "kappa": (0.001, 0), "keep_alive": (10.0, 0),
    "keys": (100, 4), "lag": (0.05, 0), "latency": (0.02, 0), "layers": (2, 1), "linger": (0.1, 0),
    "loss": (0.01, 0.2), "mean": (2.0, 1), "means": ([1.0, 1.2, 1.5], [2.0, 1.0]), "memory": (1.5, 0.125),
    "most": (10, None, 1), "mtbf": (1000.0, 10), "mttr": (5.0, 0), "needed": (2, 1), "number": (8, 1),
    "offered_load": (2.5, 0.5), "outage": (10.0, 0), "partitions": (6, 1), "period": (31536000, 86400),
    "preemptive": (False, True), "probability": (0.95, 0.1), "rate": (2.0, 5.0), "repair_rate": (0.5, 2),
    "requests": (3, 1), "retries": (4, 1, 0), "round_trip": (0.1, 0.01),
    "routing": ([[0, 0.5], [0.25, 0]], [[0, 1], [0, 0]]), "segment": (1460, 100), "servers": (3, 1, 5),
    "service_cv": (1.5, 0, 1), "service_mean": (0.2, 0.05), "service_rate": (5.0, 2.0),
    "service_rates": ([4.0, 5.0], [2.5, 9.0]), "service_time": (0.2, 0.01), "sigma": (0.05, 0), "size": (1000, 3),
    "sleep": (0.5, 2), "sleep_cv": (0.5, 0), "sojourn_mean": (None, 2.0), "spreads": ([0.3, 0.2, 0.4], [1.0, 1.0]),
    "stage_times": ([0.01, 0.03], [0.02]), "stages": (3, 2), "start_cv": (0.5, 0), "start_mean": (1.5, 0.1),
    "step": (0.001, 0.1), "steps": (4, 1), "success": (0.95, 1), "think_mean": (2.0, 0), "throughput": (3.0, None),
    "top": (3, 1), "users": (12, 1), "utilisation": (0.8, 0.1), "visibility": (0.5, 3), "work": (0.02, 0.3),
}  # fmt: skip
ASKED = {"probability": (0.25, 0.5, 0.99), "time": (0, 0.1, 0.4), "number": (0, 1, 3), "service_time": (0.1, 1)}
TIMES = (
    "20ms", 0, {"exponential": "20ms"}, {"uniform": ["10ms", "40ms"]}, {"erlang": {"mean": "20ms", "k": 3}},
    {"lognormal": {"mean": "20ms", "cv": 1.5}}, {"weibull": {"mean": "20ms", "shape": 0.7}},
    {"pareto": {"mean": "20ms", "shape": 2.5}}, {"pareto": {"mean": "20ms", "shape": 1.5}},
    {"pareto": {"mean": "20ms", "shape": 1}}, {"triangular": ["10ms", "20ms", "60ms"]},
    {"choice": [[0.9, "10ms"], [0.1, "110ms"]]}, {"choice": [[0.25, "3ms"], [0.5, "1ms"], [0.25, "2ms"]]},
    {"hyperexponential": {"mean": "20ms", "cv": 2}},
    {"empirical": ["10ms", "40ms", "20ms"]}, {"empirical": ["10ms"]},
)  # fmt: skip
LEVELS = np.array([0, 0.125, 0.25, 0.5, 0.75, 0.9, 0.9375, 0.999])


def _values(found):
    """All that a result says: its words, what it holds, and what its functions give."""
    if not type(found).__module__.startswith("evsim"):
        return str(found)
    said = [str(found)]
    for name in sorted(each for each in dir(found) if not each.startswith("_")):
        its = tried(getattr, found, name)
        if not callable(its):
            said.append(f"{name} {its}")
        elif len(asked := list(inspect.signature(its).parameters)) == 1:
            said.append(f"{name} {[tried(its, value) for value in ASKED[asked[0]]]}")
    return "\n".join(said)


def _formulas():
    for name in sorted(theory.__all__):
        formula = getattr(theory, name)
        if not inspect.isfunction(formula):
            continue
        parameters = list(inspect.signature(formula).parameters)
        usual = {each: USUAL[each][0] for each in parameters}
        yield name, rounded(_values(tried(formula, **usual)), 7)
        for each in parameters:
            others = [*USUAL[each][1:], -1, 0, "many"]
            texts = (f"{each} {value}: {_values(tried(formula, **usual | {each: value}))}" for value in others)
            yield f"{name}, another {each}", rounded("\n".join(texts), 7)


NETWORK = theory.jackson, [1.0, 0.5], [4.0, 5.0], [[0, 0.5], [0.25, 0]]
AT_LIMITS = (  # a formula and its arguments; the last ones are those of a function of its result
    NETWORK, (*NETWORK, [2, 1]), (theory.jackson, [0, 3], [4, 9], [[0, 1], [0, 0]], [1, 3]),
    (theory.jackson, [0, 3], [4, 9], [[0, 0], [0.1, 0.2]]), (theory.jackson, [1], [2, 3], [[0, 1], [0, 0]]),
    (theory.jackson, [1, 1], [2, 3], [[0, 1], [1, 0]]), (theory.jackson, [1, 1], [2, 3], [[0, 1], [0, 0]], 3),
    (theory.jackson, [1, 1], [2, 3], [[0, 1], [0, 0]], [1, 1, 1]), (theory.jackson, [0, 0], [2, 3], [[0, 1], [0, 0]]),
    (theory.jackson, [1, 1], [2, 3], [[0, 1]]), (theory.jackson, [1, 1], [2, 3], [[0, 1], [0.5, 0.6]]),
    (theory.jackson, [1, 1], [2, 3], [[0, 1], [0]]), (theory.jackson, [1, 1], [2, 3], [[0, 1], 1]),
    (theory.jackson, [1, -1], [2, 3], [[0, 1], [0, 0]]), (theory.jackson, [1, 1], [2, 3], [[0, 1], [0, -0.1]]),
    (theory.tandem, 1, []), (theory.tandem, 1, "12"), (theory.bottleneck, 1, []), (theory.series_availability, []),
    (theory.pipeline_time, 3, []), (theory.blocking_stages, 3, 0), (theory.blocking_stages, 9, 9),
    *((theory.littles_law, *each) for each in (
        (), (5,), (5, 2), (5, None, 2), (None, 5, 2), (5, None, 0), (5, 0), (10, 5, 2), (12, 5, 2), (8, 5, 2),
        (0, 5, 2), (0, 0, 2), (5, True), (5, math.inf), (5, math.nan))),
    *((theory.contended, *each) for each in (
        (2, 0.1, 0.5), (2, 1, 0.5), (2, 1, 0.6), (1, 1, 0, 0.25), (1, 1, 0, 0.2), (1, 1, 0, 0.3), (4, 1, 0.5, 0.01),
        (4, 0.25, 1.0, 0.5), (1, 1, 0.5, 0.0),
        (2, 1, 0.75, 0.25), (0.5, 1, 1.5), (2, 1, 1.2, 1.0), (40, 1, 0.01, 1e-5))),
    *((theory.scalability_peak, *each) for each in ((0.5, 0.01), (1.5, 0.01), (1, 0.01), (0.5, 0))),
    *((theory.any_of, *each) for each in ((0, 3), (1, 3), (1.5, 3), (0.5, 1), (0.5, True), (True, 2))),
    (theory.kth_of_exponentials, 4, 2), (theory.max_of_exponentials, 4), (theory.zipf_share, 9),
    *((theory.zipf_share, 4, 1, top) for top in (3, 4, 5)), (theory.batch_arrivals, 1.0, 2.5, 0.2),
    (theory.cold_starts, 0.5, 0.5, 3), (theory.billed, 0.1 + 0.2, 1, 1, 0.1),
    (theory.sleeping_reader, 0.5, 0.5, 3), (theory.overload, 3, 3, 1, 1),
    *((theory.redundant_availability, 0.9, 3, needed) for needed in (2, 3, 4)),
    *((theory.retry_storm, rate, 12, 3) for rate in (4, 4.5, 12, 13)),
    *((theory.token_bucket, rate, 1, burst) for rate in (90, 100, 101, 1e4) for burst in (1, 2, 99)),
    *((theory.shed_by_age, rate, 2, 3) for rate in (1, 2, 3)),
    *((theory.partition_load, *each) for each in ((4, 4), (3, 4), (5, 4), (40, 4), (1, 1))),
    *((theory.rinott, *each) for each in (
        (3, 101, 0.9), (3, 3, 0.9), (2, 20, 0.5), (2, 20, 1), (4, 9, 0.25), (4, 9, 0))),
    *((theory.ocba_shares, *each) for each in (
        ([3, 1, 2], [1, 2, 1]), ([1], [1]), ([2, 1, 1], [1, 1, 1]), ([2, 1, 2], [1, 1, 1]), ([1, 2], [1]),
        ([1, 2], [0, 1]))),
    (theory.supermarket_sojourn, 0.9, 3), (theory.supermarket_sojourn, 1, 2),
)  # fmt: skip
ASKED_AT_LIMITS = (  # a formula, its arguments, and what is asked of its result: of which function, and how
    (theory.mm1, (8, 10), "wait_quantile", (0.19, 0.2, 0.21, 0, 1, -0.1, 0.999999)),
    (theory.mmc, (2, 1, 4), "wait_quantile", (1 - theory.erlang_c(4, 2), 0.82, 0.83, 1, "many")),
    (theory.gm1, (4, 5, 2), "wait_quantile", (0.2, 0.3, 0.4, 0, 1)),
    (theory.md1, (8, 0.1), "wait_cdf", (0, 0.1, 0.2, 0.25, 19.9, 20, 20.1, 1e9, -1)),
    (theory.md1, (8, 0.1), "wait_quantile", (0, 0.2, 0.5, 1 - 1e-9)),
    (theory.mminf, (4, 0.5), "in_system_quantile", (0, math.exp(-2), 0.5, 1 - 2**-53, 1)),
    (theory.mminf, (1000, 0.5), "in_system_quantile", (0.5, 1 - 2**-53)),
    (theory.mminf, (4, 0.5), "in_system_cdf", (0, 2, True, 2.5)),
    (theory.hedged, (1, -math.log1p(-0.5)), "response_quantile", (0.4, 0.5, 0.6)),
    (theory.kth_of_exponentials, (3, 3), "quantile", (0, 0.5)),
    (theory.kth_of_exponentials, (3, 1), "quantile", (0, 0.5)),
    (theory.tandem, (1, [2, 3]), "sojourn_quantile", (0, 0.5, 1 - 1e-15)),
)  # fmt: skip


def _limits():
    for formula, *arguments in AT_LIMITS:
        yield f"{formula.__name__} {arguments}", rounded(_values(tried(formula, *arguments)), 7)
    for formula, arguments, function, asked in ASKED_AT_LIMITS:
        its = getattr(formula(*arguments), function)
        said = "\n".join(f"{each}: {tried(its, each)}" for each in asked)
        yield f"{formula.__name__} {arguments}, {function}", rounded(said, 7)


def _distributions():
    for number, written in enumerate(TIMES):
        found = tried(Distribution.read, written)
        if isinstance(found, str):
            yield f"{number}: {written}", found
            continue
        luck = np.vstack([LEVELS, LEVELS[::-1]])[: found.draws]
        said = [
            found.mean,
            found.cv,
            tried(found.quantile, LEVELS),
            found.transform(luck) if found.draws else "",
            found.longest,
        ]
        yield f"{number}: {written}", rounded("\n".join(map(str, said)), 7)


FORMULAS = {"formulas": _formulas, "limits of formulas": _limits, "distributions": _distributions}
