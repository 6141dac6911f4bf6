"""Ticks: the whole nanoseconds in which the engine counts time, so that sums of times are exact.

People write and read seconds, which are sums of fractions that no binary number holds: 1 ms + 10 ms + 1 ms is not
12 ms. A tick is a nanosecond. A float holds every whole number of ticks up to 2**53 exactly, and so it does their sums.
Up to ``LONGEST`` each tick also has a number of seconds of its own, the one nearest to it, and is found again from it.
"""

from math import inf

import numpy as np

__all__ = ["LONGEST", "SECOND", "elapsed", "ticks", "whole"]

SECOND = 1e9  # ticks
LONGEST = 2.0**22  # seconds, 48.5 days: the end of the last run that may be


def ticks(seconds):
    """A time in ticks; at least one if it is any time at all. None (not set) and infinity (unlimited) stay.

    >>> ticks(0.0205)
    20500000.0
    """
    if seconds is None or seconds == inf:
        return seconds
    return float(round(seconds * SECOND) or seconds > 0)


def whole(time):
    """A time in ticks that was multiplied by something, in whole ticks again."""
    return time if time == inf else float(round(time))


def elapsed(later, earlier):
    """The seconds between two moments in seconds, exact to the nanosecond; numbers or arrays.

    >>> 0.312 - 0.3, float(elapsed(0.312, 0.3))
    (0.01200000000000001, 0.012)
    """
    return (np.rint(np.multiply(later, SECOND)) - np.rint(np.multiply(earlier, SECOND))) / SECOND
