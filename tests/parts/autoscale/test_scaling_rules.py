"""The rules against the vectors of Knative's, Kubernetes' and KEDA's own tests and documentation."""

import pytest

from evsim.parts.autoscale.scaling_rules import (
    Panic,
    Proportional,
    burst_capacity,
    capped_lag,
    coefficient,
    even,
    limited,
    newest_first,
)

# Knative, autoscaler_test.go: (target, rate down, [(seconds, ready, stable, panic, desired)]).
KPA = [
    (10, 10, [(0, 1, 50, 10, 5), (2, 1, 100, 10, 10)]),
    (10, 10, [(0, 1, 50, 100, 10)]),
    (1, 10, [(0, 10, 11, 25, 25), (30, 40, 30, 41, 41), (62, 55, 50, 56, 50)]),
    (10, 10, [(0, 8, 100, 100, 10), (2, 8, 50, 50, 5)]),
    (10, 10, [(0, 1, 1, 0, 1), (2, 1, 0, 0, 0)]),
    (1, 10, [(0, 1, 6, 6, 6), (2, 6, 36, 36, 36), (4, 36, 216, 216, 216), (6, 216, 1296, 1296, 1296)]),
    (10, 10, [(0, 1, 1000, 1001, 10), (2, 10, 1000, 1001, 100)]),
    (10, 10, [(0, 100, 1, 1, 10), (2, 10, 1, 1, 1)]),
    (10, 1.1, [(0, 100, 1, 1, 90)]),
]


@pytest.mark.parametrize(("target", "down", "moments"), KPA)
def test_knative_decides_as_its_own_tests_say(target, down, moments):
    rule = Panic(target, rate_up=10, rate_down=down)
    assert [rule.decide(*moment[:4]) for moment in moments] == [moment[4] for moment in moments]


def test_an_unreachable_revision_falls_at_once():
    assert Panic(10, 10, 1.1, reachable=False).decide(0, 100, 1, 1) == 1


def test_knative_scales_down_after_its_delay():
    def calm():
        return Panic(10, 10, 10, threshold=1000, delay=300)

    once = calm()
    assert [once.decide(2, 1, 40, 40), *(once.decide(time, 4, 0, 0) for time in (300, 302))] == [4, 4, 0]
    slowly = calm()
    wanted = [(9, 4), (10, 3), (11, 0), (14, 0), (15, 0)]
    assert [slowly.decide(60 * at, 4, 10 * each, 10 * each) for at, each in wanted] == [4, 4, 4, 3, 0]


def test_knatives_example_and_its_burst_capacity():
    assert Panic(7).decide(0, 10, 100, 100) == 15, "100 requests, 10 at a time, 70 %"
    assert burst_capacity(10 / 0.75, 100, 50) == -137 and burst_capacity(10 / 0.75, 98, 25) == -110
    assert burst_capacity(5, 0, 9) == 0 and burst_capacity(5, -1, 9) == -1


def test_knatives_windows_weigh_the_newest_most():
    data = [10, 10, 5, 5]
    assert newest_first(data) == 7.5
    assert newest_first(data, 0.6) == pytest.approx(5.544) and newest_first(data[::-1], 0.6) == pytest.approx(9.072)
    assert coefficient(60) == 0.2 and coefficient(2) == pytest.approx(0.99)


# Kubernetes.


def test_the_hpa_takes_as_many_as_the_target_asks_for_within_ten_percent():
    assert Proportional(0.75).decide(0, 50, 50 * 0.90) == 60
    assert Proportional(0.75).decide(0, 50, 50 * 0.82) == 50
    assert Proportional(0.75, down_after=0).decide(0, 50, 50 * 0.30) == 20


def steps(number, wanted, policies, seconds):
    """The numbers on the way, one decision each period."""
    rule, found = Proportional(1, 0, 0, up=policies, down=policies), [number]
    while found[-1] != wanted and len(found) < 30:
        found.append(rule.decide(seconds * len(found), found[-1], wanted))
    return found


def test_the_hpa_goes_down_by_the_larger_of_two_policies():
    """Four a minute or a tenth, rounded up: the documentation has 80, 72, 64."""
    way = steps(80, 10, [(None, 4, 60), (10, None, 60)], 60)
    assert way == [80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10]


def test_the_hpa_goes_up_by_doubling_or_four():
    assert steps(1, 100, [(100, None, 15), (None, 4, 15)], 15) == [1, 5, 10, 20, 40, 80, 100]


def test_a_policy_counts_what_changed_within_its_period():
    assert limited(6, 100, [(None, 4, 15)], [(0, 3)], 10) == 7 and limited(6, 100, [(None, 4, 15)], [(0, 3)], 16) == 10


def test_the_hpa_goes_down_to_the_largest_number_wanted_within_five_minutes():
    rule = Proportional(1)
    moments = [(0, 8), (100, 3), (299, 3), (301, 3), (401, 3)]
    assert [rule.decide(time, 10, total) for time, total in moments] == [8, 8, 8, 3, 3]


# KEDA.


def test_keda_spreads_partitions_evenly():
    lags = {10: 1, 20: 2, 40: 4, 50: 5, 99: 10, 100: 10, 101: 20}
    assert {lag: even(-(-lag // 10), 100) for lag in lags} == lags


def test_keda_caps_at_the_partitions_but_for_one_too_many():
    """Its documentation says ten, and the comparison of whole quotients lets eleven through."""
    assert -(-capped_lag(105, 10, 10) // 10) == 11
    assert capped_lag(109, 10, 10) == 109 and capped_lag(110, 10, 10) == 100


def test_keda_asks_for_three_to_take_thirty_messages_ten_at_a_time():
    assert Proportional(10, down_after=0).decide(0, 1, 30) == 3
