"""Hysteresis: the load goes up in steps and comes down again, and the way back is not the way up."""

import math
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from evsim.counting import count, digits
from evsim.experiment.running import audited_run, in_order, seeds_from
from evsim.experiment.statistics import Estimate, estimate
from evsim.experiment.text_tables import text_table
from evsim.scenario.arguments import a_scenario, a_time, several
from evsim.scenario.units import UnitError, rate, write_time

__all__ = ["Hysteresis", "Plateau", "hysteresis"]


def hysteresis(scenario, loads, workload=None, hold="60s", n=5, seed=None, jobs=None, progress=None):
    """Drive ``scenario`` through ``loads`` (requests a second, ascending) and back, and measure the goodput at each.

    Each run goes all the way: Poisson arrivals, ``hold`` at each load, without any rest in between, so that what has
    gone wrong at one load is still there at the next. Goodput counts the customers who come in the second half of
    a plateau: ok, with every effect exactly once. workload: which one, where there are several; the others stay as
    they are, and so do faults. ``n`` runs, with ``seed`` and those after it; ``jobs`` and ``progress`` as in
    :func:`evsim.experiment.running.in_order`. Returns :class:`Hysteresis`.
    """
    scenario = a_scenario(scenario)
    loads = [_load(load) for load in several(loads, "loads", "rates")]
    if len(loads) < 2 or sorted(set(loads)) != loads or loads[0] <= 0:
        raise ValueError(f"loads={loads!r} must be two or more rates above 0, each larger than the one before")
    workload, hold = _workload(scenario, workload), a_time(hold, "hold")
    if not hold > 0:
        raise ValueError(f"hold={hold!r} must be longer than 0: give each load some time, such as 60s")
    ramp = [*loads, *loads[-2::-1]]
    driven = _driven(scenario, workload, ramp, hold)
    gather = partial(_measured, scenario, workload, ramp, hold)
    seeds = seeds_from(scenario, n, seed)
    return in_order(partial(_one, driven, workload, ramp, hold), seeds, jobs, progress, gather)


def _measured(scenario, workload, ramp, hold, runs):
    """What so many runs have shown of each plateau."""
    plateaus = [
        Plateau(load, "up" if number <= len(ramp) // 2 else "down", estimate(goodputs))
        for number, (load, goodputs) in enumerate(zip(ramp, zip(*runs, strict=True), strict=True))
    ]
    return Hysteresis(scenario.name, workload, hold, len(runs), tuple(plateaus))


def _load(load):
    try:
        return rate(load)
    except UnitError as error:
        raise ValueError(f"loads: {error}") from None


def _workload(scenario, name):
    if name is None and len(scenario.workloads) == 1:
        return next(iter(scenario.workloads))
    if not isinstance(name, str) or name not in scenario.workloads:
        raise ValueError(f"workload={name!r} must name one of {', '.join(scenario.workloads)}")
    return name


def _driven(scenario, workload, ramp, hold):
    points = [(hold * (number + end), rate) for number, rate in enumerate(ramp) for end in (0, 1)]
    changes = {
        f"workloads.{workload}.arrivals": {"profile": points},
        "run.duration": hold * len(ramp),
        "run.warmup": 0,
    }
    return scenario.replace(changes)


def _one(scenario, workload, ramp, hold, seed):
    """The goodput on each plateau of one run."""
    run = audited_run(scenario, seed)
    requests = run.tables.requests
    arrived = requests.arrived[run.outcomes.good & (requests.workload == requests.workloads.index(workload))]
    edges = np.sort([hold * (number + part) for number in range(len(ramp)) for part in (0.5, 1)])
    return (np.histogram(arrived, edges)[0][::2] / (hold / 2)).tolist()


@dataclass(frozen=True)
class Plateau:
    """One load, on the way ``up`` or ``down``, and the goodput there over all runs."""

    load: float
    way: str
    goodput: Estimate


@dataclass(frozen=True)
class Hysteresis:
    """What :func:`hysteresis` measured: ``plateaus`` in the order of the ramp. ``frame``: a pandas frame of them."""

    scenario: str
    workload: str
    hold: float
    runs: int
    plateaus: tuple

    def way(self, way):
        """load -> goodput on the way ``up`` or ``down``, ascending; the highest load belongs to both."""
        top = max(self.plateaus, key=lambda each: each.load)
        mine = [each for each in self.plateaus if each.way == way or each is top]
        return {each.load: each.goodput for each in sorted(mine, key=lambda each: each.load)}

    @cached_property
    def apart(self):
        """Loads at which the way down has less goodput than the way up: the 95 % intervals do not meet."""
        up, down = self.way("up"), self.way("down")
        return tuple(load for load in up if down[load].high < up[load].low)

    @cached_property
    def frame(self):
        import pandas

        rows = [
            {"load": each.load, "way": each.way, "goodput": each.goodput.mean, "low": each.goodput.low,
             "high": each.goodput.high}
            for each in self.plateaus
        ]  # fmt: skip
        return pandas.DataFrame(rows)

    def plot(self, ax=None, storm=None):
        """Goodput against load, both ways, as a picture (:func:`evsim.view.hysteresis_plot.hysteresis`)."""
        from evsim.view.hysteresis_plot import hysteresis as draw

        return draw(self, ax, storm)

    def __str__(self):
        text = f"{self.scenario}: {write_time(self.hold)} at each load of {self.workload}, {count(self.runs, 'run')}\n"
        up, down = self.way("up"), self.way("down")
        places = max(1, 1 - math.floor(math.log10(min(up))))  # two digits of a goodput as large as the least load
        rows = [(f"{digits(load, 4)}/s", _written(up[load], places), _written(down[load], places)) for load in up]
        return text + text_table(("load", "goodput, up", "goodput, down"), rows, left=())


def _written(goodput, places):
    mean, low, high = (f"{round(each, places) + 0.0:.{places}f}" for each in (goodput.mean, goodput.low, goodput.high))
    return f"{mean}/s" if goodput.n == 1 else f"{mean} ({low} to {high})/s"
