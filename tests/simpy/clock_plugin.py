"""Puts a clock of choice in the place of ``simpy.Environment``.

As a pytest plug-in it adds ``--clock`` and stands in for the fixture of pytest-benchmark; as a program it
runs a script on evsim's clock.
"""

import runpy
import sys

import pytest
import simpy

from evsim.engine.environment import Environment


class Numbered(Environment):
    """Counts its events where SimPy does: SimPy's benchmarks check their number."""

    def schedule(self, event, *settings, **more):
        next(self._eid)
        super().schedule(event, *settings, **more)


def pytest_addoption(parser):
    parser.addoption("--clock", choices=["evsim", "simpy"], default="simpy")


def pytest_configure(config):
    if config.getoption("--clock") == "evsim":
        simpy.Environment = Environment


@pytest.fixture
def benchmark(monkeypatch):
    """Calls the function once, without a stopwatch."""
    if simpy.Environment is Environment:
        monkeypatch.setattr(simpy, "Environment", Numbered)
    return lambda function, *arguments: function(*arguments)


if __name__ == "__main__":
    simpy.Environment = Environment
    runpy.run_path(sys.argv[1], run_name="__main__")
