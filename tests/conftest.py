"""What holds for all tests; in CI a failing test of Hypothesis tells at once."""

import gc
import os
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, settings

from tests.support import no_grammars  # noqa: F401 for its effect
from tests.support.nightly import NIGHTLY

QUICK_TO_FAIL = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller example takes minutes
phases = QUICK_TO_FAIL if "CI" in os.environ else tuple(Phase)
settings.register_profile("evsim", settings(), deadline=None, phases=phases)
settings.load_profile("evsim")

GUESSES = TemporaryDirectory()  # of notebooks that tests run: who opens them later has not seen the truth
os.environ["EVSIM_GUESSES"] = GUESSES.name


@pytest.fixture(scope="module")
def a_clock_that_stands_still_is_noticed_soon():
    from tests.books.holding import a_short_patience

    with a_short_patience():
        yield


def pytest_collection_finish():
    """Thousands of tests stay until the end: they are no garbage to look through again and again.

    What tests leave is looked through more seldom than Python would: the suite takes 4 % less processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_runtest_setup(item):
    if not NIGHTLY and item.get_closest_marker("nightly"):
        pytest.skip("slow: EVSIM_NIGHTLY=1 runs it")


def pytest_collection_modifyitems(items):
    """Files with slow tests and notebooks come first, so that all processes end together."""
    marked = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("ci")}
    slow = marked | {item.path for item in items if item.path.suffix == ".ipynb"}
    items.sort(key=lambda item: item.path not in slow)
