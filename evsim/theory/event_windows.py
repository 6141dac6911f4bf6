"""Windows over events that come at random moments."""

import math
from dataclasses import dataclass

from .checks import positive

__all__ = ["EventSession", "TumblingCount", "event_session", "tumbling_count"]


@dataclass(frozen=True, kw_only=True)
class EventSession:
    """A session window; see :func:`event_session`. `length_mean` (s): from the first event to the end of the gap."""

    events_mean: float
    length_mean: float


def event_session(arrival_rate, gap):
    """Session windows of one key, whose events come at random moments: a session ends a `gap` (s) after its last event.

    exp(arrival_rate x gap) events, and a length of (that - 1) / arrival_rate: the busy period of M/D/infinity.

    Does not apply to events that come in visits, or where a session has a longest length. Sessions grow exponentially
    with the gap: of a busy key one may never end.

    Source: Takacs, Introduction to the Theory of Queues (1962), the busy period of M/G/infinity.

    >>> round(event_session(arrival_rate=2, gap=1.5).events_mean, 4)
    20.0855
    """
    positive(arrival_rate=arrival_rate, gap=gap)
    events = math.exp(arrival_rate * gap)
    return EventSession(events_mean=events, length_mean=(events - 1) / arrival_rate)


@dataclass(frozen=True, kw_only=True)
class TumblingCount:
    """How many events a window has; see :func:`tumbling_count`."""

    mean: float
    variance: float
    empty_probability: float


def tumbling_count(arrival_rate, size):
    """How many events come in a window of `size` seconds, where they come at random moments: Poisson.

    Does not apply when events come in bursts (the variance is larger then) or late ones are left out.

    Source: the Poisson process.

    >>> tumbling_count(arrival_rate=3, size=10).variance
    30
    """
    positive(arrival_rate=arrival_rate, size=size)
    mean = arrival_rate * size
    return TumblingCount(mean=mean, variance=mean, empty_probability=math.exp(-mean))
