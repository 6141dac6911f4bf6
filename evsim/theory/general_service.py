"""One server with any service time: M/G/1, M/D/1, and the G/G/1 approximation."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .checks import at_least, positive, stable
from .quantiles import quantile_of
from .station import Station

__all__ = ["GG1", "MD1", "MG1", "gg1", "md1", "mg1"]

_GROWS = "lower arrival_rate, shorten the service, or ask what grows (overload)"


@dataclass(frozen=True, kw_only=True)
class MG1(Station):
    """M/G/1 in steady state; see :func:`mg1`. `departure_scv`: squared cv of the gaps between departures."""

    service_mean: float
    service_cv: float
    departure_scv: float


def mg1(arrival_rate, service_mean, service_cv):
    """M/G/1: Poisson arrivals, any service time, one server, unlimited queue (Pollaczek-Khinchine).

    `arrival_rate` per second, `service_mean` in seconds, `service_cv` = standard deviation / mean of the
    service time (0 constant, 1 exponential). With r = arrival_rate x service_mean,
    wait_mean = r / (1 - r) x (1 + cv^2) / 2 x service_mean.

    The means hold for first come, last come and random order, as long as work in hand is finished and the
    order does not look at the length of the work. Does not apply to several servers, to processor sharing,
    to priorities by length, to arrivals that are not Poisson (gg1), or when the variance of the service is
    infinite: then so is the mean wait. Heavy tails make a run converge slowly.

    Source: Pollaczek 1930; Khinchine 1932; departures: Marshall's formula.

    >>> round(mg1(arrival_rate=8, service_mean=0.1, service_cv=2).wait_mean, 6)
    1.0
    """
    positive(arrival_rate=arrival_rate, service_mean=service_mean)
    at_least(0, service_cv=service_cv)
    load = arrival_rate * service_mean
    stable(load, arrival_rate, 1 / service_mean, _GROWS)
    wait_mean = load / (1 - load) * (1 + service_cv**2) / 2 * service_mean
    return MG1(
        **Station.means(arrival_rate, service_mean, wait_mean),
        service_mean=service_mean,
        service_cv=service_cv,
        departure_scv=1 - load**2 + (load * service_cv) ** 2,
    )


@dataclass(frozen=True, kw_only=True)
class MD1(MG1):
    """M/D/1 in steady state; see :func:`md1`."""

    def wait_cdf(self, time):
        """P(wait <= `time` seconds), first come, first served."""
        at_least(0, time=time)
        if time > 40 * self.service_mean / (1 - self.utilisation):
            return 1.0  # what is left is below 1e-30
        periods = int(time // self.service_mean) + 1
        left = self.arrival_rate * (periods * self.service_mean - time)
        size = 1 << periods.bit_length()
        waiting = _in_system_cdf(self.utilisation, size)[1 : periods + 1]
        chances = np.concatenate(([1.0], np.cumprod(left / np.arange(1, periods))))
        return float(math.exp(-left) * (waiting[::-1] @ chances))

    def wait_quantile(self, probability):
        """The time (s) that a fraction `probability` of all waits does not exceed."""
        return quantile_of(lambda time: 1 - self.wait_cdf(time), probability, self.service_mean)

    def sojourn_quantile(self, probability):
        """The time (s) that a fraction `probability` of all sojourns does not exceed."""
        return self.wait_quantile(probability) + self.service_mean


def md1(arrival_rate, service_time):
    """M/D/1: Poisson arrivals, every service takes exactly `service_time` seconds, one server, first come.

    Gives the means of :func:`mg1` with cv 0, and the whole distribution of the wait. The classic sum of
    Erlang and Crommelin alternates in sign and loses all digits for long waits; this is the same
    distribution as a sum of positive terms over the number in system.

    Does not apply when the time varies at all (mg1 for the mean), or to another order than first come.

    Source: Erlang 1909; Crommelin 1932; the positive form: Franx 2001.

    >>> station = md1(arrival_rate=8, service_time=0.1)
    >>> round(station.wait_mean, 6), round(station.wait_quantile(0.99), 6)
    (0.2, 1.035589)
    """
    positive(arrival_rate=arrival_rate, service_time=service_time)
    return MD1(**vars(mg1(arrival_rate, service_time, 0.0)))


@lru_cache(maxsize=16)
def _in_system_cdf(load, size):
    """P(N <= n) in M/D/1 for n = 0..size: steps up over n balance the steps down, all terms positive."""
    numbers = np.arange(1, size + 150)
    arrivals = math.exp(-load) * np.concatenate(([1.0], np.cumprod(load / numbers)))
    more_than = np.concatenate((np.cumsum(arrivals[::-1])[::-1][1:], [0.0]))  # P(arrivals in one service > n)
    chances = np.empty(size + 1)
    chances[0] = 1 - load
    for number in range(size):
        up = chances[0] * more_than[number] + chances[1 : number + 1] @ more_than[number:0:-1]
        chances[number + 1] = up / arrivals[0]
    return np.cumsum(chances)


@dataclass(frozen=True, kw_only=True)
class GG1:
    """Kingman's figures for G/G/1; see :func:`gg1`. `wait_bound` (s) is never exceeded by the mean wait."""

    utilisation: float
    wait_mean: float
    sojourn_mean: float
    wait_bound: float


def gg1(arrival_rate, service_mean, arrival_cv, service_cv):
    """G/G/1, an *approximation* and an upper bound of the mean wait: any gaps, any service, one server.

    `arrival_rate` per second, `service_mean` in seconds; `arrival_cv` and `service_cv` = standard deviation /
    mean of the gaps and of the service times. With r = arrival_rate x service_mean, the approximation is
    r / (1 - r) x (arrival_cv^2 + service_cv^2) / 2 x service_mean, exact for Poisson arrivals and good when r
    is near 1; the bound is arrival_rate x (variance of gaps + variance of service) / (2 (1 - r)).

    Does not apply when gaps depend on each other (bursts, day curves) or to several servers. At low load with
    regular arrivals the approximation can be far too high.

    Source: Kingman 1961.

    >>> figures = gg1(arrival_rate=0.8, service_mean=1, arrival_cv=2, service_cv=1)
    >>> round(figures.wait_mean, 6)
    10.0
    """
    positive(arrival_rate=arrival_rate, service_mean=service_mean)
    at_least(0, arrival_cv=arrival_cv, service_cv=service_cv)
    load = arrival_rate * service_mean
    stable(load, arrival_rate, 1 / service_mean, _GROWS)
    wait_mean = load / (1 - load) * (arrival_cv**2 + service_cv**2) / 2 * service_mean
    variances = (arrival_cv / arrival_rate) ** 2 + (service_cv * service_mean) ** 2
    return GG1(
        utilisation=load,
        wait_mean=wait_mean,
        sojourn_mean=wait_mean + service_mean,
        wait_bound=arrival_rate * variances / (2 * (1 - load)),
    )
