"""Whatever is said of the built-in systems and of those of the manual is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was, names_of

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", names_of("systems from built-in", "systems from page", "random numbers"))
def test_all_that_is_said_of_a_system_is_what_it_was(name):
    assert_said_as_it_was(name)
