"""Intervals over runs: the quantile they use, how often they cover, and what pairs save."""

import math
from random import Random

import pytest

from evsim.experiment.statistics import (
    difference,
    estimate,
    none_seen_bound,
    pairing,
    runs_for_skew,
    skewness,
    t_quantile,
)
from tests.support.statistics import proportion_agrees


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(1, 12.7062), (2, 4.30265), (4, 2.77645), (9, 2.26216), (19, 2.09302), (29, 2.04523), (120, 1.97993)],
)
def test_the_quantiles_are_those_of_the_printed_tables(degrees, expected):
    assert t_quantile(0.975, degrees) == pytest.approx(expected, rel=3e-6)


@pytest.mark.slow
def test_the_quantiles_are_those_of_scipy():
    scipy = pytest.importorskip("scipy.stats")
    for degrees in (*range(1, 40), 99, 100, 999):
        for probability in (1e-6, 0.005, 0.3, 0.5, 0.6, 0.9, 0.95, 0.975, 0.995, 1 - 1e-6):
            ours, theirs = t_quantile(probability, degrees), scipy.t.ppf(probability, degrees)
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), (probability, degrees)


@pytest.mark.parametrize(("probability", "degrees"), [(0, 5), (1, 5), (1.5, 5), (0.9, 0), (0.9, 2.5)])
def test_a_quantile_that_is_none_is_refused(probability, degrees):
    with pytest.raises(ValueError, match="must"):
        t_quantile(probability, degrees)


@pytest.mark.parametrize("n", [2, 5, 20])
def test_the_interval_covers_the_mean_of_normals_in_95_of_100_experiments(n):
    random, experiments = Random(n), 8200
    covered = 0
    for _ in range(experiments):
        interval = estimate([random.gauss(10, 3) for _ in range(n)])
        covered += interval.low <= 10 <= interval.high
    assert proportion_agrees(covered, experiments, 0.95)


@pytest.mark.slow
def test_the_interval_of_paired_differences_covers_too():
    random, experiments = Random(1), 8200
    covered = 0
    for _ in range(experiments):
        luck = [random.gauss(0, 5) for _ in range(8)]
        first = [common + random.gauss(0, 1) for common in luck]
        second = [common + random.gauss(2, 1) for common in luck]
        interval = difference(first, second)
        covered += interval.low <= 2 <= interval.high
    assert proportion_agrees(covered, experiments, 0.95)


def test_an_estimate_is_that_of_the_textbook():
    found = estimate([1, 2, 3, 4])
    assert (found.mean, found.n) == (2.5, 4)
    assert found.sd == pytest.approx(math.sqrt(5 / 3))
    assert found.standard_error == pytest.approx(math.sqrt(5 / 12))
    assert found.half_width == pytest.approx(3.182446 * math.sqrt(5 / 12), rel=1e-6)
    assert str(found) == "2.5 [0.4, 4.6]"


def test_the_order_of_the_runs_does_not_matter():
    values = [Random(1).gauss(0, 1) ** 3 * 10**power for power in range(-8, 8)]
    assert estimate(values) == estimate(values[::-1])


def test_one_run_has_a_mean_and_no_interval():
    found = estimate([7.0])
    assert (found.mean, found.n) == (7.0, 1)
    assert math.isnan(found.low) and math.isnan(found.high) and math.isnan(found.sd)


def test_runs_that_cannot_tell_are_left_out_and_not_counted():
    assert estimate([1.0, math.nan, 3.0]) == estimate([1.0, 3.0])
    assert math.isnan(estimate([math.nan]).mean)
    assert difference([1.0, math.nan, 3.0], [2.0, 5.0, math.nan]).n == 1


def test_equal_runs_have_an_interval_without_width():
    found = estimate([0.1] * 7)
    assert found.low == found.mean == found.high and found.sd == 0


def test_the_verdict_follows_from_the_interval():
    assert difference([1, 2, 3], [11, 12.5, 13]).verdict == "more"
    assert difference([11, 12.5, 13], [1, 2, 3]).verdict == "less"
    assert difference([1, 2, 3], [3, 1, 2]).verdict == "no difference seen"
    assert difference([1, 2, 3], [1, 2, 3]).verdict == "no difference seen"
    assert difference([1], [2]).verdict == "cannot tell"


@pytest.mark.slow
def test_false_verdicts_are_one_in_twenty():
    random, experiments = Random(3), 8200
    wrong = 0
    for _ in range(experiments):
        first, second = ([random.gauss(0, 1) for _ in range(10)] for _ in range(2))
        wrong += difference(first, second).verdict != "no difference seen"
    assert proportion_agrees(wrong, experiments, 0.05)


def test_pairing_is_the_share_of_variance_that_common_luck_removes():
    assert pairing([1, 2, 4], [11, 12, 14]) == 1
    assert pairing([1, 2, 4], [-1, -2, -4]) == pytest.approx(-1)
    random, luck = Random(5), 3.0
    common = [random.gauss(0, luck) for _ in range(20_000)]
    found = pairing([each + random.gauss(0, 1) for each in common], [each + random.gauss(0, 1) for each in common])
    assert found == pytest.approx(luck**2 / (luck**2 + 1), abs=0.01)  # 2 cov / (var a + var b)


def test_pairing_of_what_does_not_vary_is_nothing():
    assert math.isnan(pairing([0, 0], [0, 0]))
    assert math.isnan(pairing([1], [2]))


def test_none_seen_in_n_leaves_a_bound_of_three_over_n():
    for n in (30, 1000):
        bound = none_seen_bound(n)
        assert bound == 3 / n
        assert (1 - bound) ** n == pytest.approx(0.05, abs=0.008)
    assert none_seen_bound(1) == 1
    with pytest.raises(ValueError, match="n=0"):
        none_seen_bound(0)


def samples(draw, n, experiments):
    """`experiments` samples of `n` values each."""
    return [[draw() for _ in range(n)] for _ in range(experiments)]


def covering(samples, truth):
    return sum(found.low <= truth <= found.high for found in map(estimate, samples)) / len(samples)


def test_skewness_is_that_of_the_textbook():
    assert skewness([1, 2, 3, 10]) == pytest.approx(1.763632614803888)  # G1, as in spreadsheets
    assert skewness([10, 3, 2, 1]) == skewness([1, 2, 3, 10]) == -skewness([-1, -2, -3, -10])
    assert skewness([1, 2, 3]) == pytest.approx(0, abs=1e-12)
    assert all(math.isnan(skewness(values)) for values in ([], [1, 2], [2, 2, 2], [1, math.nan, 2]))


def test_skew_is_seen_in_what_is_skewed_and_not_in_what_is_not():
    """400 samples of 40 values: normal, uniform, exponential (skewness 2, which asks for 100 runs)."""
    random = Random(3)
    cases = (lambda: random.gauss(5, 2), 0, 0.02), (random.random, 0, 0), (lambda: random.expovariate(1), 0.6, 0.85)
    for draw, least, most in cases:
        seen = sum(runs_for_skew(sample) is not None for sample in samples(draw, 40, 400)) / 400
        assert least <= seen <= most
    assert runs_for_skew([random.expovariate(1) for _ in range(2000)]) is None  # enough runs


@pytest.mark.slow
def test_intervals_of_a_skewed_figure_cover_with_as_many_runs_as_it_asks_for():
    random = Random(4)
    covered = {n: covering(samples(lambda: random.expovariate(1), n, 1500), 1) for n in (5, 9, 100)}
    assert 0.86 < covered[5] < 0.91 and 0.87 < covered[9] < 0.92  # "some 89 %"
    assert 0.93 < covered[100] < 0.96
