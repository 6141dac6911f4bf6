"""What takes too long for every run of the tests, and is done where EVSIM_NIGHTLY is set.

    EVSIM_NIGHTLY=1 python kit.py test

Tests of chance make runs of full length or number at night, and half of it by day.
"""

import os

import pytest

__all__ = ["NIGHTLY", "by_day", "nightly"]

NIGHTLY = "EVSIM_NIGHTLY" in os.environ
nightly = pytest.mark.skipif(not NIGHTLY, reason="slow: EVSIM_NIGHTLY=1 runs it")


def by_day(count):
    """How many of so many runs are made: all at night, and by day half of them."""
    return count if NIGHTLY else count // 2
