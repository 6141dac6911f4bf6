"""Whatever is said of many runs, by formulas and in reports is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.kept import ROOMS

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", ROOMS["experiments"])
def test_all_that_is_said_of_many_runs_is_what_it_was(name):
    assert_said_as_it_was(name)
