"""Properties that hold for any system: tests of Hypothesis, which the nightly command runs on many more systems."""

from dataclasses import dataclass

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

__all__ = ["PROPERTIES", "Property", "holds"]

EXAMPLES = 200  # systems of a test whose share is 1
PROPERTIES = {}


def holds(share, *strategies):
    """The function is a test of what is drawn from the `strategies`; a `share` of all systems is for it."""

    def keep(function):
        PROPERTIES[function.__name__] = Property(function, share, strategies)
        drawn = given(*strategies)(function)
        return settings(_with(int(share * EXAMPLES)), derandomize=True)(drawn)

    return keep


def _with(examples):
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=slow,
                    report_multiple_bugs=False)  # fmt: skip


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
            seed(luck)(_with(examples)(given(st.tuples(*self.strategies))(attempt)))()
        except Exception as error:  # the last attempt was with the smallest that Hypothesis found
            return tuple(failed) or ((), error)
        return None
