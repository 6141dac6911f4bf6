"""Several servers and one shared queue: M/M/c, Erlang's C, and no queue at all, M/G/inf."""

import math
from dataclasses import dataclass

from .checks import positive, probability_level, stable, whole
from .loss import erlang_b
from .phase_type import two_phase_survival
from .quantiles import quantile_of
from .station import Station

__all__ = ["MMInf", "MMc", "erlang_c", "mmc", "mminf"]

_GROWS = "lower arrival_rate, raise service_rate or servers, bound the queue (mmck), or ask what grows (overload)"


def erlang_c(servers, offered_load):
    """Erlang's C: the probability that an arrival has to wait in M/M/c.

    `servers` is a whole number, `offered_load` = arrival rate x mean service time, in servers' worth of work
    (erlangs), below `servers`. C = B / (1 - r (1 - B)) with r = offered_load / servers and Erlang's B.

    Does not apply when customers that wait give up, or when service is far from exponential.

    Source: Erlang 1917; Kleinrock, Queueing Systems vol. 1 (1975).

    >>> round(erlang_c(servers=3, offered_load=2), 6)
    0.444444
    """
    blocked = erlang_b(servers, offered_load)
    load = offered_load / servers
    if not load < 1:
        raise ValueError(
            f"offered_load={offered_load!r} must be below servers={servers!r} for a steady state to exist: "
            "lower the load, add servers, or let the surplus go (erlang_b)"
        )
    return blocked / (1 - load * (1 - blocked))


@dataclass(frozen=True, kw_only=True)
class MMc(Station):
    """M/M/c in steady state; see :func:`mmc`. `wait_probability` is Erlang's C."""

    service_rate: float
    servers: int
    wait_probability: float

    def wait_quantile(self, probability):
        """The time (s) that a fraction `probability` of all waits does not exceed; first come."""
        probability_level(probability)
        if 1 - probability >= self.wait_probability:
            return 0.0
        return math.log(self.wait_probability / (1 - probability)) / self._spare

    def sojourn_quantile(self, probability):
        """The time (s) that a fraction `probability` of all sojourns does not exceed; first come."""
        return quantile_of(self._sojourn_survival, probability, self.sojourn_mean)

    @property
    def _spare(self):
        return self.servers * self.service_rate - self.arrival_rate

    def _sojourn_survival(self, time):
        at_once = math.exp(-self.service_rate * time)
        after_waiting = two_phase_survival(self.service_rate, self._spare, time)
        return at_once + self.wait_probability * (after_waiting - at_once)


def mmc(arrival_rate, service_rate, servers):
    """M/M/c: Poisson arrivals, exponential service, `servers` equal servers behind one first-come queue.

    `arrival_rate` and `service_rate` (of one server) are per second. An arrival waits with probability C
    (Erlang's C), and then an exponential time of mean 1 / (servers x service_rate - arrival_rate).

    Does not apply when each server has its own queue (partitions, random or round-robin balancing: one mm1 or
    gm1 a server, and much slower), when service is not exponential (the mean wait is then roughly
    (1 + cv^2) / 2 times this), when the queue is bounded (mmck), or when customers give up.

    Source: Erlang 1917; Kleinrock, Queueing Systems vol. 1 (1975).

    >>> station = mmc(arrival_rate=50, service_rate=20, servers=4)
    >>> round(station.utilisation, 6), round(station.wait_probability, 6), round(station.wait_mean, 6)
    (0.625, 0.319857, 0.010662)
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    whole(servers=servers)
    capacity = servers * service_rate
    stable(arrival_rate / capacity, arrival_rate, capacity, _GROWS)
    waiting = erlang_c(servers, arrival_rate / service_rate)
    return MMc(
        **Station.means(arrival_rate, 1 / service_rate, waiting / (capacity - arrival_rate), servers),
        service_rate=service_rate,
        servers=servers,
        wait_probability=waiting,
    )


@dataclass(frozen=True, kw_only=True)
class MMInf:
    """M/G/inf in steady state; see :func:`mminf`. The number at work is Poisson: its mean is its variance."""

    arrival_rate: float
    in_system_mean: float
    in_system_variance: float
    sojourn_mean: float

    def in_system_cdf(self, number):
        """P(at most `number` at work)."""
        whole(minimum=0, number=number)
        return math.fsum(self._chance(k) for k in range(number + 1))

    def in_system_quantile(self, probability):
        """The smallest number n with P(at most n at work) >= `probability`."""
        probability_level(probability)
        number, below = 0, self._chance(0)
        while below < probability:
            number += 1
            chance = self._chance(number)
            if number > self.in_system_mean and chance < 1e-18:
                break
            below += chance
        return number

    def _chance(self, number):
        log = number * math.log(self.in_system_mean) - self.in_system_mean - math.lgamma(number + 1)
        return math.exp(log)


def mminf(arrival_rate, service_mean):
    """M/G/inf: Poisson arrivals, nobody ever waits; how many are at work at once.

    `arrival_rate` per second, `service_mean` in seconds. The number at work is Poisson with mean
    arrival_rate x service_mean, for *any* distribution of the service time.

    Does not apply when workers can run out (mmc, mmck, erlang_b) or when arrivals are not Poisson: bursts
    make the peak higher, the mean stays.

    Source: Kleinrock, Queueing Systems vol. 1 (1975).

    >>> room = mminf(arrival_rate=100, service_mean=0.5)
    >>> room.in_system_mean, room.in_system_quantile(0.99)
    (50.0, 67)
    """
    positive(arrival_rate=arrival_rate, service_mean=service_mean)
    mean = arrival_rate * service_mean
    return MMInf(arrival_rate=arrival_rate, in_system_mean=mean, in_system_variance=mean, sojourn_mean=service_mean)
