"""What holds for all tests; in CI a failing test of Hypothesis tells at once."""

import gc
import os
from tempfile import TemporaryDirectory

from hypothesis import Phase, settings

QUICK_TO_FAIL = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller example takes minutes
phases = QUICK_TO_FAIL if "CI" in os.environ else tuple(Phase)
settings.register_profile("evsim", settings(), deadline=None, phases=phases)
settings.load_profile("evsim")

GUESSES = TemporaryDirectory()  # of notebooks that tests run: who opens them later has not seen the truth
os.environ["EVSIM_GUESSES"] = GUESSES.name


def pytest_collection_finish():
    """Thousands of tests stay until the end: they are no garbage to look through again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items):
    """Files with slow tests and notebooks come first, so that all processes end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.path.suffix == ".ipynb"}
    items.sort(key=lambda item: item.path not in slow)
