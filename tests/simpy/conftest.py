"""A clock, and a list in which the cast writes down what happens."""

import pytest

from evsim.engine.environment import Environment


@pytest.fixture
def env():
    return Environment()


@pytest.fixture
def log():
    return []
