"""What takes too long for every run of the tests, and is done where EVSIM_NIGHTLY is set.

    EVSIM_NIGHTLY=1 python kit.py test

Tests of chance are whole at night; by day their samples are about a quarter, and they notice errors twice as large
(`tests.support.statistics`).
"""

import os

import pytest

__all__ = ["NIGHTLY", "by_day", "nightly"]

NIGHTLY = "EVSIM_NIGHTLY" in os.environ
nightly = pytest.mark.skipif(not NIGHTLY, reason="slow: EVSIM_NIGHTLY=1 runs it")


def by_day(count, least=1):
    """How many of so many runs are made: all at night, and by day a quarter of them."""
    return count if NIGHTLY else min(count, max(least, count // 4))
