"""What pollers add to the figures of a channel and the service that reads it by them."""

import numpy as np

from evsim.figures import CHANNEL, Figure
from evsim.parts.pollers.audit import numbers_of

__all__ = ["FIGURES"]

NONE = float("nan")


def _spans(its):
    """(numbers, seconds of the window with each)."""
    times, numbers = numbers_of(its.run, its.channel, its.service)
    left, right = its.window
    edges = np.clip(np.r_[times, np.inf], left, right)
    return numbers, np.diff(edges)


def _mean(its):
    numbers, seconds = _spans(its)
    return float(numbers @ seconds / its.run.tables.window)


def _most(its):
    numbers, seconds = _spans(its)
    return float(max(numbers[seconds > 0], default=NONE))


FIGURES = (
    Figure("pollers_mean", "count", "pollers of the service's trigger, on average over the window", _mean,
           where=(CHANNEL,), adds="not"),
    Figure("pollers_max", "count", "the most pollers at one time of the window", _most, where=(CHANNEL,), adds="not"),
)  # fmt: skip
