"""The binomial distribution, for copies and quorums."""

import math

__all__ = ["binomial_chance"]


def binomial_chance(number, trials, probability):
    """P(exactly `number` of `trials` independent trials succeed), by logarithms: large `trials` are fine.

    >>> round(binomial_chance(1, 3, 0.5), 12)
    0.375
    """
    if probability in (0, 1):
        return 1.0 if number == probability * trials else 0.0
    ways = math.lgamma(trials + 1) - math.lgamma(number + 1) - math.lgamma(trials - number + 1)
    return math.exp(ways + number * math.log(probability) + (trials - number) * math.log1p(-probability))
