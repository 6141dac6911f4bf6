"""The five designs under six conditions, twenty seeds each, eight by day: what the sentences of the lessons rest on."""

from functools import cache

import numpy as np

import evsim
from evsim.results.requests import OK, PENDING
from tests.support.nightly import NIGHTLY

DESIGNS = ("monolith", "classic", "parallel", "hybrid", "events")
SEEDS = range(1, 21) if NIGHTLY else range(1, 9)
STALE = {f"services.{name}.drop_stale": True for name in ("register", "database", "mailing-list")}


def outage(target):
    return [{"outage": target, "at": "20s", "for": "10s"}]


FAULTS = {
    "none": [],
    "list down": outage("mailing-list"),
    "database down": outage("database"),
    "broker down": outage("customer-registered"),
    "register crash": [{"crash": "register", "at": "20.5s", "for": "2s"}],
    "list slow": [{"slowdown": "mailing-list", "factor": 5, "at": "20s", "for": "10s"}],
}


def twin(design):
    return evsim.load(f"registration-{design}")


@cache
def runs(design, fault="none", drop_stale=True, **changes):
    """The figures of one design under one fault, an array for each figure with one value a seed."""
    settings = {"faults": FAULTS[fault]} | (STALE if drop_stale else {}) | dict(changes)
    scenario = twin(design).replace(settings)
    return _columns([figures(scenario.run(seed=seed)) for seed in SEEDS])


@cache
def at_load(design, factor):
    """The same at a multiple of the load."""
    scenario = twin(design).replace({"workloads.register-page.arrivals.poisson": 50 * factor, "run.max_rows": 10**7})
    return _columns([figures(scenario.run(seed=seed)) for seed in SEEDS[:8]])


def figures(run):
    run.audit()
    requests, summary = run.tables.requests, run.summary()
    cohort, told = requests.cohort, requests.outcome == OK
    in_time = requests.completed_at <= requests.answered + 1
    refused = (requests.outcome != OK) & (requests.outcome != PENDING)
    return {
        "available": 100 * summary["availability"],
        "told yes and not true after 1 s": int((told & ~in_time)[cohort].sum()),
        "told error and something true": int((refused & (requests.present > 0))[cohort].sum()),
        "half done": summary["inconsistent"],
        "answer": 1e3 * summary["response_mean"],
        "answer p99": 1e3 * summary["response_p99"],
        "completion": 1e3 * summary["completion_mean"],
        "done": np.where(cohort, requests.completion, np.nan),
        "answered": np.where(cohort & told, requests.response, np.nan),
        "no row when told": 100 * _without_row(run, cohort & told),
    }


def _without_row(run, counted):
    requests = run.tables.requests
    row = run.tables.effect_names.index("customer row")
    return float((~(requests.first_time[row] <= requests.answered))[counted].mean())


def _columns(all_figures):
    return {name: [figures[name] for figures in all_figures] for name in all_figures[0]}


def paired(one, other, figure):
    """Mean difference in ms over the customers of each seed, one value a seed: other minus one."""
    return [1e3 * np.nanmean(b - a) for a, b in zip(one[figure], other[figure], strict=True)]


def interval(values):
    """(mean, half-width of the 95 % interval) over the seeds."""
    values = np.array(values, dtype=float)
    t = {8: 2.365, 20: 2.093}[len(values)]
    return values.mean(), t * values.std(ddof=1) / np.sqrt(len(values))
