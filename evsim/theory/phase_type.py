"""Sums of exponential times (hypoexponential), without the cancellation of partial fractions."""

import math

import numpy as np

__all__ = ["phases_survival", "two_phase_survival"]


def two_phase_survival(first_rate, second_rate, time):
    """P(X + Y > `time`) for independent exponential X and Y with these rates; equal rates are fine.

    >>> round(two_phase_survival(1.0, 1.0, 2.0), 6) == round(3 * math.exp(-2), 6)
    True
    """
    slow, fast = sorted((first_rate, second_rate))
    gap = (fast - slow) * time
    shrink = -math.expm1(-gap) / gap if gap > 0 else 1.0
    return math.exp(-slow * time) * (1 + slow * time * shrink)


def phases_survival(rates, time):
    """P(sum of independent exponential times with these rates > `time`); equal rates are fine.

    The chain of phases is a small matrix exponential; all its terms are positive, so nothing cancels.

    >>> round(phases_survival([1.0, 1.0, 1.0], 2.0), 6) == round(5 * math.exp(-2), 6)
    True
    """
    rates = np.asarray(rates, dtype=float)
    fastest = rates.max()
    halvings = max(0, math.ceil(math.log2(max(fastest * time, 1e-300)))) + 1
    step = fastest * time / 2**halvings
    chain = np.diag(1 - rates / fastest) + np.diag(rates[:-1] / fastest, 1)
    term = total = np.eye(len(rates))
    for power in range(1, 20):
        term = term @ chain * (step / power)
        total = total + term
    total = total * math.exp(-step)
    for _ in range(halvings):
        total = total @ total
    return float(total[0].sum())
