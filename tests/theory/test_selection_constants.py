"""How many observations tell the best of designs without common luck: published constants, and the promise itself."""

import numpy as np
import pytest

from evsim import theory
from tests.support.statistics import proportion_agrees

ALIKE = [0.4032, 0.3876, 0.0969, 0.0431, 0.0242, 0.0155, 0.0108, 0.0079, 0.0061, 0.0048]


def test_the_constant_and_the_runs_of_the_inventory_example():
    """Five designs, 20 first runs, a difference of 1: the variances of the textbook ask for these numbers of runs."""
    h = theory.dudewicz_dalal(5, 20, 0.90)
    assert h == pytest.approx(2.747, abs=5e-4)
    variances = (14.52, 7.96, 9.45, 8.25, 6.20)
    assert [max(21, int(np.ceil(h**2 * variance))) for variance in variances] == [110, 61, 72, 63, 47]


@pytest.mark.parametrize(
    ("designs", "probability", "published"), [(2, 0.95, 2.452), (5, 0.90, 2.916), (5, 0.95, 3.385), (10, 0.95, 3.874)]
)
def test_rinotts_constants_are_those_of_the_tables(designs, probability, published):
    assert theory.rinott(designs, 20, probability) == pytest.approx(published, abs=0.005)


def test_for_two_designs_both_constants_are_one():
    """Then both are the quantile of the difference of two t values; with few first runs the tails are long."""
    for first in (3, 8, 40):
        assert theory.rinott(2, first, 0.95) == pytest.approx(theory.dudewicz_dalal(2, first, 0.95), rel=2e-4)


@pytest.mark.parametrize(
    ("means", "spreads", "shares"),
    [(range(1, 11), [1] * 10, ALIKE), ([1, 2, 3], [1, 1, 2], [0.3586, 0.3207, 0.3207])],
)
def test_the_shares_are_those_of_the_formula(means, spreads, shares):
    assert theory.ocba_shares(means, spreads) == pytest.approx(shares, abs=6e-5)


def test_two_stages_find_the_best_as_often_as_they_promise():
    """Four designs, the best by just the difference that matters: 0.9 or more of 2,000 trials, and not many more."""
    random, first, apart, trials, right = np.random.default_rng(5), 15, 0.8, 2000, 0
    means, spreads = np.array([0.0, apart, apart, apart]), np.array([1.0, 2.0, 0.5, 1.5])
    h = theory.rinott(4, first, 0.9)
    for _ in range(trials):
        begun = random.normal(means, spreads, (first, 4))
        wanted = np.maximum(first, np.ceil(h**2 * begun.var(axis=0, ddof=1) / apart**2)).astype(int)
        more = [random.normal(mean, spread, n - first).sum() for mean, spread, n in zip(means, spreads, wanted)]
        right += np.argmin((begun.sum(axis=0) + more) / wanted) == 0
    assert right >= 0.9 * trials or proportion_agrees(right, trials, 0.9)
    assert right < 0.97 * trials


REFUSED = [
    (lambda: theory.rinott(1, 20, 0.9), "designs=1 must be 2 or more"),
    (lambda: theory.rinott(4, 2, 0.9), "first=2 must be 3 or more"),
    (lambda: theory.dudewicz_dalal(4, 20, 0.2), "probability=0.2 must be above that of a guess, 1/4"),
    (lambda: theory.dudewicz_dalal(4, 20, 95), "probability=95 must be from 0 to 1"),
    (lambda: theory.ocba_shares([1], [1]), r"means=\[1\] must be two or more"),
    (lambda: theory.ocba_shares([1, 1, 2], [1, 1, 1]), "must have one smallest"),
    (lambda: theory.ocba_shares([1, 2], [1, 0]), "spreads=0 must be above 0"),
]


@pytest.mark.parametrize(("ask", "rule"), REFUSED)
def test_bad_input_is_refused_in_words(ask, rule):
    with pytest.raises(ValueError, match=rule):
        ask()
