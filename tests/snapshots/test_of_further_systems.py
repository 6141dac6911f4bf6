"""Whatever is said of random systems is what it was: the second half of them."""

import pytest

from tests.snapshots.as_kept import assert_said_as_it_was, names_of

pytestmark = pytest.mark.ci

DRAWN = names_of("systems from drawn")


@pytest.mark.parametrize("name", DRAWN[len(DRAWN) // 2 :])
def test_all_that_is_said_of_a_further_system_is_what_it_was(name):
    assert_said_as_it_was(name)
