"""Whatever players show while somebody uses them is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.kept import ROOMS

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", ROOMS["players"])
def test_all_that_is_said_in_a_player_is_what_it_was(name):
    assert_said_as_it_was(name)
