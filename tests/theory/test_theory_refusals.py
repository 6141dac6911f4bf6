"""Bad input gets one ValueError that names the argument, its value, the rule and the way out."""

import math

import pytest

from evsim import theory

UNSTABLE = [
    lambda: theory.mm1(arrival_rate=10, service_rate=10),
    lambda: theory.mmc(arrival_rate=90, service_rate=20, servers=4),
    lambda: theory.mg1(arrival_rate=8, service_mean=0.2, service_cv=0),
    lambda: theory.md1(arrival_rate=8, service_time=0.125),
    lambda: theory.gm1(arrival_rate=2, service_rate=1),
    lambda: theory.gg1(arrival_rate=2, service_mean=1, arrival_cv=1, service_cv=1),
    lambda: theory.tandem(arrival_rate=7, service_rates=[10, 8, 6]),
    lambda: theory.jackson([8], [10], [[0.5]]),
    lambda: theory.fork_join_2(arrival_rate=1, service_rate=1),
    lambda: theory.fork_join_approximation(arrival_rate=1, service_rate=1, branches=3),
    lambda: theory.breakdowns(arrival_rate=9.5, service_rate=10, failure_rate=0.1, repair_rate=0.9),
    lambda: theory.breakdowns_when_busy(arrival_rate=9.5, service_rate=10, failure_rate=1, repair_rate=9),
    lambda: theory.catch_up(arrival_rate=150, service_rate=150, outage=60),
    lambda: theory.overload(arrival_rate=12, service_rate=10, duration=1, arrival_rate_after=10),
    lambda: theory.shared_processor(arrival_rate=10, service_mean=0.1),
    lambda: theory.prioritised(arrival_rates=[0.5, 0.6], service_rate=1),
    lambda: theory.batch_arrivals(batch_rate=2, service_rate=10, batch_mean=5),
    lambda: theory.cold_starts(arrival_rate=2, service_mean=0.5, start_mean=3),
    lambda: theory.sleeping_reader(arrival_rate=10, service_mean=0.1, sleep=1),
]


@pytest.mark.parametrize("ask", UNSTABLE)
def test_an_unstable_system_is_refused_with_rate_capacity_and_way_out(ask):
    with pytest.raises(ValueError, match=r"arrival_rate\w*=\S+ against a capacity of .* below 1 .*: lower"):
        ask()


REFUSED = [
    (lambda: theory.token_bucket(1, 0, 5), "rate=0 must be above 0"),
    (lambda: theory.token_bucket(1, 2, 0.5), "burst=0.5 must be a whole number"),
    (lambda: theory.shed_by_age(1, 2, 0), "age=0 must be above 0"),
    (lambda: theory.scalability(0, 0.1, 0.1), "number=0 must be above 0"),
    (lambda: theory.scalability_peak(-1, 0.1), "sigma=-1 must be 0 or more"),
    (lambda: theory.contended(40, 1, -0.1), "sigma=-0.1 must be 0 or more"),
    (lambda: theory.retry_storm(50, 100, 0), "attempts=0 must be 1 or more"),
    (lambda: theory.retry_storm(0, 100, 2), "arrival_rate=0 must be above 0"),
    (lambda: theory.mm1(-1, 10), "arrival_rate=-1 must be above 0"),
    (lambda: theory.mm1(0, 10), "arrival_rate=0 must be above 0"),
    (lambda: theory.mm1(1, math.inf), "service_rate=inf must be a finite number"),
    (lambda: theory.mm1(math.nan, 1), "arrival_rate=nan must be a finite number"),
    (lambda: theory.mm1("50/s", 60), "arrival_rate='50/s' must be a finite number above 0"),
    (lambda: theory.mm1(True, 2), "arrival_rate=True must be a finite number"),
    (lambda: theory.mm1(1, 2, discipline="sjf"), "discipline='sjf' must be one of fifo, lifo"),
    (lambda: theory.mm1(1, 2, discipline="lifo").wait_quantile(0.9), "discipline='lifo' has no quantile"),
    (lambda: theory.mm1(1, 2).sojourn_quantile(1), "probability=1 must be from 0 up to"),
    (lambda: theory.mm1(1, 2).wait_quantile(99), "probability=99 must be from 0 up to.*p99 is 0.99"),
    (lambda: theory.mm1(1, 2).in_system_probability(-1), "number=-1 must be 0 or more"),
    (lambda: theory.mmc(1, 2, 0), "servers=0 must be 1 or more"),
    (lambda: theory.mmc(1, 2, 2.5), "servers=2.5 must be a whole number"),
    (lambda: theory.erlang_b(5, -1), "offered_load=-1 must be above 0"),
    (lambda: theory.erlang_c(5, 5), "offered_load=5 must be below servers=5"),
    (lambda: theory.mmck(1, 1, servers=3, capacity=2), "capacity=2 must be at least servers=3"),
    (lambda: theory.mg1(1, 0.5, math.inf), "service_cv=inf must be a finite number"),
    (lambda: theory.mg1(1, 0.5, -1), "service_cv=-1 must be 0 or more"),
    (lambda: theory.md1(1, 0.5).wait_cdf(-1), "time=-1 must be 0 or more"),
    (lambda: theory.gm1(1, 2, arrival_phases=0), "arrival_phases=0 must be 1 or more"),
    (lambda: theory.mminf(1, 0), "service_mean=0 must be above 0"),
    (lambda: theory.tandem(1, []), r"service_rates=\[\] must name a station"),
    (lambda: theory.jackson([1], [2, 3], [[0, 1], [0, 0]]), r"arrival_rates=\[1\] must have an entry"),
    (lambda: theory.jackson([1, 0], [2, 3], [[0, 1], [1, 0]]), "routing=.* must let customers leave"),
    (lambda: theory.jackson([1, 0], [2, 3], [[0, 1], [0, 0]], 3), "servers=3 must be a list of numbers"),
    (lambda: theory.jackson([1, 0], [2, 3], [1, 2]), "routing=1 must be a list of numbers"),
    (lambda: theory.jackson([1, 0], [2, 3], [[0.6, 0.6], [0, 0]]), r"routing row \[0.6, 0.6\] must have"),
    (lambda: theory.jackson([1, 0], [2, 3], [[-0.5, 1], [0, 0]]), "routing=-0.5 must be from 0 to 1"),
    (lambda: theory.jackson([0, 0], [2, 3], [[0, 1], [0, 0]]), "arrival_rates=.* must not all be 0"),
    (lambda: theory.closed_loop(0, 10, 1), "users=0 must be 1 or more"),
    (lambda: theory.closed_loop(3, 10, 1, servers=2).response_quantile(0.5), "servers=2 has no quantile"),
    (lambda: theory.kth_of_exponentials(3, 4), "needed=4 must be at most count=3"),
    (lambda: theory.any_of(63, 100), "probability=63 must be from 0 to 1: divide a percentage by 100"),
    (lambda: theory.fork_join_approximation(0.5, 1, 1), "branches=1 must be 2 or more"),
    (lambda: theory.availability(0, 1), "mtbf=0 must be above 0"),
    (lambda: theory.series_availability([]), r"availabilities=\[\] must name a part"),
    (lambda: theory.series_availability([0.9, 99.9]), "availabilities=99.9 must be from 0 to 1"),
    (lambda: theory.redundant_availability(0.9, 2, needed=3), "needed=3 must be at most copies=2"),
    (lambda: theory.retry_geometric(0.1, 0), "attempts=0 must be 1 or more"),
    (lambda: theory.backoff_total(0.1, 3, jitter="some"), "jitter='some' must be one of none, full, equal"),
    (lambda: theory.backoff_total(0.1, 3, cap=0), "cap=0 must be above 0"),
    (lambda: theory.overload(5, 10, 1, 1), "arrival_rate=5 must be above service_rate=10"),
    (lambda: theory.bottleneck(5, []), r"capacities=\[\] must name at least one stage"),
    (lambda: theory.group_throughput(0, 1, 1), "partitions=0 must be 1 or more"),
    (lambda: theory.supermarket_sojourn(1), "utilisation=1 against a capacity of 1/s makes"),
    (lambda: theory.supermarket_tail(0.5, -1), "requests=-1 must be 0 or more"),
    (lambda: theory.zipf_share(5, top=6), "top=6 must be at most keys=5"),
    (lambda: theory.batch_arrivals(1, 10, 0.5), "batch_mean=0.5 must be 1 or more"),
    (lambda: theory.lingering(100, 0.05, most=0), "most=0 must be 1 or more"),
    (lambda: theory.prioritised("ab", 1), "arrival_rates='ab' must be a list"),
    (lambda: theory.hedged(1, 1).response_quantile(99), "probability=99 must be from 0 up to"),
    (lambda: theory.saga_chance(0, 0.5), "steps=0 must be 1 or more"),
    (lambda: theory.pipeline_time(3, []), r"stage_times=\[\] must name at least one stage"),
    (lambda: theory.blocking_stages(1, 0), "stages=1 must be 2 or more"),
    (lambda: theory.blocking_stages(8, 9), "stages=8 with buffer=9 have too many states: take fewer"),
    (lambda: theory.throughput_under_loss(1460, 0.1, 2), "loss=2 must be from 0 to 1"),
    (lambda: theory.calls_to_open(0, 5), "failure_probability=0 must be above 0"),
    (lambda: theory.downtime(99.9), "availability=99.9 must be from 0 to 1"),
    (lambda: theory.littles_law(in_system_mean=3), "give two of in_system_mean, throughput, sojourn_mean"),
    (lambda: theory.littles_law(in_system_mean=3, throughput=0), "throughput=0 must be above 0"),
]


@pytest.mark.parametrize(("ask", "message"), REFUSED)
def test_bad_input_is_refused_by_name_and_value(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()
