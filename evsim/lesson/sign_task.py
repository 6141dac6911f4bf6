"""Lesson 19: one big machine or two small ones, a month with its failures, and an exercise about what may be signed."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from evsim.counting import digits
from evsim.experiment.judging import judge
from evsim.lesson.answers import of
from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import nobody_told_error, told_within
from evsim.scenario import Scenario

__all__ = ["DOWN", "TASKS", "bad_minutes", "december", "hour", "may_be_signed", "month", "numbers", "rush", "shop"]

HOURS = 730  # of a month, as price lists reckon
SEEDS = range(1, 6)
GOAL = {"availability": 0.999, "response_p99": 2.0}
DOWN = {"faults": [{"crash": "shop/1", "at": "15min", "for": "30min"}]}
FAILURES = 2  # of each machine in a month
LATEST, BUDGET, SOLD = 3, 150, (0.5, 1, 2, 4)  # s until everybody is told; dollars a month; processors of a machine


@cache
def shop(machines=1, processors=1):
    """An hour of a shop on so many machines of so many processors each: a customer a second, 250 ms of work each."""
    return _on(machines, processors, {"exponential": f"{digits(250 / processors)}ms"}, "1/s", "1h")


def _on(machines, processors, work, rate, duration, tries=1):
    call = {"service": "shop", "retry": {"attempts": tries, "backoff": "100ms"}} if tries > 1 else "shop"
    memory = f"{digits(2048 * processors)}MiB"
    return Scenario.from_dict({
        "name": "shop",
        "workloads": {"customers": {"target": "page", "arrivals": {"poisson": rate}}},
        "services": {
            "page": {"workers": 1000, "handle": [{"call": call}, {"reply": "ordered"}]},
            "shop": {
                "instances": machines,
                "handle": [{"work": work}, {"effect": "order"}],
                "price": {"like": "aws-fargate-us-east-1", "vcpu": processors, "memory": memory},
            },
        },
        "run": {"duration": duration, "warmup": "0s"},
    })  # fmt: skip


def hour(design, fails=False):
    """Figures of an hour of a shop, each the mean of five runs; `fails`: a machine is down in half of it."""
    its = design.services["shop"]
    return _hour(its.instances, its.price.vcpu, bool(fails))


@cache
def _hour(machines, processors, fails):
    design = shop(machines, processors)
    its = design.replace(DOWN) if fails else design
    runs = [its.run(seed=seed).summary() for seed in SEEDS]
    names = ("requests", "errors", "response_mean", "response_p99", "cost_month")
    return {name: float(np.mean([run[name] for run in runs])) for name in names}


def numbers(fails=False, **designs):
    """A frame with a column for each design: figures of a good hour, or of one in which a machine `fails`."""
    import pandas

    table = {}
    for name, design in designs.items():
        its = hour(design, fails)
        table[name] = {
            "told after, mean (ms)": round(1000 * its["response_mean"]),
            "99 of 100 told within (s)": round(its["response_p99"], 2),
            "customers": round(its["requests"]),
            "told an error": round(its["errors"]),
        }
        if not fails:
            table[name]["bill of a month ($)"] = round(its["cost_month"])
    return pandas.DataFrame({name: pandas.Series(its, dtype=object) for name, its in table.items()})


def month(failures=FAILURES, **designs):
    """A frame with a column for each design: a month in which each machine fails so often, and what it meets then."""
    import pandas

    table = {}
    for name, design in designs.items():
        figures = _figures(design, failures)
        table[name] = {
            "told an error": round(lost(design, failures)),
            "told yes (%)": round(100 * figures["availability"], 2),
        }
        table[name] |= {each.asked: each.verdict for each in judge(GOAL, figures)}
    return pandas.DataFrame({name: pandas.Series(its, dtype=object) for name, its in table.items()})


def _figures(design, failures):
    """Of a month: all its hours are good ones, but for those in which a machine fails, of which p99 is the worst."""
    share = lost(design, failures) / (HOURS * hour(design)["requests"])
    p99 = max(hour(design, fails)["response_p99"] for fails in (False, failures > 0))
    return {"availability": 1 - share, "response_p99": p99}


def lost(design, failures):
    """How many customers are told an error in a month in which each machine fails so often, one at a time."""
    return failures * design.services["shop"].instances * hour(design, True)["errors"]


def may_be_signed():
    """The answer to what lesson 19 asks: which of the two designs meets each objective, failures included."""
    big, small = (
        all(each.verdict == "MEETS" for each in judge(GOAL, _figures(design, FAILURES)))
        for design in (shop(1, 2), shop(2, 1))
    )
    names = {(True, True): "both", (False, False): "neither", (True, False): "the big one", (False, True): "two small"}
    return names[big, small]


@cache
def bad_minutes(machines=1, processors=1):
    """Minutes of the shop with its objectives: in half of them a machine is down."""
    return shop(machines, processors).replace({
        "faults": [{"crash": "shop/1", "at": "75s", "for": "150s"}], "run.duration": "5min",
        "objectives": {"availability": 0.9, "response_p90": "2s"},
    })  # fmt: skip


@cache
def rush(machines=1):
    """Minutes of the shop with three customers a second; in half of them one of its small machines is down."""
    return bad_minutes(machines).replace(
        {"workloads.customers.arrivals.poisson": "3/s", "objectives.response_p90": "1s"}
    )


@cache
def december(machines=1, processors=4, tries=1):
    """Minutes of the shop in December: three customers a second, and a call that is made up to so many times."""
    return _on(machines, processors, f"{digits(300 / processors)}ms", "3/s", "4min", tries)


def to_be_signed(answer):
    known = ["machines", "processors", "tries"]
    if not isinstance(answer, Mapping) or sorted(answer) != known:
        raise Refused(f"give a dict of {', '.join(known)}, not {answer!r}")
    for name in ("machines", "tries"):
        if isinstance(answer[name], bool) or not isinstance(answer[name], int) or not 1 <= answer[name] <= 20:
            raise Refused(f"{name}: give a whole number from 1 to 20, not {answer[name]!r}")
    if isinstance(answer["processors"], bool) or answer["processors"] not in SOLD:
        raise Refused(f"processors: machines are sold with {SOLD} of them, not with {answer['processors']!r}")
    mine = december(**answer)
    bill = mine.run(seed=1).summary()["cost_month"]
    if bill > BUDGET:
        raise Refused(f"it would cost {bill:.0f} dollars a month, and may cost {BUDGET}")
    failing = [{"crash": "shop/1", "at": f"{at}s", "for": "40s"} for at in (30, 100, 170)]
    asked = [nobody_told_error, of(told_within, LATEST)]
    return {
        "with nothing broken": (mine, asked),
        "with a machine that fails three times": (mine.replace({"faults": failing}), asked),
    }


TASKS = {
    "sign-it": Task(
        f"everybody was told yes within {LATEST} s, also when a machine fails, for at most {BUDGET} dollars a month",
        to_be_signed,
        (
            "Who is left while one machine is down, and do three customers a second fit on them?",
            "Look at who was in work when the machine failed. Where could they go, if somebody asked again?",
        ),
        base=december,
    ),
}
