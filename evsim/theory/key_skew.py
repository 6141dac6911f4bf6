"""Keys on partitions: hot keys, clashes, and how uneven luck is."""

import math
from dataclasses import dataclass

import numpy as np

from .checks import at_least, whole

__all__ = ["PartitionLoad", "draws_to_see_all", "partition_load", "zipf_share"]


def zipf_share(keys, exponent=1.0, top=1):
    """The share of messages that the `top` hottest of `keys` keys get when the k-th has weight 1/k^exponent.

    With one consumer a partition and capacity m for each, the whole log takes at most m / zipf_share(keys).

    Does not apply to measured traffic unless its ranks follow the law; check before you trust it.

    Source: Zipf's law.

    >>> round(zipf_share(keys=1000), 6)
    0.133592
    """
    whole(keys=keys, top=top)
    at_least(0, exponent=exponent)
    if top > keys:
        raise ValueError(f"top={top!r} must be at most keys={keys!r}: ask for fewer")
    weights = np.arange(1, keys + 1, dtype=float) ** -exponent
    return float(weights[:top].sum() / weights.sum())


@dataclass(frozen=True, kw_only=True)
class PartitionLoad:
    """Keys hashed onto partitions; see :func:`partition_load`."""

    keys: int
    partitions: int
    used_mean: float
    no_clash_probability: float
    largest_mean: float


def partition_load(keys, partitions):
    """`keys` different keys of equal rate, each hashed to one of `partitions` at random.

    `used_mean`: partitions with at least one key; `no_clash_probability`: all keys on different partitions;
    `largest_mean`: keys on the fullest partition, to compare with keys / partitions.

    Does not apply to one given set of keys (the hash then decides, not luck), nor to keys of unequal rate.

    Source: balls in bins; the largest by Poissonisation (exact), compare Raab and Steger 1998.

    >>> load = partition_load(keys=12, partitions=12)
    >>> round(load.used_mean, 4), round(load.largest_mean, 4)
    (7.7761, 2.876)
    """
    whole(keys=keys, partitions=partitions)
    clear = 0.0
    if keys <= partitions:
        clear = math.prod((partitions - number) / partitions for number in range(keys))
    return PartitionLoad(
        keys=keys,
        partitions=partitions,
        used_mean=partitions * (1 - (1 - 1 / partitions) ** keys),
        no_clash_probability=clear,
        largest_mean=_largest_mean(keys, partitions),
    )


def _largest_mean(keys, partitions):
    """E[max] = sum of P(max > m); given their sum, independent Poisson counts are the balls in the bins."""
    mean = keys / partitions
    numbers = np.arange(keys + 1)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(numbers[1:]))))
    one = np.exp(numbers * math.log(mean) - mean - log_factorials)
    all_keys = math.exp(keys * math.log(keys) - keys - log_factorials[keys])
    total = 0.0
    for largest in range(keys):
        above = 1 - _power_at(np.where(numbers <= largest, one, 0.0), partitions, keys) / all_keys
        if above < 1e-13:
            break
        total += above
    return total


def _power_at(series, power, degree):
    """The coefficient of x^degree in series(x)^power."""
    result = np.zeros(degree + 1)
    result[0] = 1.0
    while power:
        if power & 1:
            result = np.convolve(result, series)[: degree + 1]
        series = np.convolve(series, series)[: degree + 1]
        power >>= 1
    return float(result[degree])


def draws_to_see_all(partitions):
    """Mean number of messages, each to a random partition, until every one of `partitions` has got one.

    partitions x (1 + 1/2 + ... + 1/partitions). Does not apply to round-robin or sticky producers.

    Source: the coupon collector.

    >>> round(draws_to_see_all(6), 6)
    14.7
    """
    whole(partitions=partitions)
    return partitions * math.fsum(1 / number for number in range(1, partitions + 1))
