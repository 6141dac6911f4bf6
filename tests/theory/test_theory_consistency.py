"""Closed forms against each other, against brute force, and at their limits."""

import math

import numpy as np
import pytest

from evsim import theory
from evsim.theory.phase_type import phases_survival
from tests.support.statistics import proportion_agrees


def test_one_server_is_the_same_by_every_road():
    means = theory.mm1(0.7, 1)
    for other in (theory.mmc(0.7, 1, 1), theory.mg1(0.7, 1, 1), theory.gm1(0.7, 1, arrival_phases=1)):
        assert other.wait_mean == pytest.approx(means.wait_mean)
        assert other.in_system_mean == pytest.approx(means.in_system_mean)


@pytest.mark.parametrize("probability", [0, 0.2, 0.3, 0.31, 0.5, 0.95, 0.999])
def test_quantiles_of_one_server_are_the_same_by_every_road(probability):
    one = theory.mm1(0.7, 1)
    for other in (theory.mmc(0.7, 1, 1), theory.gm1(0.7, 1, arrival_phases=1)):
        assert other.wait_quantile(probability) == pytest.approx(one.wait_quantile(probability))
        assert other.sojourn_quantile(probability) == pytest.approx(one.sojourn_quantile(probability))


def test_a_very_large_capacity_is_no_limit():
    bounded, unlimited = theory.mmck(3.2, 1, 4, 400), theory.mmc(3.2, 1, 4)
    assert bounded.sojourn_mean == pytest.approx(unlimited.sojourn_mean)
    assert bounded.utilisation == pytest.approx(unlimited.utilisation)


def test_no_waiting_place_is_erlang_b_and_its_queue_is_empty():
    full = theory.mmck(50, 1, 50, 50)
    assert full.loss_probability == pytest.approx(theory.erlang_b(50, 50))
    assert full.wait_mean == 0


def test_every_station_obeys_littles_law():
    stations = [
        theory.mm1(7, 10),
        theory.mmc(32, 10, 4),
        theory.mm1k(12, 10, 10),
        theory.md1(8, 0.1),
        theory.gm1(8, 10),
    ]
    for station in stations:
        law = theory.littles_law(station.in_system_mean, station.throughput, station.sojourn_mean)
        assert law.gap < 1e-12
        law = theory.littles_law(station.queue_mean, station.throughput, station.wait_mean)
        assert law.gap < 1e-12


def test_littles_law_finds_the_third_of_any_two_and_sees_a_gap():
    for given in ({"throughput": 4, "sojourn_mean": 0.5}, {"in_system_mean": 2, "sojourn_mean": 0.5}):
        assert theory.littles_law(**given) == theory.littles_law(in_system_mean=2, throughput=4)
    assert theory.littles_law(2, 4, 0.45).gap == pytest.approx(0.1)
    assert theory.littles_law(0, 4, 0.45).gap == math.inf


def test_the_wait_of_md1_is_the_classic_sum_where_that_has_digits():
    def classic(rate, service, time):
        terms = range(int(time / service) + 1)
        left = [rate * (j * service - time) for j in terms]
        return (1 - rate * service) * sum(
            x**j / math.factorial(j) * math.exp(-x) for j, x in zip(terms, left, strict=True)
        )

    station = theory.md1(8, 0.1)
    for time in (0, 0.03, 0.1, 0.25, 0.5, 0.77):
        assert station.wait_cdf(time) == pytest.approx(classic(8, 0.1, time), rel=1e-9)


@pytest.mark.parametrize("load", [0.1, 0.5, 0.9, 0.97])
def test_the_wait_distribution_of_md1_has_the_mean_of_pollaczek_and_khinchine(load):
    station = theory.md1(load, 1)
    step = 0.02
    survival = [1 - station.wait_cdf(step * (n + 0.5)) for n in range(int(8 / (1 - load) / step))]
    assert step * sum(survival) == pytest.approx(station.wait_mean, rel=1e-3)
    assert all(now >= later - 1e-12 for now, later in zip(survival, survival[1:], strict=False))


def test_a_quantile_undoes_the_distribution():
    station = theory.md1(8, 0.1)
    for probability in (0.3, 0.9, 0.999):
        assert station.wait_cdf(station.wait_quantile(probability)) == pytest.approx(probability)
    assert station.wait_quantile(0.1) == 0
    assert station.sojourn_quantile(0.1) == 0.1
    assert station.wait_cdf(1e6) == 1


def test_phases_agree_with_partial_fractions_and_with_equal_rates():
    rates, time = [1.0, 2.0, 5.0], 1.7
    weights = [math.prod(b / (b - a) for b in rates if b != a) for a in rates]
    exact = sum(weight * math.exp(-a * time) for weight, a in zip(weights, rates, strict=True))
    assert phases_survival(rates, time) == pytest.approx(exact)
    assert phases_survival([1, 1 + 1e-13, 1], 2) == pytest.approx(5 * math.exp(-2))
    assert phases_survival([1e-3, 1e4], 2000) == pytest.approx(math.exp(-2) * 1e4 / (1e4 - 1e-3))


def test_a_tandem_is_a_jackson_network_without_branches():
    line = theory.tandem(5, [10, 8, 6])
    network = theory.jackson([5, 0, 0], [10, 8, 6], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    assert network.sojourn_mean == pytest.approx(line.sojourn_mean)
    assert network.in_system_mean == pytest.approx(line.in_system_mean)


def test_a_station_that_nobody_visits_is_empty():
    network = theory.jackson([5, 0], [10, 8], [[0, 0], [0, 0]])
    assert network.in_system_means == (pytest.approx(1), 0)
    assert network.visits == (1, 0)


def test_the_closed_loop_obeys_its_asymptotes():
    alone, crowd = theory.closed_loop(1, 10, 1), theory.closed_loop(200, 10, 1)
    assert alone.response_mean == pytest.approx(1)
    assert crowd.response_mean == pytest.approx(200 - 10)
    assert crowd.saturation_users == 11
    assert theory.closed_loop(5, 0, 2).throughput == 0.5
    assert theory.closed_loop(3, 10, 1, servers=3).response_mean == pytest.approx(1)


@pytest.mark.parametrize("users", [1, 2, 10, 2000])
def test_the_quantiles_of_the_closed_loop_add_up_to_its_mean(users):
    loop = theory.closed_loop(users, 10, 1)
    levels = (np.arange(100) + 0.5) / 100
    mean = np.mean([loop.response_quantile(level) for level in levels])
    assert mean == pytest.approx(loop.response_mean, rel=1e-2)


def test_quantiles_of_order_statistics_undo_their_distribution():
    middle = theory.kth_of_exponentials(5, 3, mean=2)
    for probability in (0.1, 0.5, 0.99):
        over = 1 - math.exp(-middle.quantile(probability) / 2)
        reached = sum(math.comb(5, k) * over**k * (1 - over) ** (5 - k) for k in (3, 4, 5))
        assert reached == pytest.approx(probability)
    assert theory.max_of_exponentials(5).quantile(0) == 0
    assert theory.kth_of_exponentials(2000, 1000).quantile(0.5) == pytest.approx(math.log(2), rel=1e-2)


def test_the_fork_join_approximation_is_exact_for_two():
    approximate = theory.fork_join_approximation(0.5, 1, 2)
    assert approximate.sojourn_mean == theory.fork_join_2(0.5, 1).sojourn_mean
    assert approximate.exact and not theory.fork_join_approximation(0.5, 1, 3).exact


def test_breakdowns_that_never_happen_change_nothing():
    plain = theory.mm1(5, 10)
    for server in (theory.breakdowns(5, 10, 0, 1), theory.breakdowns_when_busy(5, 10, 0, 1)):
        assert server.availability == 1
        assert server.sojourn_mean == pytest.approx(plain.sojourn_mean)


def test_longer_breaks_at_equal_availability_make_a_longer_queue():
    short, long = theory.breakdowns(5, 10, 0.1, 0.9), theory.breakdowns(5, 10, 0.01, 0.09)
    assert long.availability == pytest.approx(short.availability)
    assert long.in_system_mean > 2 * short.in_system_mean


def test_probabilities_at_their_ends():
    assert theory.any_of(0, 5) == 0 and theory.any_of(1, 5) == 1
    assert theory.redundant_availability(1, 3, needed=3) == 1 and theory.redundant_availability(0, 3) == 0
    assert theory.retry_geometric(1, 4).attempts_mean == 4
    assert theory.partition_load(5, 1).largest_mean == pytest.approx(5)
    assert theory.partition_load(3, 2).no_clash_probability == 0


def test_large_systems_stay_finite():
    assert theory.mminf(20_000, 1).in_system_quantile(0.5) == 20_000
    assert 0 < theory.mmck(2000, 1, 2000, 4000).loss_probability < 1
    assert theory.mmc(1900, 1, 2000).sojourn_quantile(0.5) == pytest.approx(math.log(2), rel=0.01)


def bucket_by_simulation(arrival_rate, rate, burst, arrivals=400_000):
    """The share refused, by the plain recursion of a token bucket."""
    luck = np.random.default_rng(burst)
    tokens, refused = float(burst), 0
    for gap in luck.exponential(1 / arrival_rate, arrivals):
        tokens = min(burst, tokens + gap * rate)
        if tokens >= 1:
            tokens -= 1
        else:
            refused += 1
    return refused


@pytest.mark.parametrize(("arrival_rate", "rate", "burst"), [(80, 100, 3), (120, 100, 8), (300, 100, 40)])
def test_a_token_bucket_refuses_what_its_recursion_refuses(arrival_rate, rate, burst):
    refused, arrivals = bucket_by_simulation(arrival_rate, rate, burst), 400_000
    share = theory.token_bucket(arrival_rate, rate, burst)
    assert proportion_agrees(refused, arrivals, share, notices=0.05, inflation=1.5)  # arrivals depend on each other


def test_a_token_bucket_of_one_is_erlangs_server_and_a_hopeless_one_lets_in_what_flows_in():
    assert theory.token_bucket(7, 10, 1) == pytest.approx(theory.erlang_b(1, 0.7))
    for load in (2, 20, 99, 101, 10_000):
        assert theory.token_bucket(load, 1, 500) == pytest.approx(1 - 1 / load, rel=1e-9)


def test_who_sheds_by_age_loses_nobody_with_much_patience_and_as_erlang_with_none():
    assert theory.shed_by_age(8, 10, 100) == pytest.approx(0, abs=1e-12)
    assert theory.shed_by_age(8, 10, 1e-12) == pytest.approx(theory.erlang_b(1, 0.8))
    assert theory.shed_by_age(10, 10, 0.5) == pytest.approx(theory.shed_by_age(10.000001, 10, 0.5), rel=1e-5)


@pytest.mark.parametrize(("sigma", "kappa"), [(0, 0), (0.1, 0), (0.02, 0.0005), (0, 0.01)])
def test_contention_settles_where_littles_law_holds_and_beyond_its_limit_nowhere(sigma, kappa):
    station = theory.contended(5, 0.5, sigma, kappa)
    together = theory.scalability(station.at_once, sigma, kappa) / 0.5
    assert together == pytest.approx(5), "what comes is what so many do together"
    assert theory.littles_law(station.at_once, 5, station.work_mean).gap < 1e-12
    most = theory.scalability_peak(sigma, kappa)
    limit = theory.scalability(most, sigma, kappa) if math.isfinite(most) else 1 / sigma if sigma else math.inf
    if math.isfinite(limit):
        assert math.isfinite(theory.contended(0.99 * limit / 0.5, 0.5, sigma, kappa).at_once)
        assert theory.contended(1.01 * limit / 0.5, 0.5, sigma, kappa).at_once == math.inf


@pytest.mark.parametrize(("sigma", "kappa"), [(0.5, 0), (1, 0.5), (1.5, 0), (1.2, 1)])
def test_who_is_alone_at_work_takes_no_longer_and_more_than_one_never_less(sigma, kappa):
    """Where each piece hinders the next one by more than itself, all beyond one grows without end."""
    for offered in (0.2, 1):
        station = theory.contended(offered / 0.5, 0.5, sigma, kappa)
        assert (station.at_once, station.work_mean) == pytest.approx((offered, 0.5))
    assert theory.contended(2 / 0.5, 0.5, sigma, kappa).at_once == math.inf


@pytest.mark.parametrize(("rate", "state"), [
    (50, "healthy"), (51, "metastable"), (99, "metastable"), (100, "overloaded"),
])  # fmt: skip
def test_a_storm_of_two_attempts_halves_what_is_safe(rate, state):
    storm = theory.retry_storm(rate, 100, 2)
    assert storm.state == state and storm.sustained == (storm.storm_rate > 100) == (state != "healthy")


@pytest.mark.parametrize("steps", range(1, 30))
def test_a_whole_number_of_steps_is_billed_as_it_is_however_it_was_added_up(steps):
    for step in (0.001, 0.1, 0.3):
        added = sum(step for _ in range(steps))
        assert theory.billed(added, memory=1, step=step) == pytest.approx(steps * step)
        assert theory.billed(added + step / 1000, memory=1, step=step) == pytest.approx((steps + 1) * step)
