"""Quantiles of a stream: mean and percentiles of values that are not kept.

A sketch keeps counts in buckets whose widths grow with the values, so that every percentile has the same relative
error, however many values there are. Source: Masson, Rim, Lee, DDSketch: a fast and fully-mergeable quantile sketch
with relative-error guarantees (VLDB 2019); the sketch is that of the package ddsketch.
"""

import math

import numpy as np

from evsim.results.percentiles import LEVELS, carries
from evsim.ticks import SECOND

__all__ = ["RELATIVE_ERROR", "QuantileSketch"]

RELATIVE_ERROR = 0.002  # of a percentile


class QuantileSketch:
    """Mean (exact) and percentiles (with a relative error of at most :data:`RELATIVE_ERROR`) of many times (s)."""

    def __init__(self):
        from ddsketch import DDSketch

        self.sketch, self.count, self.total = DDSketch(RELATIVE_ERROR), 0, 0.0
        self._growth = np.log1p(2 * RELATIVE_ERROR / (1 - RELATIVE_ERROR))

    def add(self, values):
        """Add an array of times."""
        nanoseconds = np.rint(values * SECOND)
        self.count += len(values)
        self.total += float(nanoseconds.sum())
        # Once for each bucket, as adding is slow; its middle lies in it even where two logarithms differ a little.
        positive = values[values > 0]
        bucket, times = np.unique(np.ceil(np.log(positive) / self._growth), return_counts=True)
        middles = np.exp((bucket - 0.5) * self._growth)
        for middle, count in zip(middles.tolist(), times.tolist(), strict=True):
            self.sketch.add(middle, count)
        if zeros := int((values == 0).sum()):
            self.sketch.add(0.0, zeros)
        for value in values[values < 0].tolist():
            self.sketch.add(value)

    def figures(self, name):
        """``{name_mean, name_p50 ...}``; NaN where the sample is too small."""
        result = {f"{name}_mean": self.total / self.count / SECOND if self.count else float("nan")}
        for label, level in LEVELS.items():
            result[f"{name}_{label}"] = self._at(level / 100) if carries(self.count, level) else float("nan")
        return result

    def _at(self, share):
        """Between the two values beside it, as with full records."""
        rank = share * (self.count - 1)
        lower = math.floor(rank)
        below, above = (self._near(each) for each in (lower, lower + 1))
        return below + (rank - lower) * (above - below)

    def _near(self, rank):
        """The value of a rank, from 0; there is one, as values were added."""
        return self.sketch.get_quantile_value(min(1.0, (rank + 0.5) / (self.count - 1))) or 0.0
