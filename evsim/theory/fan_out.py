"""Many calls at once: wait for all, for the first k, fork-join with queues, and the tail at scale."""

import math
from dataclasses import dataclass

from .binomial import binomial_chance
from .checks import fraction, positive, probability_level, stable, whole
from .quantiles import quantile_of

__all__ = [
    "ForkJoin",
    "OrderStatistic",
    "any_of",
    "fork_join_2",
    "fork_join_approximation",
    "kth_of_exponentials",
    "max_of_exponentials",
]


@dataclass(frozen=True, kw_only=True)
class OrderStatistic:
    """The time until `needed` of `count` exponential times are over; see :func:`kth_of_exponentials`."""

    count: int
    needed: int
    each_mean: float
    mean: float

    def quantile(self, probability):
        """The time (s) that is not exceeded with this `probability`."""
        probability_level(probability)
        if self.needed == self.count:
            all_over = math.log(probability) / self.count if probability else -math.inf
            return abs(math.log(-math.expm1(all_over))) * self.each_mean
        return quantile_of(self._survival, probability, self.mean)

    def _survival(self, time):
        over = -math.expm1(-time / self.each_mean)
        return math.fsum(binomial_chance(number, self.count, over) for number in range(self.needed))


def kth_of_exponentials(count, needed, mean=1.0):
    """When are `needed` of `count` independent exponential times of equal `mean` (s) over?

    They start at once. The mean is mean x (1/(count - needed + 1) + ... + 1/count): after each end the rest
    start afresh. needed=1 is the first answer (mean / count), needed=count the last, in between a quorum.

    Does not apply when the calls share a queue or a machine, or when times are not exponential: a heavy tail
    makes the last much later.

    Source: Renyi 1953.

    >>> round(kth_of_exponentials(count=3, needed=2).mean, 6)
    0.833333
    """
    whole(count=count, needed=needed)
    positive(mean=mean)
    if needed > count:
        raise ValueError(f"needed={needed!r} must be at most count={count!r}: ask for fewer")
    total = math.fsum(1 / number for number in range(count - needed + 1, count + 1))
    return OrderStatistic(count=count, needed=needed, each_mean=mean, mean=mean * total)


def max_of_exponentials(count, mean=1.0):
    """The slowest of `count` independent exponential times of equal `mean` (s).

    A fan-out of parallel calls that waits for all of them: mean x (1 + 1/2 + ... + 1/count), and
    P(T <= t) = (1 - exp(-t / mean))^count.

    Does not apply where :func:`kth_of_exponentials` does not; with queues use fork_join_2.

    Source: Renyi 1953; Dean and Barroso, The Tail at Scale, CACM 56(2) 2013.

    >>> round(max_of_exponentials(count=10).mean, 6)
    2.928968
    """
    return kth_of_exponentials(count, count, mean)


def any_of(probability, count):
    """P(at least one of `count` independent events of this `probability`) = 1 - (1 - probability)^count.

    If one call in a hundred is slow and a page needs a hundred of them, most pages are slow.

    Does not apply when slow calls come together (a shared database, a pause of the machine): then fewer pages
    are slow.

    Source: Dean and Barroso, The Tail at Scale, CACM 56(2) 2013.

    >>> round(any_of(probability=0.01, count=100), 4)
    0.634
    """
    fraction(probability=probability)
    whole(count=count)
    return 1.0 if probability == 1 else abs(math.expm1(count * math.log1p(-probability)))


@dataclass(frozen=True, kw_only=True)
class ForkJoin:
    """Fork-join in steady state; see :func:`fork_join_2`. `exact` is False for an approximation."""

    arrival_rate: float
    service_rate: float
    branches: int
    utilisation: float
    sojourn_mean: float
    exact: bool


def fork_join_2(arrival_rate, service_rate):
    """Two-way fork-join, exact mean: an arrival puts a task in each of two M/M/1 queues and waits for both.

    Rates per second. sojourn_mean = (12 - r) / 8 / (service_rate - arrival_rate), r = utilisation of a queue.
    The queues share their arrivals, so their sojourns are not independent: the mean is below that of the
    maximum of two independent M/M/1 sojourns, 1.5 / (service_rate - arrival_rate).

    Does not apply to more branches, unequal branches or other service times.

    Source: Flatto and Hahn 1984; Nelson and Tantawi 1988.

    >>> fork_join_2(arrival_rate=0.5, service_rate=1).sojourn_mean
    2.875
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    load = arrival_rate / service_rate
    stable(load, arrival_rate, service_rate, "lower arrival_rate or raise service_rate")
    sojourn_mean = (12 - load) / 8 / (service_rate - arrival_rate)
    return ForkJoin(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        branches=2,
        utilisation=load,
        sojourn_mean=sojourn_mean,
        exact=True,
    )


def fork_join_approximation(arrival_rate, service_rate, branches):
    """Fork-join over two or more equal M/M/1 queues, an *approximation* of the mean sojourn (s).

    R(n) = (H(n)/H(2) + 4/11 (1 - H(n)/H(2)) r) R(2), with H the harmonic numbers and R(2) of fork_join_2,
    where it is exact. About 1 % off at 10 branches and half load; made for 2 to 32 branches.

    Does not apply to unequal branches or other service times.

    Source: Nelson and Tantawi 1988.

    >>> round(fork_join_approximation(arrival_rate=0.5, service_rate=1, branches=10).sojourn_mean, 6)
    5.115882
    """
    whole(minimum=2, branches=branches)
    pair = fork_join_2(arrival_rate, service_rate)
    ratio = math.fsum(1 / number for number in range(1, branches + 1)) / 1.5
    return ForkJoin(
        arrival_rate=arrival_rate,
        service_rate=service_rate,
        branches=branches,
        utilisation=pair.utilisation,
        sojourn_mean=(ratio + 4 / 11 * (1 - ratio) * pair.utilisation) * pair.sojourn_mean,
        exact=branches == 2,
    )
