"""Quantiles of a waiting time, found from its survival function."""

from .checks import probability_level

__all__ = ["quantile_of"]


def quantile_of(survival, probability, scale):
    """The smallest t >= 0 with ``survival(t) <= 1 - probability``, by doubling from `scale` and halving.

    `survival` is P(T > t), continuous for t > 0 and falling to 0; a jump at 0 gives the quantile 0.

    >>> import math
    >>> round(quantile_of(lambda t: math.exp(-t), 0.5, scale=1.0), 12) == round(math.log(2), 12)
    True
    """
    probability_level(probability)
    target = 1.0 - probability
    if survival(0.0) <= target:
        return 0.0
    low, high = 0.0, scale
    while survival(high) > target:
        low, high = high, 2.0 * high
    for _ in range(100):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if survival(middle) > target:
            low = middle
        else:
            high = middle
    return high
