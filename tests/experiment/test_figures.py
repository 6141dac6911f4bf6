"""Figures as people read them, tables, and objectives."""

import math

import pytest

from evsim.experiment.judging import judge
from evsim.experiment.statistics import Estimate, difference, estimate
from evsim.experiment.text_tables import html_table, text_table
from evsim.figures import write, write_estimate


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("response_mean", 0.0061, "6.1 ms"),
        ("response_p99", 12.34, "12.3 s"),
        ("wait_mean", 0.00002, "20 us"),
        ("wait_mean", 0.0, "0 ms"),
        ("wait_mean", 0.00099999, "1 ms"),
        ("wait_mean", 0.9999, "1 s"),
        ("completion_p99", 1234.5, "1,234 s"),
        ("response_mean", math.nan, "-"),
        ("cost", None, "-"),
        ("availability", 1.0, "100 %"),
        ("availability", 0.99996, "99.996 %"),
        ("availability", 0.8203, "82 %"),
        ("utilisation", 0.5147, "51.5 %"),
        ("throughput", 51.07, "51.1/s"),
        ("requests", 2809, "2,809"),
        ("lag_mean", 1.494, "1.49"),
        ("age_max", 0.77, "770 ms"),
    ],
)
def test_a_figure_is_written_in_units_people_use(name, value, expected):
    assert write(name, value) == expected


@pytest.mark.parametrize(
    ("name", "values", "difference", "expected"),
    [
        ("response_mean", (0.101, 0.1004, 0.1016), False, "101.0 ± 0.6 ms"),
        ("response_mean", (-0.095, -0.098, -0.092), True, "-95.0 ± 3.0 ms"),
        ("response_mean", (0.91, 0.707, 1.113), False, "910 ± 200 ms"),
        ("response_mean", (0.004, -0.0001, 0.0081), True, "+4.0 ± 4.1 ms"),
        ("response_mean", (0.004, 0.0001, 0.0079), True, "+4.0 ± 3.9 ms"),
        ("availability", (0.999998, 0.9999916, 1.0000044), False, "99.9998 ± 0.0006 %"),
        ("response_mean", (0.004, -0.020, 0.028), True, "+4 ± 24 ms"),
        ("availability", (-0.18, -0.19, -0.17), True, "-18.0 ± 1.0 points"),
        ("availability", (-0.18, -0.18, -0.18), True, "-18 points"),
        ("lost", (0, 0, 0), False, "0"),
        ("lost", (3, 1.5, 4.5), False, "3.0 ± 1.5"),
        ("requests", (12345, 11345, 13345), False, "12,300 ± 1,000"),
        ("lost", (3, math.nan, math.nan), False, "3"),
        ("lost", (math.nan, math.nan, math.nan), False, "-"),
    ],
)
def test_an_estimate_shows_as_many_digits_as_its_interval_allows(name, values, difference, expected):
    mean, low, high = values
    assert write_estimate(name, Estimate(mean, low, high, 5, 1.0), difference) == expected


def test_what_differs_by_rounding_alone_has_no_interval():
    assert write_estimate("utilisation", Estimate(0.0002, 0.0002 - 1e-18, 0.0002 + 1e-18, 5, 1e-18)) == "0.02 %"


def test_half_an_interval_is_written_to_a_seventh_of_itself_with_two_digits_at_most():
    for half in (first / 100 * 10.0**power for power in range(-5, 6) for first in range(100, 1000)):
        written = write_estimate("lost", Estimate(7 * half, 6 * half, 8 * half, 5, 1.0)).partition(" ± ")[2]
        assert abs(float(written.replace(",", "")) - half) <= half / 7 * (1 + 1e-9)
        assert len(written.replace(",", "").replace(".", "").strip("0")) <= 2


def test_a_table_is_aligned():
    text = text_table(["", "mean"], [["Group"], ["  a", "1"], ["  longer", "12 ms"]])
    assert text.splitlines() == ["           mean", "Group", "  a           1", "  longer  12 ms"]


def test_a_page_shows_text_as_text():
    assert "<td>&lt;b&gt;</td>" in html_table(["", "x"], [["a", "<b>"]], "A & B")
    assert "A &amp; B" in html_table(["", "x"], [], "A & B")


def verdicts(objectives, summary):
    return [judgement.verdict for judgement in judge(objectives, summary)]


def test_times_and_counts_may_not_be_above_the_objective():
    assert verdicts({"response_p99": 0.2, "lost": 0}, {"response_p99": 0.2, "lost": 0}) == ["MEETS", "MEETS"]
    assert verdicts({"response_p99": 0.2, "lost": 0}, {"response_p99": 0.3, "lost": 1}) == [
        "MISSES",
        "MISSES",
    ]


@pytest.mark.parametrize("metric", ["availability", "throughput", "goodput", "requests", "completed"])
def test_what_should_be_high_may_not_be_below_the_objective(metric):
    assert verdicts({metric: 0.9}, {metric: 0.95}) == ["MEETS"]
    assert verdicts({metric: 0.9}, {metric: 0.85}) == ["MISSES"]


@pytest.mark.parametrize(("metric", "better"), [("availability", 1), ("response_p99", -1)])
def test_on_its_limit_an_objective_is_met_and_an_interval_that_ends_there_from_the_wrong_side_decides_nothing(
    metric, better
):
    """A run of one value, and ten runs whose interval begins or ends at the limit."""
    limit, away = 0.5, 0.1 * better
    assert verdicts({metric: limit}, {metric: limit}) == ["MEETS"]
    good, bad = (sorted((limit, limit + side * away)) for side in (1, -1))
    assert verdicts({metric: limit}, {metric: Estimate(sum(good) / 2, *good, 10, 0.1)}) == ["MEETS"]
    assert verdicts({metric: limit}, {metric: Estimate(sum(bad) / 2, *bad, 10, 0.1)}) == ["NOT DECIDED"]


def test_an_interval_around_the_objective_decides_nothing():
    runs = estimate([0.1, 0.2, 0.3])
    assert verdicts({"response_p99": 0.2}, {"response_p99": runs}) == ["NOT DECIDED"]
    assert verdicts({"response_p99": 9.0}, {"response_p99": runs}) == ["MEETS"]
    assert verdicts({"response_p99": 0.001}, {"response_p99": estimate([0.1, 0.11, 0.12])}) == ["MISSES"]


def test_a_percentile_that_the_sample_cannot_carry_decides_nothing():
    (judgement,) = judge({"response_p99": 0.2}, {"response_p99": math.nan})
    assert judgement.verdict == "NOT DECIDED"
    assert str(judgement) == "NOT DECIDED  response p99 at most 200 ms: too few to tell"
    assert verdicts({"cost": 3}, {}) == ["NOT DECIDED"]


def test_a_judgement_says_what_was_asked_and_found():
    (judgement,) = judge({"availability": 0.999}, {"availability": 0.82})
    assert str(judgement) == "MISSES  availability at least 99.9 %: 82 %"


@pytest.mark.parametrize(
    ("metric", "limit", "found", "said"),
    [
        ("availability", 0.999, 0.9986, "MISSES  availability at least 99.9 %: 99.86 %"),
        ("availability", 0.999, 0.99899, "MISSES  availability at least 99.9 %: 99.899 %"),
        ("availability", 0.9995, 0.99951, "MEETS  availability at least 99.95 %: 99.951 %"),
        ("response_p99", 1.234, 1.2344, "MISSES  response p99 at most 1.234 s: 1.2344 s"),
        ("response_p99", 0.3, 0.3, "MEETS  response p99 at most 300 ms: 300 ms"),
        ("throughput", 1000, 1000.4, "MEETS  throughput at least 1,000/s: 1,000.4/s"),
        ("lost", 0, 0, "MEETS  lost at most 0: 0"),
        ("availability", 0.999, estimate([0.9986] * 3), "MISSES  availability at least 99.9 %: 99.86 %"),
        ("lost", 3, Estimate(4, 3.04, 4.96, 5, 1), "MISSES  lost at most 3: 4.00 ± 0.96"),
        ("lost", 3, Estimate(4, 3.004, 4.996, 5, 1), "MISSES  lost at most 3: 4.000 ± 0.996"),
        ("lost", 3, Estimate(4, 2, 6, 5, 1), "NOT DECIDED  lost at most 3: 4.0 ± 2.0"),
    ],
)  # fmt: skip
def test_a_figure_beside_a_limit_has_digits_enough_to_tell_them_apart(metric, limit, found, said):
    (judgement,) = judge({metric: limit}, {metric: found})
    assert str(judgement) == said


def test_one_run_of_many_with_a_figure_is_judged_by_it():
    assert verdicts({"lost": 0}, {"lost": difference([1], [1])}) == ["MEETS"]
