"""The retry storm: where a bad state keeps itself up after whatever began it is over."""

from dataclasses import dataclass

from .checks import positive, whole

__all__ = ["RetryStorm", "retry_storm"]


@dataclass(frozen=True, kw_only=True)
class RetryStorm:
    """Calls a second in the good state and in the bad one; see :func:`retry_storm`."""

    arrival_rate: float
    capacity: float
    attempts: int
    storm_rate: float
    lowest: float
    highest: float
    sustained: bool
    state: str


def retry_storm(arrival_rate, capacity, attempts):
    """A service that can answer `capacity` calls a second, whose callers give up and ask up to `attempts` times in all.

    The loop has two fixed points. Good: nobody gives up, and `arrival_rate` calls a second come. Bad: the line is
    longer than the callers wait, everything answered is too late, and all of them ask `attempts` times: `storm_rate` =
    arrival_rate x attempts calls a second. The bad state is `sustained` if that is more than `capacity`. So the
    `state` is

    healthy: up to `lowest` = capacity / attempts; after any trigger it comes back.
    metastable: beyond it and below `highest` = capacity; a trigger that makes the line long enough brings it down for
    good.
    overloaded: from there on; it goes down without any trigger.

    Does not apply when the line is too short to be too late (a limit, shedding), when what nobody waits for is dropped,
    when retries have a budget (then it is arrival_rate x (1 + budget)), or near `lowest`, where coming back takes long.
    It does apply with any back-off: pauses move the attempts and do not make them fewer.

    Source: Bronson, Aghayev, Charapko, Zhu, Metastable Failures in Distributed Systems, HotOS 2021.

    >>> storm = retry_storm(arrival_rate=280, capacity=300, attempts=2)
    >>> storm.state, storm.storm_rate, storm.lowest
    ('metastable', 560, 150.0)
    """
    positive(arrival_rate=arrival_rate, capacity=capacity)
    whole(attempts=attempts)
    lowest = capacity / attempts
    state = "healthy" if arrival_rate <= lowest else "metastable" if arrival_rate < capacity else "overloaded"
    return RetryStorm(
        arrival_rate=arrival_rate,
        capacity=capacity,
        attempts=attempts,
        storm_rate=arrival_rate * attempts,
        lowest=lowest,
        highest=capacity,
        sustained=arrival_rate > lowest,
        state=state,
    )
