"""Whatever is said of live runs is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.kept import ROOMS

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", ROOMS["live"])
def test_all_that_is_said_of_live_runs_is_what_it_was(name):
    assert_said_as_it_was(name)
