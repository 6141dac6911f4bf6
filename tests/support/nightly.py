"""What takes too long for every run of the tests, and is done where EVSIM_NIGHTLY is set."""

import os

import pytest

__all__ = ["NIGHTLY", "nightly"]

NIGHTLY = "EVSIM_NIGHTLY" in os.environ
nightly = pytest.mark.skipif(not NIGHTLY, reason="slow: EVSIM_NIGHTLY=1 runs it")
