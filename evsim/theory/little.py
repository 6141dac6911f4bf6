"""Little's law, which every stable system obeys."""

import math
from dataclasses import dataclass

from .checks import at_least, positive

__all__ = ["LittlesLaw", "littles_law"]


@dataclass(frozen=True, kw_only=True)
class LittlesLaw:
    """The three figures of Little's law and their relative `gap`; see :func:`littles_law`."""

    in_system_mean: float
    throughput: float
    sojourn_mean: float
    gap: float


def littles_law(in_system_mean=None, throughput=None, sojourn_mean=None):
    """Mean number in system = throughput x mean sojourn. Give two and get the third; or check three.

    `in_system_mean` is a time average, `throughput` per second counts what enters (or leaves),
    `sojourn_mean` in seconds is an average over customers. With all three, `gap` = abs(L - rate x sojourn) / L;
    it is 0 for a run that starts and ends empty. Any order of service, any distributions, any part of a
    system.

    Does not apply when the three come from different windows or customers, or when the system grows.

    Source: Little 1961.

    >>> littles_law(in_system_mean=200, sojourn_mean=2).throughput
    100.0
    """
    given = {"in_system_mean": in_system_mean, "throughput": throughput, "sojourn_mean": sojourn_mean}
    known = {name: value for name, value in given.items() if value is not None}
    if len(known) < 2:
        raise ValueError(f"{known or 'nothing'} is too little to go on: give two of {', '.join(given)}")
    at_least(0, **known)
    if throughput is None:
        positive(sojourn_mean=sojourn_mean)
        throughput = in_system_mean / sojourn_mean
    elif sojourn_mean is None:
        positive(throughput=throughput)
        sojourn_mean = in_system_mean / throughput
    product = throughput * sojourn_mean
    if in_system_mean is None:
        in_system_mean = product
    gap = abs(in_system_mean - product) if len(known) == 3 else 0.0
    if gap:
        gap = gap / in_system_mean if in_system_mean else math.inf
    return LittlesLaw(
        in_system_mean=in_system_mean,
        throughput=throughput,
        sojourn_mean=sojourn_mean,
        gap=gap,
    )
