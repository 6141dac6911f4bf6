"""Measured times as a distribution of a scenario: candidates, how well each fits, and the YAML of it."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evsim.counting import count, digits
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import write_as
from evsim.scenario.arguments import a_path, a_seed, several
from evsim.scenario.distributions import Distribution, Empirical
from evsim.scenario.errors import Problem, ScenarioError
from evsim.scenario.time_files import named_unit, read_row_times
from evsim.scenario.units import UnitError, time, write_time

__all__ = ["Candidate", "Fit", "fit"]

FEWEST = 20  # times
SAMPLES = 99  # samples of each candidate, against which its distance is judged
WORST = 0.05  # a candidate whose own samples are as far off less often than this does not fit
MOST_TRIED = 2000  # times in such a sample
GRID = np.concatenate([np.arange(1, 1000) / 1000, 1 - np.geomspace(5e-4, 1e-9, 60)])  # where functions are compared


def fit(times, seed=1, column=None):
    """Which distributions describe measured ``times``: a :class:`Fit`, the candidates nearest first.

    times: seconds, quantities ("12ms"), or a file with one a line, or with several columns, of which ``column`` is the
    one; a name such as ``took_ms`` says the unit. Parameters are those of the largest likelihood (of
    an Erlang distribution: of the moments). The distance is the largest gap between the two distribution functions
    (Kolmogorov and Smirnov); whether it is small enough is judged by samples of the candidate itself, each fitted anew,
    as the parameters come from the same times. ``seed`` is the luck of those samples.
    """
    if column is not None:
        path = Path(a_path(times, "times"))
        values = np.sort(read_row_times(path, path.name, column, named_unit(column)))
    elif isinstance(times, str) or hasattr(times, "__fspath__"):
        values = Empirical(source=str(times)).times
    else:
        try:
            values = np.sort([time(each) for each in several(times, "times", "times, or a file of them")])
        except UnitError as error:
            raise ScenarioError([Problem("times", error.rule, str(error.value))]) from None
    if len(values) < FEWEST:
        rule = f"must be {FEWEST} or more to tell distributions apart"
        raise ScenarioError([Problem("times", rule, str(len(values)))])
    random = np.random.default_rng(a_seed(seed))
    found = []
    if values[0] == values[-1]:
        found.append(Candidate("constant", Distribution.read(float(values[0])), 0.0, 1.0))
    else:
        for name, estimated in ESTIMATED.items():
            settings = estimated(values)
            if settings is not None and _may_be(name, settings):
                found.append(_judged(name, settings, values, random))
    return Fit(values, tuple(sorted(found, key=lambda each: each.distance)))


@dataclass(frozen=True)
class Candidate:
    """A distribution, its ``distance`` from the times, and how often its own samples are ``as_far`` off (0 to 1)."""

    name: str
    distribution: Any
    distance: float
    as_far: float

    @property
    def fits(self):
        return self.as_far >= WORST

    @property
    def yaml(self):
        """As it is written in a scenario."""
        if self.name == "constant":
            return write_time(self.distribution.mean)
        settings = self.distribution.model_dump().items()
        written = {name: _written(value) for name, value in settings if name != "kind"}
        if list(written) == ["mean"]:
            return f"{{{self.name}: {written['mean']}}}"
        if self.name == "uniform":
            return f"{{uniform: [{written['low']}, {written['high']}]}}"
        return f"{{{self.name}: {{{', '.join(f'{name}: {value}' for name, value in written.items())}}}}}"


def _written(value):
    """A number with four digits; times are written with their unit."""
    return write_time(float(f"{time(value):.4g}")) if isinstance(value, str) else digits(value, 4)


def _may_be(name, settings):
    """Whether a scenario may have such a distribution: times of which some are next to nothing make extreme ones."""
    try:
        return Distribution.read({name: settings}) is not None
    except ScenarioError:
        return False


def _judged(name, settings, values, random):
    distribution = Distribution.read({name: settings})
    distance = _distance(distribution, values)
    size = min(len(values), MOST_TRIED)
    scale = math.sqrt(len(values) / size)
    further = 0
    for _ in range(SAMPLES):
        sample = np.sort(distribution.transform(random.random((distribution.draws, size))))
        again = ESTIMATED[name](sample)
        further += (
            again is None
            or not _may_be(name, again)
            or _distance(Distribution.read({name: again}), sample) >= distance * scale
        )
    return Candidate(name, distribution, distance, (further + 1) / (SAMPLES + 1))


def _distance(distribution, values):
    """The largest gap between the share of the values up to a time and the probability of it."""
    if hasattr(distribution, "k"):
        expected = _erlang_below(values * distribution.k / distribution.mean, distribution.k)
    else:
        expected = np.interp(values, distribution.quantile(GRID), GRID, left=0.0, right=1.0)
    steps = np.arange(len(values) + 1) / len(values)
    return float(max(np.max(steps[1:] - expected), np.max(expected - steps[:-1])))


def _erlang_below(x, phases):
    """The probability that so many phases of mean 1 take at most x: 1 - sum of e^-x x^n / n! over n below it."""
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    term, more = -x, np.exp(-x)
    for number in range(1, phases):
        term = term + logs - math.log(number)
        more += np.exp(term)
    return 1 - more


def _exponential(values):
    return float(values.mean())


def _lognormal(values):
    if values[0] <= 0:
        return None
    logs = np.log(values)
    variance = float(logs.var())
    return {"mean": float(np.exp(logs.mean() + variance / 2)), "cv": math.sqrt(math.expm1(variance))}


def _weibull(values):
    """The shape solves sum(x^k log x) / sum(x^k) - 1/k = mean(log x)."""
    if values[0] <= 0:
        return None
    logs = np.log(values / values[-1])
    low, high = 0.1, 1000.0
    for _ in range(60):
        shape = math.sqrt(low * high)
        powers = np.exp(shape * logs)
        if float((powers * logs).sum() / powers.sum() - 1 / shape) > float(logs.mean()):
            high = shape
        else:
            low = shape
    scale = float(values[-1] * np.mean(np.exp(low * logs)) ** (1 / low))
    return {"mean": scale * math.gamma(1 + 1 / low), "shape": low}


def _erlang(values):
    """The whole number of phases nearest to 1 / cv^2."""
    phases = max(1, min(1000, round(float(values.mean()) ** 2 / float(values.var()))))
    return None if phases == 1 else {"mean": float(values.mean()), "k": phases}


def _pareto(values):
    if values[0] <= 0:
        return None
    shape = len(values) / float(np.log(values / values[0]).sum())
    return {"mean": float(values[0]) * shape / (shape - 1), "shape": shape} if shape > 1.01 else None


def _uniform(values):
    return [float(values[0]), float(values[-1])]


ESTIMATED = {
    "exponential": _exponential, "lognormal": _lognormal, "erlang": _erlang, "weibull": _weibull, "pareto": _pareto,
    "uniform": _uniform,
}  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """What :func:`fit` found: the sorted ``times`` and the ``candidates``, the nearest first."""

    times: np.ndarray
    candidates: tuple

    @property
    def best(self):
        """The nearest candidate that fits; None if none does."""
        return next((each for each in self.candidates if each.fits), None)

    @property
    def finding(self):
        """A sentence, with the YAML to write."""
        number = count(len(self.times), "time")
        if self.best is None:
            nearest = f"{self.candidates[0].name}, is off by {self.candidates[0].distance:.3f}"
            use = "Use the times themselves: {empirical: FILE}"
            return f"No candidate describes these {number}: the nearest, {nearest}. {use}"
        return f"These {number} are as if from {self.best.yaml}"

    def table(self):
        """(header, rows): a row a candidate."""
        rows = [
            [each.name, f"{each.distance:.4f}", write_as("share", each.as_far), "yes" if each.fits else "no", each.yaml]
            for each in self.candidates
        ]
        return ["", "distance", "own samples as far", "fits", "YAML"], rows

    def __str__(self):
        header, rows = self.table()
        return f"{self.finding}\n\n{text_table(header, rows, left=(0, 4))}"

    def _repr_html_(self):
        header, rows = self.table()
        return html_table(header, rows, self.finding)

    def plot(self, ax=None, most=3):
        """The share of times up to each time, and the nearest candidates over it."""
        from evsim.view.fit_plot import fit as draw

        return draw(self, ax, most)
