"""The best of a few designs, with a stated probability, by as few runs as it takes.

Source: Kim, Nelson, A fully sequential procedure for indifference-zone selection in simulation (ACM TOMACS 11:3, 2001),
with c = 1. It allows the designs the same luck, which is what makes their differences small; procedures for independent
designs (Rinott, OCBA) would have to throw that away.
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from evsim.counting import listed
from evsim.experiment.running import audited_run, in_order, seeds_from
from evsim.experiment.statistics import Estimate, estimate
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import MORE, figure, label, write, write_as, write_estimate
from evsim.scenario.arguments import a_scenario, names_of_designs
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.objectives import objectives as measured
from evsim.scenario.units import UnitError

__all__ = ["Best", "best", "eta", "select"]

FIRST = 10  # runs from which the variances of the differences are estimated


def best(
    *designs, metric, within, error=0.05, max_runs=1000, seed=None, labels=None, jobs=None, progress=None
):  # fmt: skip
    """Which of some designs is the best in the mean of a ``metric``: the smallest, or the largest where more is better.

    within: a difference that does not matter, such as ``"5ms"``, or in the figure's unit (s, a share ...). If the best
    is better than every other one by that or more, the answer is wrong with a probability of ``error`` at most (if
    means of runs are close to normal); if some are as near as that, one of them is named. A design that is beaten is
    run no more.
    max_runs: of each design; if they do not suffice, those that are left are named. ``seed``, ``labels``, ``jobs`` and
    ``progress`` as in :func:`evsim.compare`. Returns :class:`Best`.
    """
    designs = tuple(map(a_scenario, designs))
    if len(designs) < 2:
        raise ScenarioError([Problem("designs", "must be two or more", str(len(designs)))])
    labels = names_of_designs(designs, labels)
    if metric not in measured():
        raise ScenarioError([Problem("metric", "is not measured", str(metric), hint=suggest(str(metric), measured()))])
    if isinstance(within, str):
        try:
            within = measured()[metric][0](within)
        except UnitError as error_of:
            raise ScenarioError([Problem("within", error_of.rule, str(error_of.value))]) from None
    _check("within", within, math.inf, "must be a number greater than 0")
    _check("error", error, 1, "must be a probability between 0 and 1")
    if not isinstance(max_runs, int) or max_runs < FIRST:
        raise ScenarioError([Problem("max_runs", f"must be a whole number of runs, {FIRST} or more", str(max_runs))])
    seeds = seeds_from(designs[0], max_runs, seed)

    def observe(chosen, begin, end):
        task = partial(_figures, [designs[number] for number in chosen], metric)
        found = np.array(in_order(task, seeds[begin:end], jobs, progress))
        for number in np.array(chosen)[np.isnan(found).any(axis=0)].tolist():
            rule = "has none in some runs: too few customers for it"
            raise ScenarioError([Problem(metric, rule, labels[number], hint="make the runs longer")])
        return found

    sign = -1.0 if figure(metric).better == MORE else 1.0
    left, columns = select(lambda *which: sign * observe(*which), len(designs), within, error, max_runs)
    found = {name: estimate((sign * np.array(column)).tolist()) for name, column in zip(labels, columns, strict=True)}
    return Best(metric, within, error, found, tuple(labels[number] for number in left))


def _check(name, value, below, rule):
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < below:
        raise ScenarioError([Problem(name, rule, str(value))])


def _figures(designs, metric, seed):
    return [audited_run(design, seed).summary()[metric] for design in designs]


def eta(designs, first, error):
    """The constant of the procedure, for so many designs and first runs."""
    return ((2 * error / (designs - 1)) ** (-2 / (first - 1)) - 1) / 2


def select(observe, count, within, error, most, first=FIRST):
    """(numbers of the designs that are left, the observations of each): the smallest mean of ``count`` is wanted.

    observe(chosen, begin, end): an array with a row for each of the runs `begin` to before `end`, and a column for each
    chosen design.
    """
    columns = [list(column) for column in observe(range(count), 0, first).T]
    begun = np.array(columns)
    reach = 2 * eta(count, first, error) * (first - 1)
    variance = np.array([[np.var(one - other, ddof=1) for other in begun] for one in begun])
    left, runs = list(range(count)), first
    while True:
        sums = {number: float(np.sum(columns[number][:runs])) for number in left}
        slack = np.maximum(0.0, within / 2 * (reach * variance / within**2 - runs))
        left = [one for one in left if all(sums[one] - sums[other] <= slack[one, other] for other in left)]
        if len(left) == 1 or runs == most:
            return left, columns
        if runs == len(columns[left[0]]):
            seen = observe(left, runs, min(most, runs + first))
            for number, column in zip(left, seen.T, strict=True):
                columns[number] += column.tolist()
        runs += 1


@dataclass(frozen=True, repr=False)
class Best:
    """What :func:`best` found. ``left``: labels of who was not beaten; ``found``: label -> Estimate of the metric."""

    metric: str
    within: float
    error: float
    found: dict[str, Estimate]
    left: tuple[str, ...]

    @property
    def value(self) -> Any:
        """The label of the best design; None where that is not decided."""
        return self.left[0] if len(self.left) == 1 else None

    @property
    def runs(self):
        """How many runs it took, of all designs together."""
        return sum(each.n for each in self.found.values())

    @property
    def answer(self):
        what, apart = label(self.metric), write_as(figure(self.metric).unit, self.within)
        if self.value is None:
            return f"The best in {what} is not decided between {listed(self.left)} ({self.runs:,} runs)."
        return (
            f"The best in {what}: {self.value}. If it is {apart} or more from every other design, this is wrong in at "
            f"most {write('availability', self.error)} of all cases ({self.runs:,} runs)."
        )

    def __str__(self):
        return f"{self.answer}\n\n{text_table(self._header, self._rows(), left=(0, 3))}"

    def _repr_html_(self):
        return html_table(self._header, self._rows(), self.answer)

    @property
    def _header(self):
        return ["design", label(self.metric), "runs", ""]

    def _rows(self):
        for name, each in self.found.items():
            yield [name, write_estimate(self.metric, each), str(each.n), "" if name in self.left else "beaten"]
