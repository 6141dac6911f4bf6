"""Percentiles of a sample are numpy's, to the last bit."""

import numpy as np

from evsim.results.percentiles import LEVELS, carries, percentiles
from evsim.ticks import SECOND


def test_percentiles_are_those_of_numpy():
    luck = np.random.default_rng(1)
    sizes = [1_000, 1_001, 10_000, *luck.integers(1_000, 5_000, 50).tolist()]  # of a thousand values ten lie beyond p99
    for size in sizes:
        seconds = luck.exponential(0.1, size).round(9)
        found = percentiles(seconds, "time")
        expected = np.percentile(np.rint(seconds * SECOND), list(LEVELS.values())) / SECOND
        for label, value in zip(LEVELS, expected, strict=True):
            assert found[f"time_{label}"] == value or not carries(size, LEVELS[label]), (size, label)
