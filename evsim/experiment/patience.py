"""Within which time all have their answer, but for about one in a thousand: who is less patient may give up."""

import math

from evsim import theory
from evsim.experiment.mishaps import RARE
from evsim.experiment.station_theory import SEVERAL, own_work
from evsim.scenario.handlers import all_steps
from evsim.scenario.offered_load import hop_mean

__all__ = ["both_ways", "longest"]

USUAL = -math.log(RARE)  # times the mean, of exponential times


def longest(scenario, name, takes, station=None):
    """Of a service that takes so long on average, waits and all; station: what theory says of it, if anything.

    Exponential times are the usual case. Where times of work vary more, the longest are longer by the factor by which
    lines are (Pollaczek and Khinchine); where they vary less, waits alone are exponential, of those who wait at all.
    """
    cv = _cv(scenario, name)
    usual = _of(takes, max(1.0, cv))
    if cv >= 1 or station is None or station.wait is None or set(station.why) - {SEVERAL} or takes == math.inf:
        return usual
    share = theory.erlang_c(station.workers, station.utilisation * station.workers)  # that waits
    wait = station.wait / share * math.log(share / RARE) if share > RARE else 0.0
    return min(usual, _of(takes - station.wait, cv) + wait)


def both_ways(scenario, one, other):
    """Of the hops there and back."""
    return _of(2 * hop_mean(scenario, one, other), scenario.network.latency.cv)


def _of(mean, cv):
    """Of times with such a mean and coefficient of variation; with 1 they are taken for exponential."""
    return mean * (1 + (USUAL - 1) * cv) if cv < 1 else mean * USUAL * (1 + cv**2) / 2


def _cv(scenario, name):
    """That of its own work; what others do for it, and what chance decides, counts as exponential, at least."""
    service = scenario.services[name]
    if callable(service.handle):
        return 1.0
    mean, variance = own_work(service)
    cv = math.sqrt(variance) / mean if mean else 0.0
    steps = list(all_steps(service.handle))
    alone = not service.policies and not any(step.asks or step.holds or step.awaits or step.inside for step in steps)
    return cv if alone else max(1.0, cv)
