"""How many observations tell the best of a few designs that share no luck: live systems, measured in turn."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from .checks import fraction, positive, several, whole

__all__ = ["dudewicz_dalal", "ocba_shares", "rinott"]

NODES = 64  # of a quadrature in one dimension
ANGLES = 20_001


def rinott(designs: int, first: int, probability: float) -> float:
    """Rinott's constant h: after ``first`` observations of each, design i needs max(first, (h s_i / d)^2) in all.

    d is the difference that matters, s_i the standard deviation of the first observations. Then the best mean is that
    of the best design with the ``probability`` at least, if it is better by d or more.

    Does not apply to designs with common luck, whose differences vary less: `evsim.best` uses that. Source: Rinott, On
    two-stage selection procedures and related probability-inequalities (Communications in Statistics A7, 1978).

    >>> round(rinott(designs=2, first=20, probability=0.95), 2)
    2.45
    """
    _check(designs, first, probability)
    x, weights = _chi_square(first - 1)
    spread = np.sqrt((first - 1) * (1 / x[:, None] + 1 / x[None, :])) * math.sqrt(2)
    erf = np.vectorize(math.erf, otypes=[float])

    def reached(h: float) -> float:
        better = (1 + erf(h / spread)) / 2
        return float(weights @ (better @ weights) ** (designs - 1))

    return _root(reached, probability)


def dudewicz_dalal(designs: int, first: int, probability: float) -> float:
    """The constant h of Dudewicz and Dalal: design i needs max(first + 1, (h s_i / d)^2) observations, as in `rinott`.

    The means are weighted ones of both stages, with the weights of the article; so it needs fewer than Rinott's.

    Does not apply to designs with common luck. Source: Dudewicz, Dalal, Allocation of observations in ranking and
    selection with unequal variances (Sankhya B37, 1975).

    >>> round(dudewicz_dalal(designs=5, first=20, probability=0.90), 3)
    2.747
    """
    _check(designs, first, probability)
    degrees = first - 1
    angle = np.linspace(-math.pi / 2, math.pi / 2, ANGLES)[1:-1]  # t = sqrt(degrees) tan(angle)
    density = np.cos(angle) ** (degrees - 1)
    below = np.cumsum(density) - density / 2
    below, weights = below / density.sum(), density / density.sum()
    t = np.tan(angle)

    def reached(h: float) -> float:
        beyond = np.arctan(t + h / math.sqrt(degrees))
        return float(weights @ np.interp(beyond, angle, below) ** (designs - 1))

    return _root(reached, probability)


def ocba_shares(means: Sequence[float], spreads: Sequence[float]) -> list[float]:
    """Which share of all observations each design should get, so that the smallest mean is soon known.

    spreads: standard deviations of one observation. Whoever is near the best, or varies much, gets more.

    Does not apply to designs with common luck, nor where two have the best mean. Source: Chen, Lin, Yucesan, Chick,
    Simulation budget allocation for further enhancing the efficiency of ordinal optimization (DEDS 10, 2000).

    >>> [round(share, 4) for share in ocba_shares([1, 2, 3], [1, 1, 2])]
    [0.3586, 0.3207, 0.3207]
    """
    several(means=means, spreads=spreads)
    if len(means) != len(spreads) or len(means) < 2:
        raise ValueError(f"means={list(means)!r} must be two or more, and as many as spreads={list(spreads)!r}")
    for spread in spreads:
        positive(spreads=spread)
    best = min(range(len(means)), key=means.__getitem__)
    if sorted(means)[0] == sorted(means)[1]:
        raise ValueError(f"means={list(means)!r} must have one smallest: no number of runs tells two equal ones apart")
    parts = [
        0.0 if number == best else (spread / (mean - means[best])) ** 2
        for number, (mean, spread) in enumerate(zip(means, spreads, strict=True))
    ]
    parts[best] = spreads[best] * math.sqrt(
        sum((part / spread) ** 2 for part, spread in zip(parts, spreads, strict=True))
    )
    return [part / sum(parts) for part in parts]


def _check(designs: int, first: int, probability: float) -> None:
    whole(2, designs=designs)
    whole(3, first=first)
    fraction(probability=probability)
    if not 1 / designs < probability < 1:
        raise ValueError(f"probability={probability!r} must be above that of a guess, 1/{designs}, and below 1")


@lru_cache(maxsize=8)
def _chi_square(degrees: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes, and weights with the density of chi-square: the cube root of a value is nearly normal."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    middle, far = 1 - 2 / (9 * degrees), 8 * math.sqrt(2 / (9 * degrees))
    low, high = max(middle - far, 1e-6), middle + far
    root = (high - low) / 2 * nodes + (high + low) / 2
    x = degrees * root**3
    logs = (degrees / 2 - 1) * np.log(x) - x / 2 - degrees / 2 * math.log(2) - math.lgamma(degrees / 2)
    weights = weights * np.exp(logs) * 3 * degrees * root**2 * (high - low) / 2
    return x, weights / weights.sum()


def _root(reached: Callable[[float], float], probability: float) -> float:
    low, high = 0.0, 1.0
    while reached(high) < probability:
        low, high = high, 2 * high
    while high - low > 1e-7 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if reached(middle) < probability else (low, middle)
    return high
