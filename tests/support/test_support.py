"""The tools of the tests: cases by id, and tolerances that follow from the sample size."""

import re
from random import Random

import pytest

from tests.support import statistics
from tests.support.cases import FILE, case, expected, identifiers
from tests.support.statistics import (
    agrees,
    count_agrees,
    mean_and_error,
    mm1_messages,
    mm1_wait_relative_error,
    proportion_agrees,
)


@pytest.fixture(autouse=True)
def as_at_night(monkeypatch):
    monkeypatch.setattr(statistics, "COARSER", 1)


def sample(mean, spread, size, seed=1):
    random = Random(seed)
    return [random.gauss(mean, spread) for _ in range(size)]


def test_a_case_is_found_by_its_id():
    assert expected("MM1-mean", "W sojourn s") == 0.5
    assert expected("DEPART-MD1") == 0.36


def test_an_unknown_id_or_figure_is_refused_with_the_nearest():
    with pytest.raises(KeyError, match="MM1-mean"):
        case("MM1-means")
    with pytest.raises(KeyError, match="W sojourn s"):
        expected("MM1-mean", "sojourn")


def test_a_changed_case_does_not_change_the_next_reader():
    case("MM1-mean")["expected"]["utilisation"] = 2
    assert expected("MM1-mean", "utilisation") == 0.8


def test_every_case_says_what_it_expects_and_where_it_comes_from():
    for identifier in identifiers():
        fields = case(identifier)
        assert fields["model"] and fields["source"] and "expected" in fields, identifier


def test_the_readme_lists_every_case_that_is_not_in_the_file():
    text = (FILE.parent / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Not included")[2]
    missing = re.findall(r"`([^`]+)`", "\n".join(re.findall(r"^\|[^|]*\|([^|]*)\|", table, re.MULTILINE)))
    assert len(missing) == len(set(missing))
    assert not set(missing) & set(identifiers())
    assert len(missing) + len(identifiers()) == 175


def test_mean_and_error_are_those_of_the_textbook():
    mean, error = mean_and_error([1, 2, 3, 4])
    assert mean == 2.5
    assert error == pytest.approx((5 / 3 / 4) ** 0.5)


def test_a_true_mean_agrees():
    assert agrees(sample(10, 0.5, 20), 10)


def test_a_wrong_mean_is_refused_with_its_distance():
    with pytest.raises(AssertionError, match=r"10\.5 was expected.*3\.5 allowed"):
        agrees(sample(10, 0.1, 20), 10.5)


def test_a_sample_without_power_is_refused_even_if_its_mean_is_right():
    with pytest.raises(AssertionError, match="no power"):
        agrees(sample(10, 5, 20), 10)


def test_a_check_says_what_it_notices_and_only_for_a_reason_less_than_a_quarter():
    """4 % are a standard error: the check allows 3.5 of them, and notices 5 of them, or 20 %, in 14 of 15 runs."""
    assert count_agrees(600, 625) and proportion_agrees(600, 62_500, 0.01)
    with pytest.raises(AssertionError, match="the smallest error noticed is 20.00%"):
        count_agrees(600, 625, notices=0.19)
    with pytest.raises(AssertionError, match="no power"):
        count_agrees(20, 20)
    with pytest.raises(ValueError, match="because"):
        count_agrees(20, 20, notices=1.5)
    assert count_agrees(20, 20, notices=1.5, because="one run of an hour has no more")


def test_the_rarer_outcome_is_what_a_proportion_is_measured_by():
    assert proportion_agrees(1, 1000, 0.5 / 1000, notices=10, because="shown here")
    with pytest.raises(AssertionError, match="no power"):
        proportion_agrees(950, 1000, 0.95)


def test_an_error_of_the_size_that_is_noticed_is_noticed_in_14_of_15_runs():
    def passes(seed):
        random = Random(seed)
        count = sum(random.random() < 0.1 * 1.25 for _ in range(3850))  # 5.17 standard errors of 3850 x 0.1
        try:
            return proportion_agrees(count, 3850, 0.1)
        except AssertionError:
            return False

    assert sum(map(passes, range(200))) <= 20


def test_equal_values_must_be_the_expected_one():
    assert agrees([3.0] * 10, 3)
    with pytest.raises(AssertionError, match="no spread"):
        agrees([3.0] * 10, 3.1)


def test_too_few_replications_and_a_missing_scale_are_refused():
    with pytest.raises(ValueError, match="too few"):
        agrees([1, 2, 3], 2)
    with pytest.raises(ValueError, match="scale"):
        agrees([0.0] * 10, 0)
    assert agrees(sample(0, 0.1, 40), 0, scale=5)


def test_false_alarms_are_rare_and_a_shift_of_five_errors_is_seen():
    def passes(shift, seed):
        try:
            return agrees(sample(100 + shift, 1, 20, seed), 100)
        except AssertionError:
            return False

    assert sum(passes(0, seed) for seed in range(500)) >= 490
    assert sum(passes(5 / 20**0.5, seed) for seed in range(500)) <= 100


def test_a_proportion_is_judged_by_the_binomial_error():
    assert proportion_agrees(2080, 10_000, 0.2)
    with pytest.raises(AssertionError, match="0.25 was expected"):
        proportion_agrees(2080, 10_000, 0.25)
    with pytest.raises(AssertionError, match="no power"):
        proportion_agrees(2, 10, 0.2)
    with pytest.raises(AssertionError, match="exactly 0"):
        proportion_agrees(1, 10, 0)
    with pytest.raises(ValueError, match="from 0 to trials"):
        proportion_agrees(11, 10, 0.5)


def test_dependent_trials_get_a_wider_tolerance():
    with pytest.raises(AssertionError):
        proportion_agrees(4400, 20_000, 0.2)
    assert proportion_agrees(4400, 20_000, 0.2, inflation=3)


def test_a_count_is_judged_by_the_poisson_error():
    assert count_agrees(1030, 1000)
    with pytest.raises(AssertionError, match="counted 1200"):
        count_agrees(1200, 1000)
    with pytest.raises(AssertionError, match="no power"):
        count_agrees(3, 4)
    with pytest.raises(ValueError, match="above 0"):
        count_agrees(0, 0)


def test_the_run_length_follows_daley():
    assert mm1_wait_relative_error(0.8, 1_000_000) == pytest.approx(0.011, abs=2e-4)
    assert mm1_wait_relative_error(0.95, 1_000_000) == pytest.approx(0.041, abs=5e-4)
    assert mm1_wait_relative_error(0.8, mm1_messages(0.8, 0.01)) <= 0.01
    with pytest.raises(ValueError, match="between 0 and 1"):
        mm1_messages(1.0, 0.01)
