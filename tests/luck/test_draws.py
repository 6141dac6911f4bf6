"""Single draws: keyed, in blocks, rounded, the same on every platform, and independent of each other."""

import math
from itertools import combinations

import numpy as np
import pytest

from evsim.engine.luck import BLOCK, LATER, Luck
from evsim.scenario import Distribution

EXPONENTIAL = Distribution.read({"exponential": 0.1})
SHAPES = [
    0.25,
    {"uniform": [0, 0.2]},
    {"exponential": 0.02},
    {"erlang": {"k": 3, "mean": 0.005}},
    {"hyperexponential": {"mean": 0.1, "cv": 2}},
    {"lognormal": {"mean": 0.06, "cv": 1.5}},
    {"weibull": {"mean": 0.1, "shape": 0.7}},
    {"pareto": {"mean": 0.1, "shape": 2.5}},
    {"triangular": [0.1, 0.2, 0.4]},
    {"choice": [[0.99, 0.001], [0.01, 0.1]]},
    {"empirical": [0.1, 0.2, 0.25, 0.4]},
]
REQUESTS = 16 * BLOCK
CHANCE = 4.5  # standard errors; some hundred comparisons, all with fixed seeds

# Random123's known answers for Philox4x64-10: counter and key all zeros, and all ones.
PHILOX_ZEROS = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
PHILOX_ONES = [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0]
"""
"""


def first_draws(distribution, *purpose, seed=1, count=REQUESTS):
    draws = Luck(seed).draws(distribution, *purpose)
    return np.concatenate([draws.block(number) for number in range(count // BLOCK)])


def later_draws(distribution, *purpose, attempt=2, seed=1, count=REQUESTS):
    luck = Luck(seed)
    draws = luck.draws(distribution, *purpose)
    return np.array([draws.of(luck.later(number, attempt)) for number in range(count)])
