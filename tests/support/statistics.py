"""Tolerances that follow from the sample size, for tests that count what a simulation does.

Each check fails in two ways: the figure is off by more than luck explains, or the sample is too small to tell. What a
check *notices* is the smallest error, as a share of the expected value, for which it fails in 14 of 15 runs; each test
states it, and a check that notices nothing smaller than a quarter is refused unless it gives a reason. The nightly run
notices that much; by day samples are smaller, and errors twice as large are noticed, of 35 % at most.
Checks return True, so that ``assert agrees(...)`` reads well.
"""

import math

from tests.support.nightly import NIGHTLY

Z = 3.5  # standard errors allowed: a true figure is refused about once in 2000 checks
SURE = 1.5  # further standard errors after which only one error in 15 goes unnoticed
WORST = 0.25  # the largest relative error that a check may overlook
COARSER = 1 if NIGHTLY else 2
WORST_BY_DAY = WORST if NIGHTLY else 0.35
FEWEST_REPLICATIONS = 8  # the standard error of fewer is itself too uncertain


def mean_and_error(values):
    """The mean of independent `values` (one a replication) and its standard error."""
    values = [float(value) for value in values]
    if len(values) < 2:
        raise ValueError(f"{len(values)} values have no standard error: give one value for each of many runs")
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(variance / len(values))


def assert_notices(error, scale, notices, because=None, z=Z):
    """A check that allows `z` standard errors notices a share of `notices` of the `scale`, or a smaller one."""
    if notices > WORST and not because:
        raise ValueError(f"notices={notices!r}: a check that overlooks more than {WORST:.0%} needs because='...'")
    smallest, largest = (z + SURE) * error / scale, notices * COARSER
    if not because:
        largest = min(largest, WORST_BY_DAY)
    assert smallest <= largest, (
        f"no power: with a standard error of {error:.3g} the smallest error noticed is {smallest:.2%} of {scale:.6g}, "
        f"more than {largest:.2%}; run longer or more often"
    )


def agrees(values, expected, z=Z, notices=0.1, scale=None, because=None):
    """The mean of `values`, one a replication, lies within `z` standard errors of `expected`.

    It must notice an error of `notices` x `scale` (default: the expected value itself). Expecting 0 needs a `scale`.
    """
    scale = abs(expected) if scale is None else scale
    if not scale > 0:
        raise ValueError(f"expected={expected!r} has no size to compare the error with: give scale=...")
    if len(values) < FEWEST_REPLICATIONS:
        raise ValueError(
            f"{len(values)} replications are too few to know their error: make {FEWEST_REPLICATIONS} or more"
        )
    mean, error = mean_and_error(values)
    assert_notices(error, scale, notices, because, z)
    rounding = 1e-12 * scale
    assert abs(mean - expected) <= z * error + rounding, (
        f"mean {mean:.6g} of {len(values)} replications, standard error {error:.3g}, but {expected:.6g} was expected: "
        f"{_deviations(mean - expected, error)} apart, {z:g} allowed"
    )
    return True


def proportion_agrees(successes, trials, expected, z=Z, notices=WORST, inflation=1.0, because=None):
    """`successes` in `trials` independent trials fit the probability `expected` (binomial).

    It must notice an error of `notices` x the probability of the rarer outcome. `inflation` multiplies the standard
    error where trials depend on each other (customers of one queue: 3 is usual). A probability of 0 or 1 must be met
    exactly.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} successes in {trials} trials: successes must be from 0 to trials")
    if not 0 <= expected <= 1:
        raise ValueError(f"expected={expected!r} must be a probability from 0 to 1")
    found = f"{successes} of {trials} = {successes / trials:.6g}"
    if expected in (0, 1):
        assert successes == expected * trials, f"{found}, but exactly {expected:g} was expected"
        return True
    error = inflation * math.sqrt(expected * (1 - expected) / trials)
    assert_notices(error, min(expected, 1 - expected), notices, because, z)
    apart = successes / trials - expected
    assert abs(apart) <= z * error, (
        f"{found}, but {expected:.6g} was expected: {_deviations(apart, error)} apart, {z:g} allowed"
    )
    return True


def count_agrees(count, expected, z=Z, notices=WORST, dispersion=1.0, because=None):
    """A `count` of independent events fits its mean `expected` (Poisson).

    It must notice an error of `notices` x `expected`. `dispersion` is variance / mean of the count: 1 for Poisson,
    less for regular events, more for bursts.
    """
    if not expected > 0:
        raise ValueError(f"expected={expected!r} must be above 0: compare counts with 0 exactly")
    error = math.sqrt(dispersion * expected)
    assert_notices(error, expected, notices, because, z)
    assert abs(count - expected) <= z * error, (
        f"counted {count}, but {expected:.6g} was expected: {_deviations(count - expected, error)} apart, {z:g} allowed"
    )
    return True


def mm1_wait_relative_error(utilisation, messages):
    """Relative standard error of the mean wait of M/M/1 over a run of this many `messages` (Daley 1968).

    sqrt((2 + 5r - 4r^2 + r^3) / (r (1-r)^2 n)): 1.1 % at r = 0.8 and 4.1 % at r = 0.95 for a million.
    """
    return math.sqrt(_daley(utilisation) / messages)


def mm1_messages(utilisation, relative_error):
    """How many messages (all runs together) bring the mean wait of M/M/1 to this relative standard error."""
    return math.ceil(_daley(utilisation) / relative_error**2)


def _daley(utilisation):
    if not 0 < utilisation < 1:
        raise ValueError(f"utilisation={utilisation!r} must be between 0 and 1")
    r = utilisation
    return (2 + 5 * r - 4 * r**2 + r**3) / (r * (1 - r) ** 2)


def _deviations(difference, error):
    return f"{difference / error:+.2f} standard errors" if error else f"{difference:+.6g} (no spread at all)"
