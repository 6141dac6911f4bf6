"""How long to run: precision, the warm-up by MSER-5, and one long run in batches."""

import math

import numpy as np
import pytest

import evsim
from evsim.experiment.statistics import estimate
from evsim.experiment.warm_up import batch_means, mser
from evsim.scenario import units
from evsim.theory import mm1
from tests.support.nightly import nightly
from tests.support.statistics import proportion_agrees

QUEUE = {
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "8/s"}}},
    "services": {"desk": {"handle": [{"work": {"exponential": "50ms"}}]}},
    "run": {"duration": "60s"},
}


@pytest.fixture(scope="module")
def desk():
    return evsim.Scenario.from_dict(QUEUE)


@pytest.mark.parametrize(("batch", "cut", "mean"), [(1, 31, 0.4738931), (2, 42, 0.4586708), (5, 75, 0.4504778)])
def test_mser_cuts_where_the_published_vector_says(batch, cut, mean):
    """x(i) = 10 * 0.9^i + ((37 i) mod 11) / 11, i = 0..199, at most half of it; cross-checked with pymser 1.0.22."""
    i = np.arange(200)
    values = 10 * 0.9**i + ((37 * i) % 11) / 11
    assert mser(values, batch) == cut
    assert values[cut:].mean() == pytest.approx(mean, abs=5e-8)


@pytest.mark.slow
def test_a_queue_that_starts_full_has_a_warm_up(desk):
    """600 customers at once leave a line that 8 a second less than 20 work off in 50 s."""
    calm = evsim.warm_up(desk, n=4, jobs=1)
    assert calm.enough or calm.cut <= 30
    crowd = desk.to_dict() | {"run": {"duration": "200s", "warmup": "5s"}}
    crowd["workloads"] = crowd["workloads"] | {"crowd": {"target": "desk", "arrivals": {"burst": 600}}}
    found = evsim.warm_up(evsim.Scenario.from_dict(crowd), n=4, jobs=1)
    assert 40 < found.cut < 75 and not found.enough and "which is less" in found.finding
    assert found.finding in found.plot().alt_text and "The mean response after it" in str(found)


def slow_at_first(duration, lasts, warmup=0):
    """Somebody comes every 10 ms, is served at once, and takes 20 times as long while a slowdown lasts."""
    return evsim.Scenario.from_dict({
        "name": "slow",
        "workloads": {"people": {"target": "desk", "arrivals": {"constant": "100/s"}}},
        "services": {"desk": {"workers": 10, "handle": [{"work": {"uniform": ["1ms", "3ms"]}}]}},
        "faults": [{"slowdown": "desk", "factor": 20, "at": 0, "for": lasts}],
        "run": {"duration": duration, "warmup": warmup},
    })  # fmt: skip


@pytest.mark.parametrize(("duration", "lasts"), [(7, 1), (14, 3.85), (14, 7), (33.333333333, 12)])
def test_a_warm_up_as_long_as_the_cut_is_enough_and_a_nanosecond_less_is_not(duration, lasts):
    found = evsim.warm_up(slow_at_first(duration, lasts), n=1, jobs=1)
    said = found.finding.split("the first ")[1].split(" of ")[0]
    assert found.cut >= lasts and units.time(said) == found.cut
    on, below = (
        evsim.warm_up(slow_at_first(duration, lasts, warmup), n=1, jobs=1) for warmup in (said, found.cut - 1e-9)
    )
    assert (on.enough, below.enough) == (True, False) and on.cut == below.cut == found.cut


def test_the_cut_may_be_half_of_the_run_and_is_never_more():
    half, beyond = (evsim.warm_up(slow_at_first(14, lasts), n=1, jobs=1) for lasts in (7, 8))
    assert half.cut == 7 and beyond.cut <= 7
    assert all("the run is too short" in each.finding for each in (half, evsim.warm_up(slow_at_first(14, 6.65), n=1)))


def test_batches_may_have_as_few_as_ten_customers_and_no_fewer(desk):
    run = desk.replace({"workloads.people.arrivals": {"constant": "1/s"}, "run.duration": "101s"}).run()
    assert batch_means(run, batches=10).n == 10
    with pytest.raises(evsim.ScenarioError, match="would have 9 customers each, and 10 is the least"):
        batch_means(run, batches=11)


@pytest.mark.slow
def test_it_runs_on_until_the_precision_is_reached(desk):
    found = evsim.replicate(desk, n=10, precision={"response_mean": 0.05}, jobs=1)
    each = found.summary()["response_mean"]
    assert each.half_width <= 0.05 * each.mean and found.warnings == ()
    assert found.seeds == tuple(range(1, len(found.runs) + 1)) and len(found.runs) > 10
    shorter = [run["summary"]["response_mean"] for run in found.runs]
    assert not estimate(shorter[: int(len(shorter) / 3)]).half_width <= 0.05 * each.mean
    stopped = evsim.replicate(desk, n=5, precision={"response_mean": 0.001}, max_runs=8, jobs=1)
    assert len(stopped.runs) == 8 and "0.1 % of the mean was asked for" in stopped.warnings[0]


def waits(random, gap, work, count):
    """Waits of an M/M/1 from an empty start: how far the sum of work - gap is above its lowest value so far."""
    gaps, works = random.exponential(gap, count), random.exponential(work, count)
    steps = np.concatenate(([0.0], np.cumsum(works[:-1] - gaps[1:])))
    return steps - np.minimum.accumulate(np.minimum(steps, 0.0))


@pytest.mark.slow
def test_a_nominal_interval_over_runs_covers_in_92_to_98_of_100_experiments():
    """400 experiments of 20 runs each, 250 customers a run, of which the first 50 are not counted; the truth is 1 s."""
    random, covered = np.random.default_rng(5), 0
    for _ in range(400):
        found = estimate([waits(random, 2.0, 1.0, 250)[50:].mean() for _ in range(20)])
        covered += found.low <= 1.0 <= found.high
    assert 0.92 * 400 <= covered <= 0.98 * 400


@nightly
@pytest.mark.slow
def test_the_interval_of_replicated_runs_covers_in_92_to_98_of_100_experiments(desk):
    """400 experiments of 20 runs of the queue of this page: a nominal 95 % interval of the mean answer, 83 ms."""
    short, truth, covered = desk.replace({"run.duration": "40s", "run.warmup": "4s"}), mm1(8, 20).sojourn_mean, 0
    for experiment in range(400):
        found = evsim.replicate(short, n=20, seed=1 + 20 * experiment, jobs=1, progress=False)
        interval = found.summary()["response_mean"]
        covered += interval.low <= truth <= interval.high
    assert 0.92 * 400 <= covered <= 0.98 * 400


@pytest.mark.slow
def test_too_few_skewed_runs_cover_too_little():
    """M/M/1 at 0.9, mean wait of the first 25 from empty, 2.1238: a nominal 90 % interval of 5 runs covers 0.837."""
    random, experiments, covered = np.random.default_rng(7), 3000, 0
    for _ in range(experiments):
        means = [waits(random, 1.0, 0.9, 25).mean() for _ in range(5)]
        found = estimate(means, confidence=0.9)
        covered += found.low <= 2.1238 <= found.high
    assert proportion_agrees(covered, experiments, 0.837)


def test_batches_of_one_long_run_give_an_interval(desk):
    run = desk.replace({"run.duration": "400s", "run.warmup": "10s"}).run()
    found = batch_means(run)
    assert found.n == 20 and found.low < evsim.theory.mm1(8, 20).sojourn_mean < found.high
    values = run.tables.requests.response[run.tables.requests.cohort]
    assert found.mean == pytest.approx(values[len(values) % 20 :].mean())


def test_batches_that_know_of_each_other_are_refused(desk):
    busy = desk.replace({"workloads.people.arrivals.poisson": "19/s", "run.duration": "60s"}).run()
    with pytest.raises(evsim.ScenarioError, match="neighbours are correlated"):
        batch_means(busy, batches=50)


def test_bad_input_is_named(desk):
    run = desk.run()
    for call, words in (
        (lambda: batch_means(run, "wait"), "of: must be one of response"),
        (lambda: batch_means(run, batches=2), "5 or more"),
        (lambda: batch_means(run, batches=200), "10 is the least"),
        (lambda: mser([1, 2, 3]), "must be 10 or more"),
        (lambda: evsim.warm_up(desk, "wait"), "of: must be one of response"),
        (lambda: evsim.warm_up(desk.replace({"workloads.people.arrivals.poisson": "1/min"}), n=1), "too few to see"),
        (lambda: evsim.replicate(desk, precision={"response_mean": 5}), "precision.response_mean: must"),
        (lambda: evsim.replicate(desk, precision={"response_mean": "0%"}), "must be a share between 0 and 1, got '0%'"),
        (lambda: evsim.replicate(desk, precision={"response_mean": "soon"}), "must be a fraction such as 0.1 or 10%"),
        (
            lambda: evsim.replicate(desk, precision={"response": 0.1}),
            "is no figure of a run, .*; did you mean response",
        ),
        (lambda: evsim.replicate(desk, precision=0.1), "must be a mapping"),
    ):
        with pytest.raises(evsim.ScenarioError, match=words):
            call()
    assert math.isfinite(batch_means(run, batches=5).half_width)
