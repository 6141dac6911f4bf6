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
    found = dict(zip(carried, np.percentile(values, list(carried.values())), strict=True)) if carried else {}
    for label in LEVELS:
        result[f"{name}_{label}"] = float(found.get(label, float("nan")) / SECOND)
    return result
