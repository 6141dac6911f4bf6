"""Mean and percentiles of a sample, as far as it is large enough for them."""

import numpy as np

from evsim.figures import POINTS
from evsim.ticks import SECOND

__all__ = ["LEVELS", "carries", "percentiles"]

LEVELS = {point: float(point.removeprefix("p")) for point in POINTS if point != "mean"}
FEWEST_BEYOND = 10  # points that must lie beyond a percentile for the sample to carry it


def carries(count, level):
    """Whether a sample of so many values is large enough for a percentile."""
    return round(count * (1 - level / 100), 6) >= FEWEST_BEYOND  # of 100 values ten lie beyond 90 %


def percentiles(values, name):
    """``{name_mean, name_p50 ...}`` of an array of seconds; linear interpolation, NaN where the sample is too small."""
    values = np.rint(values * SECOND)  # the mean of equal times is that time
    result = {f"{name}_mean": float(values.mean() / SECOND) if len(values) else float("nan")}
    carried = {label: level for label, level in LEVELS.items() if carries(len(values), level)}
    found = dict(zip(carried, _between(np.sort(values), np.array(list(carried.values()))), strict=True))
    for label in LEVELS:
        result[f"{name}_{label}"] = float(found.get(label, float("nan")) / SECOND)
    return result


def _between(ordered, levels):
    """What `np.percentile` says of values in order, to the last bit; it would import all of `numpy.ma`."""
    place = (len(ordered) - 1) * (levels / 100)
    before = np.floor(place).astype(int)
    below, above, share = ordered[before], ordered[np.minimum(before + 1, len(ordered) - 1)], place - before
    return np.where(share < 0.5, below + (above - below) * share, above - (above - below) * (1 - share))
