"""A second copy of a request that is sent when the first one takes long."""

import math
from dataclasses import dataclass

from .checks import at_least, positive, probability_level

__all__ = ["Hedged", "hedged"]


@dataclass(frozen=True, kw_only=True)
class Hedged:
    """The first of two answers; see :func:`hedged`. `extra`: the share of requests of which a copy is sent."""

    service_mean: float
    delay: float
    extra: float
    response_mean: float

    def response_quantile(self, probability):
        """The time (s) that a fraction `probability` of all responses does not exceed."""
        probability_level(probability)
        alone = -math.log1p(-probability) * self.service_mean
        return alone if alone <= self.delay else (alone + self.delay) / 2


def hedged(service_mean, delay):
    """A copy of a request goes to another replica after `delay` seconds without an answer; the first answer counts.

    Answers take an exponential time with mean `service_mean`: P(T > t) = exp(-t/m) up to the delay, and
    exp(-(2t - delay)/m) beyond.

    Does not apply when replicas are slow together, when the copies load them so that they queue, or when times are not
    exponential. Times with a heavier tail gain more.

    Source: the policy of Dean and Barroso, The Tail at Scale (2013), with exponential times.

    >>> copies = hedged(service_mean=1, delay=3)
    >>> round(copies.extra, 4), round(copies.response_quantile(0.99), 4)
    (0.0498, 3.8026)
    """
    positive(service_mean=service_mean)
    at_least(0, delay=delay)
    extra = math.exp(-delay / service_mean)
    return Hedged(service_mean=service_mean, delay=delay, extra=extra, response_mean=service_mean * (1 - extra / 2))
