"""Functions: what a cold start costs one instance, how often it comes, how fast a platform grows, what it bills."""

import math
from dataclasses import dataclass

from .checks import at_least, positive, stable
from .station import Station

__all__ = ["ColdStarts", "billed", "cold_chance", "cold_starts", "time_to_grow"]


@dataclass(frozen=True, kw_only=True)
class ColdStarts(Station):
    """One instance that is shut down when idle; see :func:`cold_starts`. `cold_probability`: of a request."""

    cold_probability: float


def cold_starts(arrival_rate, service_mean, start_mean, keep_alive=0.0, service_cv=1.0, start_cv=0.0):
    """M/G/1 whose server is shut down after `keep_alive` seconds without work; the next request waits for its start.

    A start takes `start_mean` seconds with standard deviation / mean `start_cv`, a service `service_mean` with
    `service_cv`. With q = exp(-arrival_rate x keep_alive), E[D] = q start_mean and E[D^2] = q start_mean^2 (1 + cv^2)
    a request waits (2 E[D] + arrival_rate E[D^2]) / (2 (1 + arrival_rate E[D])) longer than without, and starts an
    instance with probability (1 - r) q / (1 + arrival_rate E[D]).

    Does not apply when a second instance is started while the first one is busy: then nobody waits for work, and
    cold starts are more frequent.

    Source: Welch, On a generalized M/G/1 queuing process, Operations Research 12 (1964); Gandhi, Harchol-Balter,
    Adan 2010 for exponential starts.

    >>> station = cold_starts(arrival_rate=0.5, service_mean=0.5, start_mean=3)
    >>> round(station.sojourn_mean, 6), round(station.cold_probability, 6)
    (2.766667, 0.3)
    """
    positive(arrival_rate=arrival_rate, service_mean=service_mean)
    at_least(0, start_mean=start_mean, keep_alive=keep_alive, service_cv=service_cv, start_cv=start_cv)
    load = arrival_rate * service_mean
    stable(load, arrival_rate, 1 / service_mean, "lower arrival_rate, or shorten the service")
    gone = cold_chance(arrival_rate, keep_alive)
    mean, square = gone * start_mean, gone * start_mean**2 * (1 + start_cv**2)
    queued = load / (1 - load) * (1 + service_cv**2) / 2 * service_mean
    started = (2 * mean + arrival_rate * square) / (2 * (1 + arrival_rate * mean))
    return ColdStarts(
        **Station.means(arrival_rate, service_mean, queued + started),
        cold_probability=(1 - load) * gone / (1 + arrival_rate * mean),
    )


def cold_chance(arrival_rate, keep_alive):
    """The share of requests that find no warm instance where work takes next to no time: exp(-rate x keep_alive).

    `arrival_rate` per second, at random moments; `keep_alive` in seconds. Does not apply when work takes a while (then
    several at once each need an instance: simulate), or when requests come by the clock.

    Source: the exponential gap between random arrivals.

    >>> round(cold_chance(arrival_rate=1 / 3600, keep_alive=600), 6)
    0.846482
    """
    positive(arrival_rate=arrival_rate)
    at_least(0, keep_alive=keep_alive)
    return math.exp(-arrival_rate * keep_alive)


def time_to_grow(instances, at_once, rate):
    """Seconds from nothing to so many `instances`, where `at_once` may start at first and then `rate` a second.

    Does not apply when the account's limit comes first, or when the demand grows step by step: rate that is not used
    is not saved up.

    Source: AWS Lambda Developer Guide, scaling behavior (1,000 each 10 s and function, refilled continuously).

    >>> time_to_grow(instances=5000, at_once=1000, rate=100)
    40.0
    """
    positive(instances=instances, rate=rate)
    at_least(0, at_once=at_once)
    return max(0, instances - at_once) / rate


def billed(duration, memory, invocations=1, step=0.001):
    """GB-seconds for which functions are billed: each `duration` (s) is rounded up to a whole number of `step` (s).

    `memory` in GB. Does not tell the price of requests, of provisioned instances, or of a free share. A duration that
    is a whole number of steps but for rounding of floats is not rounded up.

    Source: AWS Lambda pricing (1 ms since December 2020, 100 ms before).

    >>> round(billed(duration=0.0012, memory=0.125, invocations=1_000_000), 6)
    250.0
    """
    positive(memory=memory, step=step)
    at_least(0, duration=duration, invocations=invocations)
    return math.ceil(round(duration / step, 6)) * step * memory * invocations
