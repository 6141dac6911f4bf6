"""Service that slows down under load: the universal scalability law, and where a system with it settles."""

import math
from dataclasses import dataclass

from .checks import at_least, positive

__all__ = ["Contended", "contended", "scalability", "scalability_peak"]


def scalability(number, sigma, kappa):
    """The universal scalability law: what `number` workers do together, in units of what one alone does.

    C(N) = N / (1 + sigma (N - 1) + kappa N (N - 1)). sigma is the share of the work for which all wait in line
    (with kappa = 0: Amdahl's law, at most 1 / sigma), kappa what each pair has to agree on.

    Does not apply where workers share nothing, or where the work in hand slows down as a later one starts.

    Source: Gunther, Guerrilla Capacity Planning (2007).

    >>> round(scalability(32, sigma=0.02, kappa=0.0005), 6)
    15.122873
    """
    at_least(0, sigma=sigma, kappa=kappa)
    positive(number=number)
    return number / (1 + sigma * (number - 1) + kappa * number * (number - 1))


def scalability_peak(sigma, kappa):
    """The number of workers that does most: sqrt((1 - sigma) / kappa). With more, all together do less.

    Does not apply with kappa = 0: there more always do more, and it is infinite.

    Source: Gunther, Guerrilla Capacity Planning (2007).

    >>> round(scalability_peak(sigma=0.02, kappa=0.0005), 3)
    44.272
    """
    at_least(0, sigma=sigma, kappa=kappa)
    return math.sqrt(max(0.0, 1 - sigma) / kappa) if kappa else math.inf


@dataclass(frozen=True, kw_only=True)
class Contended:
    """Where a service with contention settles; see :func:`contended`. NaN for none and infinity where it never does."""

    arrival_rate: float
    at_once: float
    work_mean: float


def contended(arrival_rate, work, sigma, kappa=0.0):
    """A service with a worker for everybody, where the time `work` grows with the number at once (:func:`scalability`).

    n pieces of work at once take work (1 + sigma (n - 1) + kappa n (n - 1)) each. Their number settles where
    n = arrival_rate x that time (Little's law, fluid): with kappa = 0 at n = a (1 - sigma) / (1 - a sigma), where
    a = arrival_rate x work. Beyond 1 / sigma there is no such place, and it grows without end. Up to a = 1 nobody is in
    anybody's way: n = a.

    Does not apply to small numbers at once, where chance matters, or when workers are short.

    Source: Little's law; the straight line (kappa = 0) is the server of Brooker's simulator of collapse (2022).

    >>> round(contended(arrival_rate=40, work=1.01, sigma=0.01 / 1.01).at_once, 3)
    66.667
    """
    positive(arrival_rate=arrival_rate, work=work)
    at_least(0, sigma=sigma, kappa=kappa)
    offered = arrival_rate * work
    # n (1 - a sigma + a kappa) - a kappa n^2 - a (1 - sigma) = 0: the smaller root is the stable one.
    line, square, constant = 1 - offered * sigma + offered * kappa, offered * kappa, offered * (1 - sigma)
    if offered <= 1:
        number = offered
    elif square == 0:
        number = constant / line if line > 0 else math.inf
    else:
        inside = line**2 - 4 * square * constant
        root = (line - math.sqrt(max(inside, 0.0))) / (2 * square)
        number = root if inside >= 0 and root >= 1 else math.inf
    return Contended(arrival_rate=arrival_rate, at_once=number, work_mean=number / arrival_rate)
