"""Load balancers before many servers: what a second choice is worth."""

import math

from .checks import positive, stable, whole

__all__ = ["supermarket_sojourn", "supermarket_tail"]


def supermarket_sojourn(utilisation, choices=2):
    """The mean time in system, in mean services, where each request goes to the least busy of some servers.

    Poisson requests, exponential service, `choices` servers picked by chance for each request. One choice is M/M/1,
    1 / (1 - utilisation); with two it grows like a logarithm of that.

    Does not apply to few servers: it is the limit of many. With 100 of them at 0.9 it is 2.5 % too low.

    Source: Mitzenmacher, The power of two choices in randomized load balancing (2001).

    >>> round(supermarket_sojourn(0.9), 4), round(supermarket_sojourn(0.9, choices=1), 4)
    (2.6141, 10.0)
    """
    _check(utilisation, choices)
    total, servers = 0.0, 1
    while (share := supermarket_tail(utilisation, servers, choices)) > 1e-17 * (1 + total):
        total += share
        servers += 1
    return total / utilisation


def supermarket_tail(utilisation, requests, choices=2):
    """The share of servers that have at least so many requests; see :func:`supermarket_sojourn`.

    Does not apply to few servers either. Source: the same.

    >>> round(supermarket_tail(0.9, requests=3), 4)
    0.4783
    """
    _check(utilisation, choices)
    whole(minimum=0, requests=requests)
    power = requests if choices == 1 else (choices**requests - 1) // (choices - 1)
    return math.exp(power * math.log(utilisation))


def _check(utilisation, choices):
    positive(utilisation=utilisation)
    whole(choices=choices)
    stable(utilisation, utilisation, 1, "lower it", name="utilisation")
