"""What takes too long for every run of the tests, and is done where EVSIM_NIGHTLY is set.

    EVSIM_NIGHTLY=1 python kit.py test           everything
    python kit.py test -m nightly --collect-only  what by day is left out

Tests of chance are whole at night; by day their samples are about a quarter, and they notice errors twice as large
(`tests.support.statistics`). Of a test that is tried with many values, some are tried by day: no test but those that
tests/README.md lists runs at night only.
"""

import os

import pytest

__all__ = ["NIGHTLY", "by_day", "mostly_at_night", "nightly"]

NIGHTLY = "EVSIM_NIGHTLY" in os.environ
nightly = pytest.mark.nightly


def by_day(count, least=1):
    """How many of so many runs are made: all at night, and by day a quarter of them."""
    return count if NIGHTLY else min(count, max(least, count // 4))


def mostly_at_night(values, *day):
    """The values to try a test with, of which by day only those of `day` are tried."""
    values = list(values)
    assert all(each in values for each in day), f"{day} are not among {values}"
    return [each if each in day else _at_night(each) for each in values]


def _at_night(value):
    return pytest.param(*(value if isinstance(value, tuple) else [value]), marks=nightly)
