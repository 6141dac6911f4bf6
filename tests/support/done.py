"""Tests of random systems that together must have met something: those of a file that have not run yet are run."""

import pytest

__all__ = ["run_the_others", "what_is_done"]

DONE = set()  # (module, name) of tests that have run in this process


@pytest.fixture(autouse=True)
def what_is_done(request):
    """Whoever imports it notes its tests."""
    yield
    DONE.add((request.module.__name__, request.node.originalname))


def run_the_others(module, prefix, **values):
    """Run the tests of a module (its ``globals()``) whose names begin so, but for those that have run.

    values: name of a test -> with what it is run, if with anything.
    """
    for name, test in list(module.items()):
        if name.startswith(prefix) and (module["__name__"], name) not in DONE:
            for value in values.get(name, [None]):
                test() if value is None else test(value)
            DONE.add((module["__name__"], name))
