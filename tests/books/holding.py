"""Properties that hold for any system: tests of Hypothesis, which the nightly command runs on many more systems."""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from evsim.engine import Simulation, environment

__all__ = ["PROPERTIES", "Property", "a_short_patience", "examples", "holds", "run_of"]

EXAMPLES = 200  # systems of a test whose share is 1
MOST_EVENTS = 200_000  # these systems need a few thousand
MOST_AT_ONCE = 20_000  # events at one instant
PROPERTIES = {}


def holds(share, *strategies):
    """The function is a test of what is drawn from the `strategies`; a `share` of all systems is for it."""

    def keep(function):
        PROPERTIES[function.__name__] = Property(function, share, strategies)
        return examples(share)(given(*strategies)(function))

    return keep


def examples(share):
    """Settings of a test of a `share` of all systems, the same ones at every run."""
    return settings(_many(int(share * EXAMPLES)), derandomize=True)


def _many(count):
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=slow,
                    report_multiple_bugs=False)  # fmt: skip


def run_of(scenario, until=None, guarded=False):
    """One run within the budget of events."""
    note(scenario.to_yaml() + (f"# until {until}" if until else "") + ("# guarded" if guarded else ""))
    simulation = Simulation(scenario, guarded=guarded)
    try:
        return simulation.run(until)
    finally:
        ranks = list(simulation.env._next_key)
        assert sum(simulation.env.key_counter(rank)() % 2**50 for rank in ranks) < MOST_EVENTS


@contextmanager
def a_short_patience():
    """A clock that stands still is noticed soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "STUCK_AFTER", MOST_AT_ONCE)
        yield


@dataclass(frozen=True)
class Property:
    """A property: the ``function`` that asserts it, its ``share`` of all systems, what its arguments are drawn from."""

    function: object
    share: float
    strategies: tuple

    def first_failure(self, luck, examples):
        """The smallest arguments that show an error, and the error; None if it holds. luck: a number."""
        failed = []

        def attempt(drawn):
            try:
                self.function(*drawn)
            except Exception as error:
                failed[:] = drawn, error
                raise

        try:
            seed(luck)(_many(examples)(given(st.tuples(*self.strategies))(attempt)))()
        except Exception as error:  # the last attempt was with the smallest that Hypothesis found
            return tuple(failed) or ((), error)
        return None
