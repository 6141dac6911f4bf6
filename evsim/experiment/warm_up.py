"""How much of a run's beginning is unlike the rest: the warm-up by MSER, and the mean of one long run by batches."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from evsim.counting import count
from evsim.experiment.running import audited_run, in_order, seeds_from
from evsim.experiment.statistics import estimate
from evsim.figures import write
from evsim.scenario.arguments import a_scenario
from evsim.scenario.errors import Problem, ScenarioError
from evsim.scenario.units import write_time

__all__ = ["WarmUp", "batch_means", "mser", "warm_up"]

PIECES = 200  # of the run's time: a mean each
OF = ("response", "completion", "consistency_lag")  # what every customer has a value of
FEWEST = 10  # customers in a batch


def mser(values, batch=5):
    """How many of ``values`` to leave out from the front, by MSER with batches of so many; at most half of them.

    The cut with the smallest variance of the mean of what is left, sum of squares / number^2 (White, Simulation 69,
    1997; with batches of 5: Spratt 1998). A smallest value beyond the half says that the run is too short, and is not
    taken: with that rule the cut differs from that of libraries without it.
    """
    values = np.asarray(values, dtype=float)
    count = len(values) // batch
    if count < 2:
        raise ScenarioError([Problem("values", f"must be {2 * batch} or more", str(len(values)))])
    means = values[: count * batch].reshape(count, batch).mean(axis=1)
    left = np.arange(count, 0, -1)
    sums, squares = (np.cumsum(each[::-1])[::-1] for each in (means, means**2))
    error = (squares - sums**2 / left) / left**2
    return int(np.argmin(error[: count // 2 + 1])) * batch


def warm_up(scenario, of="response", n=10, seed=None, jobs=None, progress=None):
    """How long the warm-up of ``scenario`` should be: a :class:`WarmUp`.

    The run is cut into 200 pieces of time; MSER-5 looks at the means of all customers who come in each piece, over
    ``n`` runs. of: ``response``, ``completion`` or ``consistency_lag``. The scenario's own warm-up plays no part.
    """
    scenario = a_scenario(scenario)
    _known(of)
    seeds = seeds_from(scenario, n, seed)
    runs = in_order(partial(_pieces, scenario.replace({"run.warmup": 0}), of), seeds, jobs, progress)
    sums, counts = (np.sum(each, axis=0) for each in zip(*runs, strict=True))
    means = np.divide(sums, counts, out=np.full(PIECES, np.nan), where=counts > 0)
    there = ~np.isnan(means)
    if there.sum() < PIECES / 2:
        rule = f"has customers in {there.sum()} of {PIECES} pieces of the run: too few to see a warm-up"
        raise ScenarioError([Problem("scenario", rule, scenario.name, hint="make it longer, or give more runs")])
    filled = np.interp(np.arange(PIECES), np.flatnonzero(there), means[there])
    piece = scenario.run_settings.duration / PIECES
    cut = round(piece * mser(filled), 9)  # to the nanosecond, as a warm-up is read
    return WarmUp(scenario.name, of, len(seeds), scenario.run_settings.warmup, cut, piece, filled)


def _pieces(scenario, of, seed):
    """(sum of the values of the customers of each piece, how many they are)."""
    run = audited_run(scenario, seed)
    requests = run.tables.requests
    values = getattr(requests, of)
    there = ~np.isnan(values)
    place = np.minimum((requests.arrived[there] / scenario.run_settings.duration * PIECES).astype(int), PIECES - 1)
    return np.bincount(place, values[there], PIECES), np.bincount(place, minlength=PIECES)


def _known(of):
    if of not in OF:
        raise ScenarioError([Problem("of", f"must be one of {', '.join(OF)}", str(of))])


@dataclass(frozen=True)
class WarmUp:
    """``cut`` (s): what MSER-5 leaves out, at most half; ``written`` (s): what the scenario leaves out; ``series``."""

    scenario: str
    of: str
    runs: int
    written: float
    cut: float
    piece: float
    series: np.ndarray

    @property
    def enough(self):
        """Whether the scenario leaves out as much."""
        return self.written >= self.cut

    @property
    def finding(self):
        text = f"MSER-5 leaves out the first {write_time(self.cut)} of {self.scenario}"
        if self.cut >= self.piece * PIECES / 2 * 0.9:
            return f"{text}, the most it may: the run is too short, or never comes to rest"
        own = write_time(self.written)
        return f"{text}; the scenario leaves out {own}, {'which is enough' if self.enough else 'which is less'}"

    def __str__(self):
        rest = self.series[round(self.cut / self.piece) :]
        return f"{self.finding}.\nThe mean {self.of} after it: {write(f'{self.of}_mean', float(rest.mean()))}."

    def plot(self, ax=None):
        """The mean of each piece of the run, and where the warm-up ends."""
        from evsim.view.warm_up_plot import warm_up as draw

        return draw(self, ax)


def batch_means(run, of="response", batches=20):
    """The mean over the customers of one long run, with an interval from ``batches`` stretches of it.

    The stretches follow one another and have as many customers each. They must be so long that they hardly know of each
    other: where their means are correlated by more than chance, the interval is too narrow, and this refuses.
    """
    _known(of)
    if not isinstance(batches, int) or batches < 5:
        raise ScenarioError([Problem("batches", "must be a whole number, 5 or more", str(batches))])
    requests = run.tables.requests
    values = getattr(requests, of)[requests.cohort]
    values = values[~np.isnan(values)]
    size = len(values) // batches
    if size < FEWEST:
        rule = f"would have {count(size, 'customer')} each, and {FEWEST} is the least"
        raise ScenarioError([Problem("batches", rule, str(batches), hint="make the run longer")])
    means = values[len(values) - size * batches :].reshape(batches, size).mean(axis=1)
    together = _neighbours(means)
    if together > 1.645 / math.sqrt(batches):
        rule = f"are too short: the means of neighbours are correlated ({together:.2f})"
        raise ScenarioError([Problem("batches", rule, str(batches), hint="make the run longer, or take fewer batches")])
    return estimate(means.tolist())


def _neighbours(means):
    """The correlation of each mean with the next one; deviation 1/sqrt(number) if there is none."""
    apart = means - means.mean()
    total = float(apart @ apart)
    return float(apart[:-1] @ apart[1:]) / total if total else 0.0
