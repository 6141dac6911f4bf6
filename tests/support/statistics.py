"""Tolerances that follow from the sample size, for tests that count what a simulation does.

Each check fails in two ways: the figure is off by more than luck explains, or the sample is too small
to tell.
Checks return True, so that ``assert agrees(...)`` reads well.
"""

import math

Z = 3.5  # standard errors allowed: a true figure is refused about once in 2000 checks
FEWEST_REPLICATIONS = 8  # the standard error of fewer is itself too uncertain


def mean_and_error(values):
    """The mean of independent `values` (one a replication) and its standard error."""
    values = [float(value) for value in values]
    if len(values) < 2:
        raise ValueError(f"{len(values)} values have no standard error: give one value for each of many runs")
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(variance / len(values))


def agrees(values, expected, z=Z, error_below=0.02, scale=None):
    """The mean of `values`, one a replication, lies within `z` standard errors of `expected`.

    The standard error must also be below `error_below` x `scale` (default: the expected value itself), so
    that a figure that is wrong by a few per cent cannot pass. Expecting 0 needs a `scale`.
    """
    scale = abs(expected) if scale is None else scale
    if not scale > 0:
        raise ValueError(f"expected={expected!r} has no size to compare the error with: give scale=...")
    if len(values) < FEWEST_REPLICATIONS:
        raise ValueError(
            f"{len(values)} replications are too few to know their error: make {FEWEST_REPLICATIONS} or more"
        )
    mean, error = mean_and_error(values)
    found = f"mean {mean:.6g} of {len(values)} replications, standard error {error:.3g}"
    assert error <= error_below * scale, (
        f"no power: {found} is more than {error_below:.2%} of {scale:.6g}; run longer or more often"
    )
    rounding = 1e-12 * scale
    assert abs(mean - expected) <= z * error + rounding, (
        f"{found}, but {expected:.6g} was expected: "
        f"{_deviations(mean - expected, error)} apart, {z:g} allowed"
    )
    return True


def proportion_agrees(successes, trials, expected, z=Z, error_below=0.1, inflation=1.0):
    """`successes` in `trials` independent trials fit the probability `expected` (binomial).

    The standard error must be below `error_below` x `expected`. `inflation` multiplies it where trials depend
    on each other (customers of one queue: 3 is usual). A probability of 0 or 1 must be met exactly.
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
    assert error <= error_below * expected, (
        f"no power: the standard error of {trials} trials, {error:.3g}, is more than {error_below:.2%} "
        f"of {expected:.6g}; run longer"
    )
    apart = successes / trials - expected
    assert abs(apart) <= z * error, (
        f"{found}, but {expected:.6g} was expected: {_deviations(apart, error)} apart, {z:g} allowed"
    )
    return True


def count_agrees(count, expected, z=Z, error_below=0.1, dispersion=1.0):
    """A `count` of independent events fits its mean `expected` (Poisson).

    The standard error must be below `error_below` x `expected`. `dispersion` is variance / mean of the count:
    1 for Poisson, less for regular events, more for bursts.
    """
    if not expected > 0:
        raise ValueError(f"expected={expected!r} must be above 0: compare counts with 0 exactly")
    error = math.sqrt(dispersion * expected)
    assert error <= error_below * expected, (
        f"no power: the standard error of a count of {expected:.6g} is {error / expected:.2%}, "
        f"more than {error_below:.2%}; run longer"
    )
    assert abs(count - expected) <= z * error, (
        f"counted {count}, but {expected:.6g} was expected: "
        f"{_deviations(count - expected, error)} apart, {z:g} allowed"
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
