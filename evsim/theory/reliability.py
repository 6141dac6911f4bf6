"""Things that fail: a server with breakdowns, chains and copies of services."""

import math
from dataclasses import dataclass

from .binomial import binomial_chance
from .checks import at_least, fraction, positive, several, stable, whole

__all__ = [
    "Breakdowns",
    "availability",
    "best_checkpoint_interval",
    "breakdowns",
    "breakdowns_when_busy",
    "downtime",
    "redundant_availability",
    "series_availability",
]


@dataclass(frozen=True, kw_only=True)
class Breakdowns:
    """A server that breaks down, in steady state; see :func:`breakdowns`.

    `availability` is the fraction of time that the server is up, `in_system_mean` the mean number waiting or
    at work, `sojourn_mean` (s) from arrival to the end of work, repairs included.
    """

    arrival_rate: float
    service_rate: float
    availability: float
    in_system_mean: float
    sojourn_mean: float


def breakdowns(arrival_rate, service_rate, failure_rate, repair_rate):
    """M/M/1 whose server fails at any time, busy or idle, and goes on where it was after the repair.

    All rates per second: failures of a server that is up, repairs of one that is down; both times
    exponential. With a = failure_rate, b = repair_rate, m = service_rate, l = arrival_rate:
    L = l ((a+b)^2 + a m) / ((a+b) (b m - l (a+b))). In a scenario: a random `pause` with mtbf 1/a, mttr 1/b.

    Capacity scaled by the availability is too hopeful: the same availability in longer breaks makes a longer
    queue. Does not apply when a crash loses the work in hand, when callers are refused while the server is
    down (an outage), or when failures need work (breakdowns_when_busy).

    Source: White and Christie 1958; Avi-Itzhak and Naor 1963.

    >>> breakdowns(arrival_rate=5, service_rate=10, failure_rate=0.1, repair_rate=0.9).in_system_mean
    2.5
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate, repair_rate=repair_rate)
    at_least(0, failure_rate=failure_rate)
    both = failure_rate + repair_rate
    up = repair_rate / both
    _stable(arrival_rate, service_rate * up)
    numerator = arrival_rate * (both**2 + failure_rate * service_rate)
    in_system_mean = numerator / (both * (repair_rate * service_rate - arrival_rate * both))
    return Breakdowns(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        availability=up,
        in_system_mean=in_system_mean,
        sojourn_mean=in_system_mean / arrival_rate,
    )


def breakdowns_when_busy(arrival_rate, service_rate, failure_rate, repair_rate):
    """M/M/1 whose server fails only while it works, and goes on where it was after the repair.

    Arguments as in :func:`breakdowns`. The time to completion C, repairs included, takes the place of the
    service time in Pollaczek-Khinchine: E[C] = S (1 + a/b), E[C^2] = 2 S^2 (1 + a/b)^2 + 2 S a / b^2 with
    S = 1 / service_rate.

    Does not apply when the idle server fails too (breakdowns), or when a failure loses the work in hand.

    Source: Gaver 1962; Avi-Itzhak and Naor 1963.

    >>> round(breakdowns_when_busy(5, 10, failure_rate=0.1, repair_rate=0.9).in_system_mean, 6)
    1.944444
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate, repair_rate=repair_rate)
    at_least(0, failure_rate=failure_rate)
    service_mean, stretch = 1 / service_rate, 1 + failure_rate / repair_rate
    completion_mean = service_mean * stretch
    second_moment = 2 * completion_mean**2 + 2 * service_mean * failure_rate / repair_rate**2
    load = arrival_rate * completion_mean
    _stable(arrival_rate, 1 / completion_mean)
    sojourn_mean = completion_mean + arrival_rate * second_moment / (2 * (1 - load))
    return Breakdowns(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        availability=1 - arrival_rate * service_mean * failure_rate / repair_rate,
        in_system_mean=arrival_rate * sojourn_mean,
        sojourn_mean=sojourn_mean,
    )


def _stable(arrival_rate, capacity):
    way_out = "lower arrival_rate, raise service_rate, or repair faster"
    stable(arrival_rate / capacity, arrival_rate, capacity, way_out)


def availability(mtbf, mttr):
    """The fraction of time that a thing is up: mtbf / (mtbf + mttr), both mean times in the same unit.

    `mtbf` here is the mean time up, from a repair to the next failure. Does not tell how long one break is.

    Source: elementary renewal theory.

    >>> round(availability(mtbf=720, mttr=1), 6)
    0.998613
    """
    positive(mtbf=mtbf)
    at_least(0, mttr=mttr)
    return mtbf / (mtbf + mttr)


def downtime(availability, period=365 * 24 * 3600):
    """Seconds of a `period` (s; default: a year of 365 days) in which a thing of this `availability` is down.

    Does not tell whether that is one long break or many short ones.

    Source: elementary.

    >>> round(downtime(0.999) / 60, 6)
    525.6
    """
    fraction(availability=availability)
    positive(period=period)
    return (1 - availability) * period


def series_availability(availabilities):
    """The availability of a chain that needs every part: the product of the parts' `availabilities` (0 to 1).

    A request that passes five services at 99.9 % each is answered 99.5 % of the time; one that only has to
    reach its service and a broker does not need the others now.

    Does not apply when parts fail together, or when a retry outlives the break.

    Source: elementary (independent parts).

    >>> round(series_availability([0.999] * 5), 6)
    0.99501
    """
    several(availabilities=availabilities)
    if len(availabilities) == 0:
        raise ValueError(f"availabilities={availabilities!r} must name a part: give a list of fractions")
    for part in availabilities:
        fraction(availabilities=part)
    return math.prod(availabilities)


def redundant_availability(availability, copies, needed=1):
    """The availability of `copies` equal parts of which `needed` are enough (binomial).

    Does not apply when copies share what fails: a rack, a release, a configuration, a full disk.

    Source: elementary (independent copies).

    >>> round(redundant_availability(0.99, copies=3, needed=2), 6)
    0.999702
    """
    fraction(availability=availability)
    whole(copies=copies, needed=needed)
    if needed > copies:
        raise ValueError(f"needed={needed!r} must be at most copies={copies!r}: ask for fewer")
    return math.fsum(binomial_chance(up, copies, availability) for up in range(needed, copies + 1))


def best_checkpoint_interval(cost, mtbf):
    """The time from one checkpoint to the next that costs least, if one takes `cost` and there is a crash each `mtbf`.

    sqrt(2 cost mtbf): what checkpoints take, and what is done again after a crash, are then equal. Does not apply when
    a checkpoint takes a time like that between crashes, or when work goes on while it is taken.

    Source: Young 1974; Daly 2006 has the next terms.

    >>> round(best_checkpoint_interval(cost=10, mtbf=24 * 3600))
    1315
    """
    positive(cost=cost, mtbf=mtbf)
    return math.sqrt(2 * cost * mtbf)
