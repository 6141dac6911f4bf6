"""Customers who come in groups, and messages that wait to be sent in one."""

import math
from dataclasses import dataclass

from .checks import at_least, positive, stable, whole
from .station import Station

__all__ = ["Lingering", "batch_arrivals", "lingering"]


def batch_arrivals(batch_rate, service_rate, batch_mean, batch_cv=0.0):
    """M[X]/M/1: groups come at random moments, and one server with exponential service takes their members singly.

    `batch_rate` groups and `service_rate` services a second; a group has `batch_mean` members, with standard deviation
    / mean `batch_cv` (0: all equal; geometric with the mean m: sqrt(1 - 1/m)). With r the load and X the size
    L = r (1 + E[X^2] / E[X]) / (2 (1 - r)).

    Does not apply when the server takes a group at once, or when groups come by the clock. Capacity planned from the
    rate of members alone is too hopeful: the same load that comes singly has a shorter queue.

    Source: Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory (4th ed. 2008) ch. 3.

    >>> round(batch_arrivals(batch_rate=1.6, service_rate=10, batch_mean=5).sojourn_mean, 6)
    1.5
    """
    positive(batch_rate=batch_rate, service_rate=service_rate)
    at_least(1, batch_mean=batch_mean)
    at_least(0, batch_cv=batch_cv)
    arrival_rate = batch_rate * batch_mean
    load = arrival_rate / service_rate
    stable(load, arrival_rate, service_rate, "lower batch_rate, or raise service_rate")
    in_system_mean = load * (1 + batch_mean * (1 + batch_cv**2)) / (2 * (1 - load))
    return Station(**Station.means(arrival_rate, 1 / service_rate, in_system_mean / arrival_rate - 1 / service_rate))


@dataclass(frozen=True, kw_only=True)
class Lingering:
    """Messages that wait for others before they are sent; see :func:`lingering`. Times in seconds."""

    batch_mean: float
    wait_mean: float
    first_wait_mean: float


def lingering(arrival_rate, linger, most=None):
    """A message opens a batch, which is sent after `linger` seconds, or sooner with its message number `most`.

    Messages come at random moments, `arrival_rate` a second. Without `most` a batch has 1 + arrival_rate x linger
    messages, and a message waits linger (1 + arrival_rate x linger / 2) / (1 + arrival_rate x linger). With it, the
    sums are over how many have come before the time is over (Poisson).

    Does not apply when the batch waits for a free sender as well, or when messages come in bursts.

    Source: renewal-reward theorem (Ross, Stochastic Processes, 2nd ed. 1996, ch. 3).

    >>> batch = lingering(arrival_rate=100, linger=0.05)
    >>> batch.batch_mean, round(batch.wait_mean, 6)
    (6.0, 0.029167)
    """
    positive(arrival_rate=arrival_rate, linger=linger)
    come = arrival_rate * linger
    if most is None:
        return Lingering(batch_mean=1 + come, wait_mean=linger * (1 + come / 2) / (1 + come), first_wait_mean=linger)
    whole(most=most)
    # state[n]: how long, of a batch on average, n others have come. The next one comes from it at arrival_rate.
    exactly = [math.exp(-come + n * math.log(come) - math.lgamma(n + 1)) for n in range(most)]
    state = [(1 - math.fsum(exactly[: n + 1])) / arrival_rate for n in range(most - 1)]
    batch_mean = 1 + arrival_rate * math.fsum(state)
    waited = math.fsum((1 + n) * seconds for n, seconds in enumerate(state))
    return Lingering(batch_mean=batch_mean, wait_mean=waited / batch_mean, first_wait_mean=math.fsum(state))
