"""Several stations: a tandem of queues, and the open Jackson network."""

from dataclasses import dataclass

import numpy as np

from .checks import at_least, fraction, positive, several
from .multi_server import mmc
from .phase_type import phases_survival
from .quantiles import quantile_of
from .single_queue import mm1

__all__ = ["Jackson", "Tandem", "jackson", "tandem"]


@dataclass(frozen=True, kw_only=True)
class Tandem:
    """A tandem of M/M/1 stations in steady state; see :func:`tandem`."""

    arrival_rate: float
    service_rates: tuple
    sojourn_mean: float
    sojourn_means: tuple
    in_system_mean: float

    def sojourn_quantile(self, probability):
        """The time (s) that a fraction `probability` of all end-to-end sojourns does not exceed."""
        spare = [rate - self.arrival_rate for rate in self.service_rates]
        return quantile_of(lambda time: phases_survival(spare, time), probability, self.sojourn_mean)


def tandem(arrival_rate, service_rates):
    """Stations in a row, each one server with exponential service, Poisson arrivals at the first.

    `arrival_rate` per second, `service_rates` one rate a station. What leaves a stable M/M/1 is Poisson again
    (Burke), and a customer's sojourns at the stations are independent (Reich), so the end-to-end sojourn is a
    sum of exponential times with rates service_rate - arrival_rate.

    Does not apply when a customer's work is alike at all stations, when queues between are bounded, when a
    caller holds its worker while it waits for the next station, or when stations have several servers (means:
    jackson).

    Source: Burke 1956; Reich 1957.

    >>> line = tandem(arrival_rate=5, service_rates=[10, 8, 6])
    >>> round(line.sojourn_mean, 6), round(line.sojourn_quantile(0.95), 6)
    (1.533333, 3.623866)
    """
    several(service_rates=service_rates)
    if len(service_rates) == 0:
        raise ValueError(f"service_rates={service_rates!r} must name a station: give a list of rates")
    stations = [mm1(arrival_rate, rate) for rate in service_rates]
    sojourns = tuple(station.sojourn_mean for station in stations)
    return Tandem(
        arrival_rate=arrival_rate,
        service_rates=tuple(service_rates),
        sojourn_mean=sum(sojourns),
        sojourn_means=sojourns,
        in_system_mean=sum(station.in_system_mean for station in stations),
    )


@dataclass(frozen=True, kw_only=True)
class Jackson:
    """An open Jackson network in steady state; see :func:`jackson`. Tuples hold one figure a station.

    `visits` are mean visits of a customer to each station; `sojourn_means` are for one visit, `sojourn_mean`
    is from entering the network to leaving it.
    """

    arrival_rates: tuple
    visits: tuple
    utilisations: tuple
    wait_means: tuple
    sojourn_means: tuple
    in_system_means: tuple
    throughput: float
    in_system_mean: float
    sojourn_mean: float


def jackson(arrival_rates, service_rates, routing, servers=None):
    """Open network of exponential stations with random routing (product form).

    `arrival_rates`: Poisson arrivals from outside at each station (1/s, 0 where none); `service_rates`: of
    one server of each station (1/s); `routing[i][j]`: the probability that a customer who leaves station i
    goes to j, the rest leaves the network; `servers`: how many at each station (one each by default). The
    rates through the stations solve the traffic equations rate = outside + rate x routing; then each station
    looks like M/M/c on its own. A retry through the same queue is a loop in `routing`.

    Does not apply to service that is not exponential, to bounded queues, to calls that hold a worker of the
    caller, or to quantiles of the whole way (a loop makes the sojourns depend on each other).

    Source: Jackson 1957.

    >>> loop = jackson(arrival_rates=[6, 0], service_rates=[20, 15], routing=[[0, 1], [0.25, 0]])
    >>> [round(rate, 6) for rate in loop.arrival_rates], round(loop.sojourn_mean, 6)
    ([8.0, 8.0], 0.301587)
    """
    several(arrival_rates=arrival_rates, service_rates=service_rates, routing=routing)
    count = len(service_rates)
    servers = [1] * count if servers is None else servers
    several(servers=servers)
    _check_network(arrival_rates, service_rates, routing, servers)
    outside, moves = np.asarray(arrival_rates, dtype=float), np.asarray(routing, dtype=float)
    if max(abs(np.linalg.eigvals(moves))) > 1 - 1e-12:
        raise ValueError(f"routing={routing!r} must let customers leave: let some row add up to less than 1")
    inside = np.linalg.solve(np.eye(count) - moves.T, outside)
    waits, sojourns, loads = [], [], []
    for rate, service_rate, number in zip(inside.tolist(), service_rates, servers, strict=True):
        station = mmc(rate, service_rate, number) if rate > 0 else None
        waits.append(station.wait_mean if station else 0.0)
        sojourns.append(waits[-1] + 1 / service_rate)
        loads.append(rate / (number * service_rate))
    throughput = float(outside.sum())
    in_system = [rate * sojourn for rate, sojourn in zip(inside.tolist(), sojourns, strict=True)]
    return Jackson(
        arrival_rates=tuple(inside.tolist()),
        visits=tuple((inside / throughput).tolist()),
        utilisations=tuple(loads),
        wait_means=tuple(waits),
        sojourn_means=tuple(sojourns),
        in_system_means=tuple(in_system),
        throughput=throughput,
        in_system_mean=sum(in_system),
        sojourn_mean=sum(in_system) / throughput,
    )


def _check_network(arrival_rates, service_rates, routing, servers):
    count = len(service_rates)
    for name, value in {"arrival_rates": arrival_rates, "routing": routing, "servers": servers}.items():
        if len(value) != count:
            raise ValueError(
                f"{name}={value!r} must have an entry for each of {count} service_rates: add or remove some"
            )
    for rate in service_rates:
        positive(service_rates=rate)
    for rate in arrival_rates:
        at_least(0, arrival_rates=rate)
    if not sum(arrival_rates) > 0:
        raise ValueError(f"arrival_rates={arrival_rates!r} must not all be 0: let customers in somewhere")
    for row in routing:
        several(routing=row)
        if len(row) != count or sum(row) > 1 + 1e-12:
            raise ValueError(
                f"routing row {row!r} must have {count} probabilities that add up to at most 1: correct it"
            )
        for chance in row:
            fraction(routing=chance)
