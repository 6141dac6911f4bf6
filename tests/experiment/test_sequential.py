"""Looks at the runs before the last one: what they stop at, and how often that is wrong."""

import numpy as np
import pytest

import evsim
from evsim.experiment.compare import Comparison, compare, pair_of
from evsim.experiment.judging import MEETS, MISSES, judge_runs
from evsim.experiment.replicate import Replications
from evsim.experiment.sequential import EARLY, looks, settled, until_decided
from evsim.experiment.statistics import estimate

DESK = {
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "20/s"}}},
    "services": {"desk": {"handle": [{"work": {"exponential": "20ms"}}]}},
    "run": {"duration": "10s"},
}


def desk(**objectives):
    return evsim.Scenario.from_dict(DESK | {"objectives": objectives})


def test_the_last_look_is_at_all_runs():
    assert [looks(n) for n in (1, 9, 10, 11, 40, 1000)] == [
        [1], [9], [10], [10, 11], [10, 20, 40], [10, 20, 40, 80, 160, 320, 640, 1000],
    ]  # fmt: skip


def stopped(design, values, n):
    """(how many runs were made, the verdict) where the runs show these values of the mean."""
    for look in looks(n):
        runs = [{"seed": seed, "summary": {"response_mean": each}} for seed, each in enumerate(values[:look])]
        done = Replications(design, runs)
        if settled(Comparison({"desk": done}, {}), EARLY / max(1, len(looks(n)) - 1)):
            break
    (judged,) = evsim.experiment.judging.judge(design.objectives, {"response_mean": estimate(values[:look])})
    return look, judged.verdict


@pytest.mark.parametrize("n", [20, 160])
def test_a_verdict_is_wrong_in_5_of_100_cases_at_most(n):
    """The true mean is the limit, so that each verdict is wrong: one of the two, had the mean been a hair off."""
    design, rng, trials = desk(response_mean="1s"), np.random.default_rng(5), 600
    found = [stopped(design, rng.normal(1, 0.1, n).tolist(), n) for _ in range(trials)]
    for verdict in (MEETS, MISSES):
        wrong = sum(each == verdict for _, each in found) / trials
        assert 0.005 < wrong < 0.05, "it is 3.5 % at most, and 2.5 % of the last look alone"
    assert sum(look < n for look, _ in found) / trials < EARLY + 4 * (EARLY * (1 - EARLY) / trials) ** 0.5


def test_a_verdict_about_few_failures_is_wrong_in_6_of_100_cases_at_most():
    """The true share is the limit; 9.2 failures are expected, of which the last look takes four for few enough."""
    rng, trials, n, requests = np.random.default_rng(6), 600, 40, 500
    limit, met = 9.2 / (n * requests), 0
    design = desk(availability=1 - limit)
    for _ in range(trials):
        failed = rng.binomial(requests, limit, n)
        runs = [{"seed": 1, "summary": {"availability": 1 - each / requests, "requests": requests}} for each in failed]
        looked = (Replications(design, runs[:look]) for look in looks(n)[:-1])
        early = next((its for its in looked if settled(Comparison({"desk": its}, {}), EARLY / 2)), None)
        met += judge_runs(design.objectives, early.runs if early else runs)[0].verdict == MEETS
    assert met / trials < 0.06 + 3.5 * (0.06 * 0.94 / trials) ** 0.5


@pytest.mark.slow
def test_what_is_clear_takes_ten_runs_and_what_is_not_takes_all():
    clear, close = desk(response_mean="1s"), desk(response_mean="33ms", availability="90%")
    for design, count in ((clear, 10), (close, 12)):
        done = until_decided((design,), ["it"], tuple(range(1, 13)), jobs=1, progress=False)
        assert len(done.designs["it"].runs) == count
        whole = evsim.replicate(design, n=count, jobs=1, progress=False)
        assert repr(done.summary()["it"]) == repr(whole.summary())


def test_a_percentile_that_no_run_can_carry_keeps_nobody_waiting_and_without_a_promise_nothing_is_decided():
    short = desk(**{"response_p99.9": "1s"}).replace({"run.duration": "1s"})
    for design, count in ((short, 10), (desk(), 11)):
        done = until_decided((design,), ["it"], tuple(range(1, 12)), jobs=1, progress=False)
        assert len(done.designs["it"].runs) == count


def test_runs_that_were_made_are_not_made_again(monkeypatch):
    designs = desk(response_mean="1s"), desk(response_mean="1s").replace({"services.desk.workers": 2})
    seeds = tuple(range(1, 31))
    made = [pair_of(designs, seed) for seed in seeds[:2]]
    ran = []
    monkeypatch.setattr(
        "evsim.experiment.sequential.pair_of", lambda designs, seed: ran.append(seed) or pair_of(designs, seed)
    )
    done = until_decided(designs, ["one", "two"], seeds, made, jobs=1, progress=False)
    assert ran == list(range(3, 11))
    whole = compare(*designs, n=10, labels=["one", "two"], jobs=1, progress=False)
    assert repr(done.summary()) == repr(whole.summary()) and repr(done.customers) == repr(whole.customers)
