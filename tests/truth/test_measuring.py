"""The checks that every run of these tests goes through can fail."""

import pytest

from tests.truth.measuring import assert_littles_law
from tests.truth.systems import exponential, station


def run_of_a_busy_server():
    return station(exponential(0.1), 8, 500).run(seed=1)


def test_a_sound_run_obeys_littles_law():
    assert_littles_law(run_of_a_busy_server())


@pytest.mark.parametrize(("column", "shift"), [("ended", 0.01), ("ready", -0.01), ("settled", 0.01), ("started", 0.01)])
def test_a_run_with_one_wrong_time_does_not(column, shift):
    run = run_of_a_busy_server()
    getattr(run.records.rows, column)[100] += shift
    with pytest.raises(AssertionError):
        assert_littles_law(run)


def test_a_run_that_did_not_end_empty_does_not():
    run = station(exponential(0.1), 8, 500).replace({"run.drain_limit": "0s", "run.duration": "10s"}).run(seed=5)
    with pytest.raises(AssertionError, match="did not end empty"):
        assert_littles_law(run)
