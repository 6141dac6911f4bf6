"""Whatever is said of systems that were written for it is what it was."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was, names_of

pytestmark = pytest.mark.ci


@pytest.mark.parametrize("name", names_of("systems written"))
def test_all_that_is_said_of_a_written_system_is_what_it_was(name):
    assert_said_as_it_was(name)
