"""What a test needs and this machine does not have."""

import os

import pytest


def missing(what):
    """Skip this test with a word; in CI (`CI=true`) fail, so that it cannot go missing silently."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)
