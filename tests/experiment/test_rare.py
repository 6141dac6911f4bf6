"""What was seen seldom, or never: a verdict about it is wrong in 5 of 100 cases at most, and says what would prove."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

import evsim
from evsim.experiment.judging import MEETS, MISSES, NOT_DECIDED, judge, judge_runs, unproved
from evsim.experiment.rare import ENOUGH, Failures
from evsim.experiment.statistics import estimate
from evsim.figures import RUN, figures
from evsim.lesson import board
from evsim.lesson.board import Standing
from evsim.lesson.challenge import AS_GIVEN

find = import_module("evsim.experiment.find")  # the package has a function of that name
TRIALS, EACH = 1000, 500  # experiments, requests of a run
BEYOND = 0.05 + 3.5 * (0.05 * 0.95 / TRIALS) ** 0.5


def runs_of(draw, n, share):
    """So many runs, in which that share of some 500 requests fails."""
    requests = draw.poisson(EACH, n)
    failed = draw.binomial(requests, share)
    return [
        {"summary": {"availability": float(1 - bad / all_), "requests": int(all_)}}
        for bad, all_ in zip(failed, requests, strict=True)
    ]


@pytest.mark.parametrize("n", [2, 8, 30])
@pytest.mark.parametrize("expected", [0.1, 1, 3.05, 4.9, 8, 24])
def test_a_share_a_hair_beyond_its_limit_meets_it_in_5_of_100_experiments_at_most(n, expected):
    """So many failures are expected of all requests. Of 1 the interval alone was wrong in 37 of 100, of 3.05 in 19."""
    draw, limit = np.random.default_rng([n, int(10 * expected)]), expected / (n * EACH)
    found = [judge_runs({"availability": 1 - limit}, runs_of(draw, n, limit * 1.001))[0].verdict for _ in range(TRIALS)]
    assert found.count(MEETS) / TRIALS < BEYOND


@pytest.mark.parametrize("expected", [0.1, 1, 5])
def test_a_share_a_hair_within_its_limit_misses_it_in_5_of_100_experiments_at_most(expected):
    """Also where hardly any request does not fail."""
    draw, limit = np.random.default_rng(int(10 * expected)), expected / (2 * EACH)
    for share in (limit, 1 - limit):
        found = [judge_runs({"availability": 1 - share}, runs_of(draw, 2, share))[0].verdict for _ in range(TRIALS)]
        assert found.count(MISSES) / TRIALS < BEYOND


def test_a_search_shares_its_error_among_its_looks_there_too():
    """Of 5 failures that are expected none is seen in 1 of 150 cases, which is too often for a search."""
    draw, limit, error = np.random.default_rng(7), 5 / (8 * EACH), 0.001
    found = [find._meets({"availability": 1 - limit}, runs_of(draw, 8, limit), error)[0] for _ in range(TRIALS)]
    assert found.count(True) / TRIALS < error + 3.5 * (error / TRIALS) ** 0.5
    assert find._meets({"availability": 1 - 2 * limit}, runs_of(draw, 8, 0), error)[0] is True


def test_a_mean_count_a_hair_beyond_its_limit_meets_it_in_5_of_100_experiments_at_most():
    draw, limit = np.random.default_rng(3), 0.1
    for n in (8, 29, 30):
        counts = draw.poisson(limit * 1.001, (TRIALS, n))
        found = [judge({"errors": limit}, {"errors": estimate(each)})[0].verdict for each in counts if not each.any()]
        assert found.count(MEETS) / TRIALS < BEYOND


@pytest.mark.slow
def test_a_shop_of_which_no_request_failed_does_not_meet_what_so_few_do_not_prove():
    shop = evsim.Scenario.from_dict({
        "name": "shop",
        "workloads": {"customers": {"target": "shop", "arrivals": {"poisson": "5/s"}}},
        "services": {"shop": {"workers": 4, "handle": [{"work": {"exponential": "10ms"}}, {"fail": "0.1%"}]}},
        "objectives": {"availability": "99.99%"},
        "run": {"duration": "20s"},
    })  # fmt: skip
    runs = evsim.replicate(shop, n=8, jobs=1, progress=False)
    assert runs.summary()["availability"].low == 1, "no request failed"
    (few,) = judge(shop.objectives, runs.summary())
    assert (few.verdict, judge_runs(shop.objectives, runs.runs)) == (NOT_DECIDED, [few])
    told = evsim.compare(shop, shop.replace({"name": "other"}), n=8, jobs=1, progress=False)
    for text in (str(told), told._repr_html_()):
        assert "NOT DECIDED: 100 % (about" in text and f"shop and other: {few.too_few.words}" in text
    swept = evsim.sweep(shop, {"services.shop.workers": [3, 4]}, n=8, jobs=1, progress=False)
    for text in (str(swept), swept._repr_html_()):
        assert f"services.shop.workers = 3 and services.shop.workers = 4: {few.too_few.words}" in text
    verdicts = {"nothing broken": {AS_GIVEN: [few], "mine": [few]}}
    mine = Standing(1, "mine", "not decided", 4, 0, 1, "")
    stands = board.Board(SimpleNamespace(name="shop", about="", goal="", troubles=verdicts), [mine], verdicts, 8)
    assert f"as given (nothing broken) and mine (nothing broken): {few.too_few.words}" in repr(stands)
    assert f"as given and mine: {few.too_few.words}" in stands.to_html()
    found = evsim.find(shop, "services.shop.workers", (1, 2), max_runs=8, jobs=1, progress=False)
    assert found.value is None and "With 2: None of" in found.answer and "NOT DECIDED" in str(found)


def judged(limit, requests, failed=0, n=4):
    """The one judgement of n runs with so many requests together."""
    share = 1 - failed / requests
    summary = {"availability": estimate([share] * n), "requests": estimate([requests / n] * n)}
    (found,) = judge({"availability": limit}, summary)
    return found


@pytest.mark.parametrize("limit", [0.9, 0.99, 0.999, 0.9999])
def test_none_of_some_requests_proves_what_they_would_show_in_95_of_100_cases(limit):
    enough = int(np.ceil(np.log(0.05) / np.log(limit)))
    assert [judged(limit, requests).verdict for requests in (enough - 1, enough)] == [NOT_DECIDED, MEETS]
    few = judged(limit, 8)
    assert judged(limit, few.runs_to_decide * 2, n=few.runs_to_decide).verdict == MEETS


def test_what_too_few_requests_do_not_prove_is_not_decided_and_says_what_would():
    few = judged(0.9999, 320)
    assert few.verdict == NOT_DECIDED and few.runs_to_decide == 375
    assert unproved({"": [few]}) == [
        "None of 320 requests failed, so at most 0.938 % of such requests fail (95 %), if each fails by itself; "
        "availability at least 99.99 % was asked, which takes some 30,000 without a failure to prove."
    ]
    assert "of 1 request failed, so at most 100 %" in judged(0.9, 1).too_few.words
    one, two = unproved({"a": [few], "b": [judged(0.9, 8)], "c": [few, judged(0.99, 320)]})
    assert one.startswith("a and c: None of 320") and two.startswith("b: None of 8")


def test_of_many_some_are_named_and_the_others_counted():
    few = judged(0.9999, 320)
    (one,) = unproved({str(number): [few] for number in range(9)}, "point")
    assert one.startswith("0, 1, 2 and 6 more points: None of 320")
    many = unproved({str(number): [judged(0.9999, number)] for number in range(100, 107)})
    assert len(many) == 6 and many[-1] == "Too few were seen in 2 more designs, too."


def test_of_a_few_failures_it_says_how_many_requests_would_tell():
    few = judged(0.999, 4000, failed=2)
    assert few.verdict == NOT_DECIDED
    assert few.too_few.words.startswith("Only 2 of 4,000 requests failed, so at most 0.157 % of such requests fail")
    needed = few.runs_to_decide * 1000
    assert judged(0.999, needed, failed=round(needed / 2000), n=few.runs_to_decide).verdict == MEETS
    assert judged(0.999, 4000 * ENOUGH // 2, failed=ENOUGH).verdict == MEETS, "the interval over the runs says so"
    bad = judged(0.999, 1000, failed=2)
    assert bad.verdict == NOT_DECIDED and bad.runs_to_decide > 4
    assert bad.too_few.words.startswith("2 of 1,000 requests failed, which may be luck")
    assert judged(0.999, 1000, failed=8).verdict == MISSES


@pytest.mark.parametrize(
    ("metric", "trials", "each"), [("cold_starts", "invocations", "cold"), ("too_late_share", "events", "too late")]
)
def test_a_share_of_other_things_than_requests_has_the_same_bound(metric, trials, each):
    def found(share, n):
        (its,) = judge({metric: 0.01}, {metric: estimate([share] * 4), trials: estimate([n / 4] * 4)})
        return its

    assert [found(0.0, n).verdict for n in (298, 299)] == [NOT_DECIDED, MEETS]
    few = found(0.0, 40).too_few.words
    assert few.startswith(
        f"None of 40 {trials} was {each}, so at most 7.5 % of such {trials} are {each} (95 %), if each"
    )
    assert few.endswith(f"which takes some 300 of which none is {each} to prove.")
    assert found(0.05, 40).too_few.words.startswith(f"2 of 40 {trials} were {each}, which may be luck")


def test_each_share_of_a_run_is_of_something_that_is_counted():
    """But for what is a share of time."""
    names = {each.name for each in figures(RUN)}
    shares = [each for each in figures(RUN) if each.unit == "share" and each.better and each.name != "wasted_work"]
    assert shares and all(each.trials in names and each.trials.endswith("s") for each in shares)


def test_what_no_number_proves_is_judged_by_what_was_seen_and_says_so():
    never = judged(1.0, 10**6)
    assert never.verdict == MEETS and never.too_few.words.endswith("which no number of requests proves.")
    assert judged(1.0, 10**6, failed=1).verdict == MISSES
    (none,) = judge({"errors": 0}, {"errors": estimate([0, 0])})
    assert (none.verdict, none.too_few) == (MEETS, None)


def test_one_run_is_told_as_it_was():
    (found,) = judge({"availability": 0.9999}, {"availability": 1.0, "requests": 100})
    assert found.verdict == MEETS and "takes some 30,000" in found.too_few.words
    (found,) = judge({"availability": 0.999}, {"availability": 0.998, "requests": 1000})
    assert (found.verdict, found.too_few) == (MISSES, None)


def test_a_count_of_none_in_few_runs_is_no_mean_below_a_small_limit():
    (found,) = judge({"errors": 0.1}, {"errors": estimate([0] * 8)})
    assert (found.verdict, found.runs_to_decide) == (NOT_DECIDED, 30)
    assert found.too_few.words == (
        "Errors: 0 in 8 runs; errors at most 0.1 was asked, which takes some 30 runs without any to prove."
    )
    assert judge({"errors": 0.1}, {"errors": estimate([0] * 30)})[0].verdict == MEETS


def test_failures_that_come_together_are_left_to_the_interval_over_the_runs():
    """One of four runs has lost all."""
    summary = {"availability": estimate([1, 1, 1, 0]), "requests": estimate([1000] * 4)}
    (found,) = judge({"availability": 0.7}, summary)
    assert (found.verdict, found.too_few) == (NOT_DECIDED, None)


def test_the_bound_is_that_of_clopper_and_pearson():
    """The upper ends of their 90 % intervals of 1 in 10 and of 2 in 20."""
    assert Failures(1, 10).bound(0.05) == pytest.approx(0.3942, abs=5e-5)
    assert Failures(2, 20).bound(0.05) == pytest.approx(0.2826, abs=5e-5)
    assert Failures(9, 10).proves_at_least(1 - 0.3942, 0.0501) and not Failures(9, 10).proves_at_least(
        1 - 0.3942, 0.0499
    )
    assert Failures.of(1e-9, 100) == Failures(1, 100) and Failures.of(1 - 1e-9, 100) == Failures(99, 100)
