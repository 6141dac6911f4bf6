"""One server that divides itself, or that serves some before others."""

from dataclasses import dataclass

from .checks import at_least, positive, several, stable
from .single_queue import mm1

__all__ = ["PrioritisedClass", "SharedProcessor", "prioritised", "shared_processor"]

_GROWS = "lower arrival_rate, or raise service_rate"


@dataclass(frozen=True, kw_only=True)
class SharedProcessor:
    """M/G/1 that divides itself among all who are there; see :func:`shared_processor`."""

    utilisation: float
    response_mean: float
    slowdown: float

    def response_of(self, service_time):
        """The mean response (s) of work that takes `service_time` seconds alone."""
        at_least(0, service_time=service_time)
        return service_time * self.slowdown


def shared_processor(arrival_rate, service_mean):
    """M/G/1 processor sharing: everybody is served at once, each at an equal share of the one server.

    `arrival_rate` per second, `service_mean` in seconds. With r = arrival_rate x service_mean work that takes x alone
    takes x / (1 - r) on average, whatever the distribution of the times.

    Does not apply when each switch costs time, when a limit on the number at once makes others wait, or to several
    cores (one piece of work uses one of them).

    Source: Kleinrock, Queueing Systems vol. 2 (1976) ch. 4; Sakata, Noguchi, Oizumi 1971.

    >>> shared = shared_processor(arrival_rate=8, service_mean=0.1)
    >>> round(shared.response_mean, 6), round(shared.response_of(0.3), 6)
    (0.5, 1.5)
    """
    positive(arrival_rate=arrival_rate, service_mean=service_mean)
    load = arrival_rate * service_mean
    stable(load, arrival_rate, 1 / service_mean, _GROWS)
    return SharedProcessor(utilisation=load, response_mean=service_mean / (1 - load), slowdown=1 / (1 - load))


@dataclass(frozen=True, kw_only=True)
class PrioritisedClass:
    """What those of one priority meet; see :func:`prioritised`. Times in seconds."""

    arrival_rate: float
    wait_mean: float
    sojourn_mean: float


def prioritised(arrival_rates, service_rate, preemptive=False):
    """One server with exponential service and classes of customers, the first of `arrival_rates` before all others.

    With s(k) the load of the classes up to k and S = 1 / service_rate: a class waits r S / ((1 - s(k-1)) (1 - s(k)))
    where work in hand is finished (r: all load), and stays S / ((1 - s(k-1)) (1 - s(k))) where it is set aside and
    continued later (`preemptive`; its wait is then all that is not its own work). One result for each class, in order.

    Does not apply when classes differ in how long their work takes, or when work that is set aside begins anew. The
    load-weighted sum of the waits is that of first come, first served: one class gains what others lose.

    Source: Cobham 1954; Kleinrock, Queueing Systems vol. 2 (1976) ch. 3.

    >>> [round(each.wait_mean, 6) for each in prioritised([0.3, 0.5], service_rate=1)]
    [1.142857, 5.714286]
    """
    several(arrival_rates=arrival_rates)
    positive(service_rate=service_rate)
    for rate in arrival_rates:
        positive(arrival_rates=rate)
    whole = mm1(sum(arrival_rates), service_rate).utilisation
    found, before = [], 0.0
    for rate in arrival_rates:
        upto = before + rate / service_rate
        alone = 1 / (service_rate * (1 - before) * (1 - upto))
        wait = alone - 1 / service_rate if preemptive else whole * alone
        found.append(PrioritisedClass(arrival_rate=rate, wait_mean=wait, sojourn_mean=wait + 1 / service_rate))
        before = upto
    return tuple(found)
