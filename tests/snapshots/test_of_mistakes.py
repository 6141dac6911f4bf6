"""Whatever is said to mistakes is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was
from tests.snapshots.kept import ROOMS

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", ROOMS["mistakes"])
def test_all_that_is_said_to_a_mistake_is_what_it_was(name):
    assert_said_as_it_was(name)
