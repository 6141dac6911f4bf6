"""Bounded systems that turn arrivals away: Erlang's B, M/M/1/K and M/M/c/K."""

from dataclasses import dataclass

import numpy as np

from .checks import positive, whole
from .station import Station

__all__ = ["MMcK", "erlang_b", "mm1k", "mmck"]


def erlang_b(servers, offered_load):
    """Erlang's B: the probability that an arrival finds all servers busy and is turned away (M/G/c/c).

    `servers` is a whole number, `offered_load` = arrival rate x mean service time, in servers' worth of work
    (erlangs); it may exceed `servers`. B(c) = a B(c-1) / (c + a B(c-1)), B(0) = 1. It is the same for *any*
    distribution of the service time.

    Does not apply when arrivals are not Poisson, or when those turned away come back soon: retries make the
    load larger than the one you started with.

    Source: Erlang 1917; insensitivity: Sevastyanov 1957.

    >>> round(erlang_b(servers=10, offered_load=10), 6)
    0.214582
    """
    whole(servers=servers)
    positive(offered_load=offered_load)
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered_load * blocked / (number + offered_load * blocked)
    return blocked


@dataclass(frozen=True, kw_only=True)
class MMcK(Station):
    """M/M/c/K in steady state; see :func:`mmck`. Waits and sojourns are those of accepted customers."""

    service_rate: float
    servers: int
    capacity: int
    loss_probability: float
    in_system_probabilities: tuple


def mmck(arrival_rate, service_rate, servers, capacity):
    """M/M/c/K: M/M/c with at most `capacity` customers in the system; an arrival that finds it full is lost.

    `arrival_rate` and `service_rate` (of one server) are per second. `capacity` counts those at work too: a
    service with `workers: c` and `limit: w` has capacity c + w. Always stable. Birth-death equations; with
    capacity = servers the loss is Erlang's B, whatever the distribution of the service time.

    Does not apply when those turned away retry, when a full queue blocks its writer instead (backpressure),
    or when the oldest is dropped to make room: the loss is then the same, the sojourn of the others shorter.

    Source: Gross, Shortle, Thompson, Harris, Fundamentals of Queueing Theory (4th ed. 2008) ch. 2.

    >>> station = mmck(arrival_rate=12, service_rate=1, servers=10, capacity=20)
    >>> round(station.loss_probability, 6), round(station.throughput, 6)
    (0.179666, 9.844009)
    """
    positive(arrival_rate=arrival_rate, service_rate=service_rate)
    whole(servers=servers)
    whole(capacity=capacity)
    if capacity < servers:
        raise ValueError(
            f"capacity={capacity!r} must be at least servers={servers!r}, as it counts those at work: "
            "add the waiting places to the servers"
        )
    numbers = np.arange(capacity + 1)
    busy = np.minimum(numbers, servers)
    logs = np.concatenate(([0.0], np.cumsum(np.log(arrival_rate / (busy[1:] * service_rate)))))
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    loss = float(chances[-1])
    throughput = arrival_rate * float(chances[:-1].sum())
    in_system_mean, queue_mean = float(chances @ numbers), float(chances @ (numbers - busy))
    return MMcK(
        arrival_rate=arrival_rate,
        throughput=throughput,
        utilisation=throughput / (servers * service_rate),
        wait_mean=queue_mean / throughput,
        sojourn_mean=in_system_mean / throughput,
        queue_mean=queue_mean,
        in_system_mean=in_system_mean,
        service_rate=service_rate,
        servers=servers,
        capacity=capacity,
        loss_probability=loss,
        in_system_probabilities=tuple(chances.tolist()),
    )


def mm1k(arrival_rate, service_rate, capacity):
    """M/M/1/K: :func:`mmck` with one server; `capacity` counts the customer at work.

    P(loss) = (1 - r) r^K / (1 - r^(K+1)) with r = arrival_rate / service_rate, which may exceed 1.

    Does not apply where :func:`mmck` does not.

    Source: Kleinrock, Queueing Systems vol. 1 (1975).

    >>> round(mm1k(arrival_rate=12, service_rate=10, capacity=10).loss_probability, 5)
    0.19259
    """
    return mmck(arrival_rate, service_rate, 1, capacity)
