"""Means over independent runs, and how far off they may be.

A run is one observation: customers of one run wait behind each other, runs with different seeds do not know
of each other. NaN means "this run cannot tell"; such runs are left out, and ``n`` counts the ones that are
left.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from evsim.counting import digits
from evsim.figures import ROUNDING, decimals

__all__ = [
    "Difference", "Estimate", "FEW", "difference", "estimate", "none_seen_bound", "pairing", "runs_for_skew",
    "runs_to_decide", "skewness", "t_quantile",
]  # fmt: skip

FEW = 10  # runs: of fewer none can tell whether a figure is skewed, and of a skewed one an interval covers some 89 %
FAR = 2.5  # standard errors of a sample's skewness: of symmetric figures one in 50 is beyond
ROUNDED = 1e-12  # of a mean: so much may be added by the order in which numbers were added up
MANY = 1000  # degrees of freedom with which Student's t is as good as normal


@dataclass(frozen=True)
class Estimate:
    """The mean of ``n`` runs, the ends of its interval, and the standard deviation of one run.

    The interval covers the true mean in 95 % of all experiments (another share if so asked), provided that
    the mean is close to normal. With fewer than two runs there is none, and ``low``, ``high`` and ``sd`` are
    NaN.
    """

    mean: float
    low: float
    high: float
    n: int
    sd: float

    @property
    def standard_error(self):
        return self.sd / math.sqrt(self.n) if self.n else math.nan

    @property
    def half_width(self):
        return (self.high - self.low) / 2

    def __str__(self):
        if not self.half_width > ROUNDING * abs(self.mean):
            return f"{digits(self.mean)} [{digits(self.low)}, {digits(self.high)}]"
        places = decimals(self.half_width)
        mean, low, high = (
            f"{round(each, places) + 0.0:.{max(0, places)}f}" for each in (self.mean, self.low, self.high)
        )
        return f"{mean} [{low}, {high}]"


@dataclass(frozen=True)
class Difference(Estimate):
    """The mean of paired differences, second minus first, and ``pairing``: what the pairs have saved."""

    pairing: float = math.nan

    @property
    def verdict(self):
        """ "more" or "less" if the interval leaves out zero, else "no difference seen".

        Without an interval: "cannot tell". Of 20 verdicts on equal designs one is wrong on average.
        """
        if math.isnan(self.low):
            return "cannot tell"
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "no difference seen"


def estimate(values, confidence=0.95):
    """The :class:`Estimate` from one value a run: Student-t interval with n - 1 degrees of freedom."""
    return Estimate(*_moments(values, confidence))


def difference(first, second, confidence=0.95):
    """The :class:`Difference` second - first from values in pairs; a pair with a NaN is left out."""
    pairs = _pairs(first, second)
    return Difference(*_moments([b - a for a, b in pairs], confidence), pairing=pairing(first, second))  # type: ignore[misc]


def pairing(first, second):
    """The share of variance that pairs remove: 1 - var(b - a) / (var a + var b).

    0: no better than independent runs; 1: all luck cancels; below 0: the pairs do harm; NaN: nothing varies.
    """
    pairs = _pairs(first, second)
    if len(pairs) < 2:
        return math.nan
    apart = _variance([a for a, _ in pairs]) + _variance([b for _, b in pairs])
    return 1 - _variance([b - a for a, b in pairs]) / apart if apart else math.nan


def none_seen_bound(n):
    """The largest probability, at 95 %, of what was seen not once in ``n`` independent trials: 3/n.

    Independent are runs with seeds of their own. Requests of one run are not, where a fault or a queue is shared.
    The solution of (1 - p)^n = 0.05 is p = 1 - 0.05^(1/n), a little below -ln(0.05)/n = 2.996/n (Hanley and
    Lippman-Hand, JAMA 249, 1983).
    """
    if n < 1:
        raise ValueError(f"n={n!r}: without a trial there is no bound")
    return min(1.0, 3 / n)


def skewness(values):
    """The skewness of a sample, without bias for a normal one (G1); NaN with fewer than 3 values or without spread."""
    values = [float(value) for value in values if not math.isnan(value)]
    n = len(values)
    if n < 3 or not (variance := _variance(values)):
        return math.nan
    mean = math.fsum(values) / n
    return n / ((n - 1) * (n - 2)) * math.fsum((value - mean) ** 3 for value in values) / variance**1.5


def runs_for_skew(values):
    """How many runs their skewness asks for, where they show one and are fewer; else None.

    25 skewness^2, with which a nominal 95 % interval covers 94 % or more (Cochran, Sampling Techniques, 1977, 2.15).
    A sample with a tail that came by chance alone is told from others by the standard error of a normal's skewness.
    """
    n, found = sum(not math.isnan(value) for value in values), skewness(values)
    if math.isnan(found) or abs(found) <= FAR * math.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))):
        return None
    needed = math.ceil(25 * found**2)
    return needed if needed > n else None


def runs_to_decide(estimate, limit, confidence=0.95):
    """About how many runs an interval takes to leave out ``limit``, if mean and spread stay as they are; None: endless.

    The smallest n with t(n - 1) sd / sqrt(n) < |mean - limit|. A mean that differs from the limit by no more than
    floats are rounded lies on it.
    """
    apart = abs(estimate.mean - limit)
    if math.isclose(estimate.mean, limit, rel_tol=ROUNDED) or not (apart > 0 and estimate.sd >= 0):
        return None
    probability = (1 + confidence) / 2
    n = max(2, math.ceil((NormalDist().inv_cdf(probability) * estimate.sd / apart) ** 2))
    while n < MANY and t_quantile(probability, n - 1) * estimate.sd / math.sqrt(n) >= apart:
        n += 1
    return n


@lru_cache
def t_quantile(probability, degrees):
    """The quantile of Student's t distribution with a whole number of ``degrees`` of freedom.

    With t = sqrt(degrees) tan(angle) the distribution function is a finite sum of powers of the angle's
    cosine (Abramowitz and Stegun 26.7.3 and 26.7.4); the angle is found by halving. Relative error below 1e-9
    for probabilities from 1e-6 to 1 - 1e-6.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability={probability!r} must lie between 0 and 1")
    if degrees < 1 or degrees != int(degrees):
        raise ValueError(f"degrees={degrees!r} must be a whole number, 1 or more")
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees)
    wanted = 2 * probability - 1
    low, high = 0.0, math.pi / 2
    while low < (middle := (low + high) / 2) < high:
        if _within(middle, degrees) < wanted:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(low)


def _within(angle, degrees):
    """The probability that |T| is below sqrt(degrees) tan(angle)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees % 2
    term, total = (cosine if odd else 1.0), 0.0
    for power in range(odd, degrees - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _moments(values, confidence):
    values = [float(value) for value in values if not math.isnan(value)]
    n = len(values)
    if n < 2:
        return (values[0] if values else math.nan), math.nan, math.nan, n, math.nan
    mean, sd = math.fsum(values) / n, math.sqrt(_variance(values))
    half = t_quantile((1 + confidence) / 2, n - 1) * sd / math.sqrt(n)
    return mean, mean - half, mean + half, n, sd


def _variance(values):
    if min(values) == max(values):  # the mean of equal numbers may be off by a rounding, their spread may not
        return 0.0
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _pairs(first, second):
    pairs = zip(first, second, strict=True)
    return [(float(a), float(b)) for a, b in pairs if not (math.isnan(a) or math.isnan(b))]
