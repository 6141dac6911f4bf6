"""Properties that hold for any system: tests of Hypothesis, which the nightly command runs on many more systems."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import extract_tb

import pytest
from hypothesis import HealthCheck, Phase, currently_in_test_context, given, note, seed, settings
from hypothesis import strategies as st

from evsim.engine import environment
from evsim.run import Simulation
from tests.books.smallest import smallest
from tests.support.nightly import NIGHTLY

__all__ = ["PROPERTIES", "Property", "a_short_patience", "examples", "holds", "remember", "run_of"]

EXAMPLES = 40 if NIGHTLY else 16  # systems of a test whose share is 1; the nightly command tries many more
MOST_EVENTS = 200_000  # these systems need a few thousand
MOST_AT_ONCE = 20_000  # events at one instant
PROPERTIES = {}


def holds(share, *strategies, of_any=True, of=EXAMPLES):
    """The function is a test of what is drawn from the `strategies`; a `share` of all systems is for it.

    of_any: it holds for any system at all, and not only for those that are drawn. of: as for `examples`.
    """

    def keep(function):
        PROPERTIES[function.__name__] = Property(function, share, strategies, of_any)
        return examples(share, of)(given(*strategies)(function))

    return keep


def examples(share, of=EXAMPLES):
    """Settings of a test of a `share` of all systems, the same ones at every run.

    The first is always the smallest there is (one service that does nothing), so that there are never fewer than two.
    """
    return settings(_many(max(2, int(share * of))), derandomize=True)


def _many(count):
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, database=None, suppress_health_check=slow,
                    report_multiple_bugs=False)  # fmt: skip


def remember(words):
    """Note something with a test that fails; at night a property is run without one, too."""
    if currently_in_test_context():
        note(words)


def run_of(scenario, until=None, guarded=False):
    """One run within the budget of events."""
    remember(scenario.to_yaml() + (f"# until {until}" if until else "") + ("# guarded" if guarded else ""))
    simulation = Simulation(scenario, guarded=guarded)
    try:
        return simulation.run(until)
    finally:
        ranks = list(simulation.env._counters)
        assert sum(next(simulation.env.key_counter(rank)) % 2**50 for rank in ranks) < MOST_EVENTS


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
    of_any: bool

    def first_failure(self, luck, examples):
        """The smallest arguments that show an error, and the error; None if it holds. luck: a number."""
        failed = []

        def attempt(drawn):
            error = self.error(drawn)
            if error:
                failed[:] = drawn, error
                raise error

        try:
            with_these = settings(_many(examples), phases=[Phase.generate] if self.of_any else list(Phase))
            seed(luck)(with_these(given(st.tuples(*self.strategies))(attempt)))()
        except Exception as error:  # the last attempt is what Hypothesis found
            return self.made_small(*failed) if failed else ((), error)
        return None

    def error(self, drawn):
        """What is wrong for these arguments, or None."""
        try:
            self.function(*drawn)
        except Exception as error:
            return error
        return None

    def made_small(self, drawn, error):
        """The arguments with a smaller system, and the error that they show: the same.

        For what holds of any system this is much faster than Hypothesis, which must draw each one anew.
        """
        if not self.of_any:
            return drawn, error
        (scenario, *others), *more = drawn if isinstance(drawn[0], tuple) else (drawn,)

        def again(system):
            mine = (system, *others)
            return (mine, *more) if isinstance(drawn[0], tuple) else mine

        found = again(smallest(scenario, lambda system: _alike(self.error(again(system)), error)))
        return found, self.error(found)


def _alike(error, other):
    """Whether two errors say the same at the same place, whatever the numbers."""
    return error is not None and _gist(error) == _gist(other)


def _gist(error):
    where = extract_tb(error.__traceback__)[-1]
    words = [] if type(error) is AssertionError else re.findall("[a-z]+", str(error))
    return type(error), where.filename, where.lineno, words
