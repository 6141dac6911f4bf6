"""Lesson 20: the same customers by a formula, in the model and on real processes, and an exercise in calibration."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from evsim.lesson.exercises import Refused, Task
from evsim.lesson.properties import counterexample
from evsim.scenario import ScenarioError, load
from evsim.scenario.handlers import all_steps
from evsim.testbed.calibration import Calibration
from evsim.testbed.live_execution import live
from evsim.view.scene.axes import Frame

__all__ = [
    "TASKS",
    "beside",
    "both",
    "calibrated",
    "curves",
    "flow",
    "measured",
    "real",
    "same_customers",
    "told_for_real",
    "with_machine",
]

KILL = {"list": "mailing-list@2s+1s", "broker": "customer-registered@2s+1s", "nobody": ()}
LATEST = 0.5  # s, on the axis of the curves
SECONDS = 5.0  # of a real run
CALLS = 2  # of register, one after the other: a way there and a way back each
TOLD = "told yes after (ms)"
CLOSE = 0.5e-3  # s: as near as a constant is to come to what was measured
# Of a small machine, measured on one day, in seconds: what no file says, and each machine has of its own.
MACHINE = Calibration(0.9e-3, 3e-3, 0.4e-3, {"register": 1.5e-3, "database": 2.5e-3, "mailing-list": 7.0e-3})


@cache
def flow(name="classic"):
    """The registration, called or by events: twenty customers a second, and a free worker for each."""
    return load(f"registration-{name}").replace({
        "workloads.register-page.arrivals.poisson": "20/s",
        **{f"services.{name}.workers": 64 for name in MACHINE.overhead},
        "run.duration": "12s", "run.warmup": "0s", "objectives": {},
    })  # fmt: skip


@cache
def real(name="classic", killed="nobody"):
    """Seconds of the flow on real processes, with the mailing `list` or the `broker` killed and started again."""
    return live(flow(name), seconds=SECONDS, kill=KILL[killed], progress=True)


def with_machine(extra):
    """The flow of calls in which each of the three services takes so many milliseconds more than its work."""
    return Calibration(0.0, 0.0, 0.5e-3, dict.fromkeys(MACHINE.overhead, extra / 1000)).apply(flow())


def beside(run):
    """A frame: what a formula, the model, the model with this machine's constants and the real run say of customers."""
    import pandas

    model, with_constants = (scenario.run(run.seed) for scenario in (run.scenario, run.calibrated))
    columns = {"model": model, "model with this machine": with_constants, "real": run}
    table = {name: _told(each) for name, each in columns.items()}
    table["real"]["a sleep ended late by (ms)"] = round(1000 * run.calibration.overshoot, 2)
    if not run.scenario.channels:
        table = {"formula": {TOLD: round(1000 * _sum_of_means(run.scenario), 1)}} | table
    return (
        pandas.DataFrame({name: pandas.Series(its, dtype=object) for name, its in table.items()})
        .reindex(list(table["real"]))
        .fillna("")
    )


def _sum_of_means(scenario):
    """Where nobody waits for a worker, the mean is the sum of the means of the work and the ways on the path."""
    work = [step.time.mean for service in scenario.services.values() for step in all_steps(service.handle)
            if step.kind == "work"]  # fmt: skip
    ways = 2 * CALLS + 2
    return sum(work) + ways * scenario.network.latency.mean


def _told(run):
    summary = run.summary()
    return {
        TOLD: round(1000 * float(np.mean(run.tables.requests.response[run.outcomes.yes])), 1),
        "told an error": int(summary["errors"]),
        "told an error, and yet true": int(summary["told_error_yet_true"]),
        "effects done twice": int(summary["effects_repeated"]),
    }


def same_customers(run):
    """The share that is told an error for real, of whom the model tells one; and of all others that is told yes."""
    there, here = run.scenario.run(run.seed).outcomes.error, run.outcomes
    return float(here.error[there].mean()), float(here.yes[~there].mean())


def told_for_real():
    """The answer to what lesson 20 asks first: the nearest to how many were told for real what the model says."""
    return f"about {50 * round(2 * min(same_customers(real(killed='list'))))}"


def both(run):
    """A frame: how many are told an error, or yes, in the model, and how many of the same customers for real."""
    import pandas

    there, here = run.scenario.run(run.seed).outcomes, run.outcomes
    told = {"told an error": (there.error, here.error), "told yes": (there.yes, here.yes)}
    table = {
        what: {"in the model": int(model.sum()), "the same for real": int((real & model).sum())}
        for what, (model, real) in told.items()
    }
    return pandas.DataFrame(table).T


def curves(extra):
    """A picture of when customers have what they asked for, where each service takes so many milliseconds more."""
    return with_machine(extra).run().plot.scene("ecdf", frame=Frame(LATEST))


@cache
def _machine(seed):
    return MACHINE.apply(flow()).run(seed=seed)


def measured(seed=1):
    """A frame: how long customers are in each handler on average, in the model and on a small machine; and one way."""
    import pandas

    columns = {"model": flow().run(seed=seed), "machine": _machine(seed)}
    return pandas.DataFrame({name: _in_handlers(run) for name, run in columns.items()})


def _in_handlers(run):
    services = list(run.scenario.services)
    table = {f"in {name} (ms)": round(1000 * float(np.mean(_spans(run, name))), 2) for name in services}
    return table | {"one way (ms)": round(1000 * run.scenario.network.latency.mean, 2)}


def _spans(run, service):
    """How long each customer was in the handler of a service, in seconds, by customer."""
    rows, spans = run.tables.rows, np.full(len(run.tables.requests.row), np.nan)
    its = np.isin(rows["place"], [place.number for place in run.tables.places if place.service == service])
    spans[run.tables.row_requests[its]] = (rows["ended"] - rows["started"])[its]
    return spans


def calibrated(constants):
    """The flow with constants, in milliseconds: ``way`` and one for each service; an error says which is missing."""
    names = ["way", *MACHINE.overhead]
    if not isinstance(constants, Mapping) or sorted(constants) != sorted(names):
        raise Refused(f"give a dict of {', '.join(names)}, in milliseconds, not {constants!r}")
    for name, value in constants.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1000:
            raise Refused(f"{name}: give milliseconds from 0 to 1000, not {value!r}")
    own = {name: constants[name] / 1000 for name in MACHINE.overhead}
    return Calibration(0.0, 0.0, constants["way"] / 1000, own).apply(flow())


def as_on_the_machine(run):
    """Each customer is as long in each handler as on the machine; in that of register, the errors of all add up."""
    world = _machine(run.seed)
    for name in ("mailing-list", "database", "register"):
        ours, theirs = _spans(run, name), _spans(world, name)
        for place in np.flatnonzero(np.abs(ours - theirs) > CLOSE * (2.4 if name == "register" else 1)):
            took = f"{1000 * ours[place]:.1f} ms in {name}, and {1000 * theirs[place]:.1f} ms on the machine"
            yield counterexample(run, place, f"was {took}")


def a_way_is_as_long(run):
    """A way takes as long as on the machine."""
    if abs(run.scenario.network.latency.mean - MACHINE.hop) > CLOSE / 5:
        response, theirs = (each.tables.requests.response for each in (run, _machine(run.seed)))
        took = (
            f"after {1000 * response[0]:.1f} ms, and after {1000 * theirs[0]:.1f} ms on the machine: look at the ways"
        )
        yield counterexample(run, 0, f"was told {took}")


def one_constant_each(answer):
    try:
        design = calibrated(answer)
    except ScenarioError as error:
        raise Refused(str(error)) from None
    return {"": (design, [as_on_the_machine, a_way_is_as_long])}


TASKS = {
    "calibrate": Task(
        "each customer was as long in each handler as on the machine",
        one_constant_each,
        (
            "Whose time is it? While register waits for a call, the callee's time and two ways are in it.",
            "Begin at the end of the line: the mailing list calls nobody. Then the database, and register last.",
        ),
        base=flow,
    ),
}
