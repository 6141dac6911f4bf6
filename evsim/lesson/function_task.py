"""Lesson 17: forty at once, what memory does, both ways to pay, and an exercise about which service is paid how."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from evsim.counting import listed
from evsim.lesson.cold_or_warm import cold
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import beyond, counterexample, nobody_told_error
from evsim.scenario import Scenario, load

__all__ = ["TASKS", "bills", "both_ways", "containers", "forty_at_once", "function", "newsletter", "paid"]

LATEST, BUDGET = 1, 130  # s until everybody is told; dollars a month
DONE = {"pay": "payment", "album": "picture"}
LIKE, PRICE = "aws-lambda-java", {"like": "aws-lambda-us-east-1"}


@cache
def newsletter(memory="1769MiB", provisioned=0):
    """Five customers a second at a function, and forty at once at second 20; 100 ms of work with a whole processor.

    So many environments are `provisioned`.
    """
    return load("cold-start-burst").replace({
        "workloads.newsletter.arrivals.burst.at": "20s",
        "services.shop.function.memory": memory,
        "services.shop.function.provisioned": provisioned,
        "services.shop.price": PRICE,
        "services.shop.handle.0.work": "100ms",
        "run.duration": "40s", "run.warmup": "0s", "objectives": {},
    })  # fmt: skip


def forty_at_once():
    """What becomes of the forty, beside those who come at other times."""
    runs = [newsletter().run(seed=seed) for seed in range(1, 6)]
    tables = [run.tables.requests for run in runs]
    burst = [each.workload == each.workloads.index("newsletter") for each in tables]
    if np.mean([run.outcomes.error[many].mean() for run, many in zip(runs, burst)]) > 0.5:
        return "most are told an error"
    usual = np.nanmedian(np.concatenate([each.response[~many] for each, many in zip(tables, burst)]))
    theirs = np.array([each.response[many] for each, many in zip(tables, burst)])
    if np.nanmean(theirs) < 1.5 * usual:
        return "hardly anybody waits longer"
    later = np.nanmean(theirs[:, -10:]) / np.nanmean(theirs[:, :10])
    return "the last of them wait longest" if later > 1.5 else "nearly all of them wait longer"


def paid(**runs):
    """A frame with a column for each run, named: what who found something free was told after, and who did not.

    And what a million customers cost.
    """
    import pandas

    return pandas.DataFrame({name: pandas.Series(_paid(run), dtype=object) for name, run in runs.items()})


def _paid(run):
    waited, response = cold(run), run.tables.requests.response
    return {
        "warm: told after (ms)": round(1000 * float(np.nanmean(response[~waited]))),
        "cold: told after (ms)": round(1000 * float(np.nanmean(response[waited]))) if waited.any() else "nobody",
        "a million customers ($)": round(float(run.summary()["cost_per_million"]), 2),
    }


@cache
def both_ways(rate=1):
    """So many customers a second, each of whom a function and a container serve."""
    return load("serverless-or-always-on").replace(
        {"workloads.customers.arrivals.poisson": f"{rate}/s", "run.duration": "5min"}
    )


def bills(**runs):
    """A frame with a row for each run, named: of each service with a price its bill of a month.

    And for how long customers were there.
    """
    import pandas

    table = {}
    for run_name, run in runs.items():
        month = 730 * 3600 / run.tables.window
        for name in (name for name, service in run.scenario.services.items() if service.price is not None):
            table.setdefault((name, "a month ($)"), {})[run_name] = round(month * run.services[name]["cost"], 2)
            times = _times(run, name)
            table.setdefault((name, "mean (s)"), {})[run_name] = round(float(np.nanmean(times)), 2)
            table.setdefault((name, "longest (s)"), {})[run_name] = round(float(np.nanmax(times)), 2)
    return pandas.DataFrame(table)


def _times(run, name):
    """How long each customer was at a service, their wait for it included."""
    rows = run.tables.rows
    its = np.array([place.service == name for place in run.tables.places] + [False])[rows["place"]]
    return (rows["ended"] - rows["born"])[its]


def function(memory="512MiB", provisioned=0):
    """A service as a function: with so much memory, and so many environments that are always there and paid for."""
    return {"function": {"like": LIKE, "memory": memory, "provisioned": provisioned}, "price": PRICE}


def containers(number=1):
    """A service as so many containers, which are always there: each has a processor, and works at full speed."""
    return {"instances": number, "price": {"like": "aws-fargate-us-east-1", "vcpu": 1, "memory": "2GiB"}}


@cache
def photo_shop():
    """Nine customers a second pay, all day. Albums are rare: then twenty pictures come at once. All by functions."""
    return Scenario.from_dict({
        "name": "photo-shop",
        "workloads": {
            "customers": {"target": "pay", "arrivals": {"poisson": "9/s"}},
            "visitors": {"target": "album", "arrivals": {"poisson": "0.1/s"}},
            "albums": {"target": "album", "arrivals": {"burst": {"count": 20, "at": "30s"}}},
        },
        "services": {name: _service(name, function()) for name in DONE},
        "run": {"duration": "120s"},
    })  # fmt: skip


def _service(name, way):
    work = {"pay": "200ms", "album": "300ms"}[name]
    return {"handle": [{"work": work}, {"effect": DONE[name]}, {"reply": "done"}], **way}


def in_time(run):
    """Everybody is told within a second: first of all who had to wait longest."""
    response = run.tables.requests.response
    for place in np.argsort(-np.nan_to_num(response), kind="stable")[: np.sum(response > LATEST)]:
        after = f"{beyond(response[place], LATEST)} s"
        yield counterexample(run, place, f"was told after {after}, and is to be within {LATEST} s")


def a_way(name, way):
    """Refuse what is neither a function nor containers as they are sold."""
    inner = way.get("function", {}) if isinstance(way, Mapping) else {}
    its = inner if isinstance(inner, Mapping) else {}
    one = function(its.get("memory", "512MiB"), its.get("provisioned", 0))
    other = containers(way.get("instances", 1) if isinstance(way, Mapping) else 1)
    if way not in (one, other):
        raise Refused(f"{name}: give function(memory, provisioned) or containers(number), not {way!r}")


def each_in_its_way(answer):
    if not isinstance(answer, Mapping) or not set(answer) <= set(DONE):
        raise Refused(f"give a dict of {listed(DONE)}, each a function or containers, not {answer!r}")
    for name, way in answer.items():
        a_way(name, way)
    mine = photo_shop().replace({f"services.{name}": _service(name, way) for name, way in answer.items()})
    month = mine.run(seed=1).summary()["cost_month"]
    if month > BUDGET:
        raise Refused(f"it would cost {month:.0f} dollars a month, and may cost {BUDGET}")
    return {"": (mine, [nobody_told_error, in_time])}


TASKS = {
    "each-in-its-way": Task(
        f"everybody was told within {LATEST} s, for at most {BUDGET} dollars a month",
        each_in_its_way,
        (
            "Which of the two is busy all day, and which is idle most of it? Whom do you pay while nobody comes?",
            "How long does an album's picture take: its start, and its work with that memory? Which can you change?",
        ),
        base=photo_shop,
    ),
}
