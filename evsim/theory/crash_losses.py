"""What is done again, or lost, when a process dies or is taken for dead."""

import math
from dataclasses import dataclass

from .checks import at_least, positive

__all__ = ["SinceLast", "lost_with_leader", "redelivery_chance", "since_last"]


@dataclass(frozen=True, kw_only=True)
class SinceLast:
    """How many messages a crash makes come again; see :func:`since_last`."""

    mean: float
    most: float


def since_last(rate, interval):
    """Messages that are read again after a crash, where the position is kept each `interval` seconds.

    `rate` messages a second; a commit of offsets or a checkpoint of a stream. On average half an interval's, at most a
    whole one's.

    Does not apply when messages are acknowledged singly, or when the consumer commits before it works (then they are
    lost instead).

    Source: elementary (a crash at a random moment); KafkaConsumer's documentation on automatic commits.

    >>> since_last(rate=200, interval=5).mean
    500.0
    """
    positive(rate=rate, interval=interval)
    return SinceLast(mean=rate * interval / 2, most=rate * interval)


def lost_with_leader(rate, lag):
    """Acknowledged messages that are lost with the broker that had them, where copies come `lag` seconds later.

    `rate` messages a second with acks=1, at random moments: rate x lag on average, Poisson. Does not apply where the
    acknowledgement waits for the copies (acks=all): nothing is lost then as long as one of them is left.

    Source: Apache Kafka documentation, design, replication.

    >>> lost_with_leader(rate=1000, lag=0.05)
    50.0
    """
    positive(rate=rate)
    at_least(0, lag=lag)
    return rate * lag


def redelivery_chance(service_mean, visibility):
    """The share of messages that are handed out again, as the work takes longer than the `visibility` timeout.

    Work takes an exponential time with mean `service_mean`, and nobody extends the timeout: exp(-visibility / mean).

    Does not apply when messages wait at the consumer (their time runs already), or when times have another
    distribution: a heavier tail makes many more.

    Source: the exponential distribution; the visibility timeout of Amazon SQS.

    >>> round(redelivery_chance(service_mean=10, visibility=30), 6)
    0.049787
    """
    positive(service_mean=service_mean)
    at_least(0, visibility=visibility)
    return math.exp(-visibility / service_mean)
