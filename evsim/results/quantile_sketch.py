"""Quantiles of a stream: mean and percentiles of values that are not kept.

A sketch keeps counts in buckets whose widths grow with the values, so that every percentile has the same relative
error, however many values there are. Source: Masson, Rim, Lee, DDSketch: a fast and fully-mergeable quantile sketch
with relative-error guarantees (VLDB 2019); the sketch is that of the package ddsketch.
"""

import math
from functools import cached_property

import numpy as np

from evsim.results.percentiles import LEVELS, carries
from evsim.ticks import SECOND

__all__ = ["RELATIVE_ERROR", "QuantileSketch"]

RELATIVE_ERROR = 0.002  # of a percentile


class QuantileSketch:
    """Mean (exact) and percentiles (with a relative error of at most :data:`RELATIVE_ERROR`) of many times (s)."""

    def __init__(self):
        self._count, self._total, self._zeros, self._negative = 0, 0.0, 0, []
        self._first, self._counts = 0, np.zeros(0, dtype=np.int64)  # a bucket, and how many values it and the next have
        self._growth = np.log1p(2 * RELATIVE_ERROR / (1 - RELATIVE_ERROR))

    def add(self, values):
        """Add an array of times."""
        vars(self).pop("_sketch", None)
        self._count += len(values)
        self._total += float(np.rint(values * SECOND).sum())
        above = values > 0
        positive = values if above.all() else values[above]
        if len(positive):
            self._add_to(np.ceil(np.log(positive) / self._growth).astype(np.int64))
        if len(positive) < len(values):
            self._zeros += int((values == 0).sum())
            self._negative += values[values < 0].tolist()

    def _add_to(self, buckets):
        first, last = int(buckets.min()), int(buckets.max())
        if not len(self._counts):
            self._first = first
        before, after = max(0, self._first - first), max(0, last + 1 - self._first - len(self._counts))
        if before or after:
            self._counts, self._first = np.pad(self._counts, (before, after)), self._first - before
        self._counts += np.bincount(buckets - self._first, minlength=len(self._counts))

    @cached_property
    def _sketch(self):
        """The sketch of all that was added: made once, as adding to it is slow."""
        from ddsketch import DDSketch

        sketch, there = DDSketch(RELATIVE_ERROR), np.flatnonzero(self._counts)
        # The middle of a bucket lies in it even where two logarithms differ a little.
        middles = np.exp((there + self._first - 0.5) * self._growth)
        for middle, count in zip(middles.tolist(), self._counts[there].tolist(), strict=True):
            sketch.add(middle, count)
        if self._zeros:
            sketch.add(0.0, self._zeros)
        for value in self._negative:
            sketch.add(value)
        return sketch

    def figures(self, name):
        """``{name_mean, name_p50 ...}``; NaN where the sample is too small."""
        result = {f"{name}_mean": self._total / self._count / SECOND if self._count else float("nan")}
        for label, level in LEVELS.items():
            result[f"{name}_{label}"] = self._at(level / 100) if carries(self._count, level) else float("nan")
        return result

    def _at(self, share):
        """Between the two values beside it, as with full records."""
        rank = share * (self._count - 1)
        lower = math.floor(rank)
        below, above = (self._near(each) for each in (lower, lower + 1))
        return below + (rank - lower) * (above - below)

    def _near(self, rank):
        """The value of a rank, from 0; there is one, as values were added."""
        return self._sketch.get_quantile_value(min(1.0, (rank + 0.5) / (self._count - 1))) or 0.0
