"""One server with exponential service: M/M/1, and GI/M/1 with regular arrivals."""

import math
from dataclasses import dataclass

from .checks import one_of, positive, probability_level, stable, whole
from .station import Station

__all__ = ["GM1", "MM1", "gm1", "mm1"]

_GROWS = "lower arrival_rate, raise service_rate, bound the queue (mm1k), or ask what grows (overload)"


@dataclass(frozen=True, kw_only=True)
class MM1(Station):
    """M/M/1 in steady state; see :func:`mm1`."""

    service_rate: float
    discipline: str
    idle_probability: float
    in_system_variance: float
    wait_second_moment: float
    busy_period_mean: float
    busy_period_customers: float
    idle_period_mean: float

    def in_system_probability(self, number):
        """P(exactly `number` waiting or at work)."""
        whole(minimum=0, number=number)
        return self.idle_probability * self.utilisation**number

    def wait_quantile(self, probability):
        """The time (s) that a fraction `probability` of all waits does not exceed; first come."""
        self._first_come()
        probability_level(probability)
        if 1 - probability >= self.utilisation:
            return 0.0
        return math.log(self.utilisation / (1 - probability)) * self.sojourn_mean

    def sojourn_quantile(self, probability):
        """The time (s) that a fraction `probability` of all sojourns does not exceed; first come."""
        self._first_come()
        probability_level(probability)
        return -math.log1p(-probability) * self.sojourn_mean

    def _first_come(self):
        if self.discipline != "fifo":
            raise ValueError(f"discipline={self.discipline!r} has no quantile here: use 'fifo', or run the simulation")


def mm1(arrival_rate, service_rate, discipline="fifo"):
    """M/M/1: Poisson arrivals, exponential service, one server, unlimited queue.

    `arrival_rate` and `service_rate` are per second. With r = arrival_rate / service_rate the number in
    system is geometric, P(N = n) = (1 - r) r^n, and a sojourn is exponential with mean
    1 / (service_rate - arrival_rate). `discipline` is "fifo" or "lifo" (the newest first, work in hand is
    finished): the means are the same, the second moment of the wait is 1 / (1 - r) times larger, and no
    quantile is given.

    Does not apply when arrivals come in bursts or in regular steps, when service is not exponential (mg1),
    when the queue is bounded (mm1k), when customers give up, or to a short run from empty: the steady state
    is far off when r is near 1.

    Source: Kleinrock, Queueing Systems vol. 1 (1975) ch. 3; the last-come moment: Takacs 1963.

    >>> station = mm1(arrival_rate=8, service_rate=10)
    >>> round(station.wait_mean, 6), round(station.sojourn_mean, 6), round(station.in_system_mean, 6)
    (0.4, 0.5, 4.0)
    >>> round(station.sojourn_quantile(0.99), 6)
    2.302585
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    one_of(("fifo", "lifo"), discipline=discipline)
    load = arrival_rate / service_rate
    stable(load, arrival_rate, service_rate, _GROWS)
    spare = service_rate - arrival_rate
    second_moment = 2 * load / spare**2
    return MM1(
        **Station.means(arrival_rate, 1 / service_rate, load / spare),
        service_rate=service_rate,
        discipline=discipline,
        idle_probability=1 - load,
        in_system_variance=load / (1 - load) ** 2,
        wait_second_moment=second_moment if discipline == "fifo" else second_moment / (1 - load),
        busy_period_mean=1 / spare,
        busy_period_customers=1 / (1 - load),
        idle_period_mean=1 / arrival_rate,
    )


@dataclass(frozen=True, kw_only=True)
class GM1(Station):
    """GI/M/1 in steady state; see :func:`gm1`. `wait_probability` is the root sigma: P(an arrival waits)."""

    service_rate: float
    wait_probability: float

    def wait_quantile(self, probability):
        """The time (s) that a fraction `probability` of all waits does not exceed."""
        probability_level(probability)
        if 1 - probability >= self.wait_probability:
            return 0.0
        return math.log(self.wait_probability / (1 - probability)) * self.sojourn_mean

    def sojourn_quantile(self, probability):
        """The time (s) that a fraction `probability` of all sojourns does not exceed."""
        probability_level(probability)
        return -math.log1p(-probability) * self.sojourn_mean


def gm1(arrival_rate, service_rate, arrival_phases=math.inf):
    """GI/M/1 with constant or Erlang gaps between arrivals, exponential service, one server, first come.

    `arrival_phases` = k makes gaps the sum of k exponential phases (Erlang-k): infinity is a constant gap
    (D/M/1), 1 is Poisson (M/M/1), and k is also what one of k servers gets when a Poisson stream is dealt
    out in strict turns. `arrival_rate` and `service_rate` are per second.

    The chance that an arrival waits is the root sigma < 1 of sigma = A(service_rate (1 - sigma)), with A the
    transform of the gap; a sojourn is exponential with mean 1 / (service_rate (1 - sigma)).

    Does not apply when gaps depend on each other (bursts, a profile of rates) or service is not exponential.

    Source: Kleinrock, Queueing Systems vol. 1 (1975), GI/M/1.

    >>> round(gm1(arrival_rate=0.8, service_rate=1).sojourn_mean, 6)
    2.692731
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    if arrival_phases != math.inf:
        whole(arrival_phases=arrival_phases)
    stable(arrival_rate / service_rate, arrival_rate, service_rate, _GROWS)
    sigma = _root(service_rate / arrival_rate, arrival_phases)
    sojourn_mean = 1 / (service_rate * (1 - sigma))
    return GM1(
        **Station.means(arrival_rate, 1 / service_rate, sigma * sojourn_mean),
        service_rate=service_rate,
        wait_probability=sigma,
    )


def _root(ratio, phases):
    """The root below 1 of s = A(s), A convex: Newton's steps from 0 climb to it and never pass it."""
    sigma = 0.0
    for _ in range(200):
        slack = ratio * (1 - sigma)
        if phases == math.inf:
            value, slope = math.exp(-slack), ratio * math.exp(-slack)
        else:
            value = (1 + slack / phases) ** -phases
            slope = ratio * value / (1 + slack / phases)
        step = (value - sigma) / (1 - slope)
        sigma += step
        if step <= 1e-15:
            break
    return sigma
