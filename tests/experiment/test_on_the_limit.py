"""What many runs decide, exactly on its limit: made-up numbers in place of runs, one step on each side."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import evsim
from evsim.experiment.crash import _chosen
from evsim.experiment.distribution_fit import WORST, Candidate
from evsim.experiment.find import _above
from evsim.experiment.floor import PLENTY, Floor
from evsim.experiment.hunt import _short
from evsim.experiment.hysteresis import Hysteresis, Plateau
from evsim.experiment.replicate import _more, is_wide
from evsim.experiment.run_text import run_text
from evsim.experiment.screening import WIDEST, matter
from evsim.experiment.search import Search
from evsim.experiment.selection import FIRST, select
from evsim.experiment.sensitivity import _sides
from evsim.experiment.smaller_stories import smaller
from evsim.experiment.statistics import Difference, Estimate, runs_for_skew, runs_to_decide, skewness, t_quantile
from evsim.scenario import Scenario

JUST = 1e-9
DESK = Scenario.from_dict({
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"constant": 1}}},
    "services": {"desk": {"instances": 2, "workers": 3, "handle": [{"work": 0.5}, {"effect": "row"}]}},
    "run": {"duration": 9},
})  # fmt: skip


def between(low, high):
    return Estimate((low + high) / 2, low, high, 5, 1.0)


@pytest.mark.parametrize(("low", "high", "said"), [
    (JUST, 1, "more"), (0, 1, "no difference seen"), (-1, 0, "no difference seen"), (-1, -JUST, "less"),
    (0, 0, "no difference seen"), (math.nan, math.nan, "cannot tell"),
])  # fmt: skip
def test_an_interval_that_ends_at_zero_shows_no_difference(low, high, said):
    assert Difference(0.0, low, high, 5, 1.0).verdict == said


@pytest.mark.parametrize(("second", "above"), [(5, None), (5 + JUST, True), (5 - JUST, False)])
def test_of_two_designs_that_are_equal_in_each_run_none_is_above(second, above):
    assert _above([(5, second)] * 8, 0.05)[0] is above


@pytest.mark.parametrize(("high", "apart"), [(4, (1.0,)), (4 - JUST, (1.0,)), (4 + JUST, ())])
def test_a_way_back_is_another_one_if_the_intervals_do_not_meet(high, apart):
    """Those of the way up begin at 4.000000001."""
    plateaus = (
        Plateau(1.0, "up", between(4 + JUST, 6)),
        Plateau(2.0, "up", between(1, 2)),
        Plateau(1.0, "down", between(3, high)),
    )
    assert Hysteresis("desk", "people", 60.0, 5, plateaus).apart == apart


def test_ways_that_are_the_same_in_each_run_are_not_apart():
    same = [Plateau(load, way, between(5, 5)) for load, way in ((1.0, "up"), (2.0, "up"), (1.0, "down"))]
    assert Hysteresis("desk", "people", 60.0, 5, tuple(same)).apart == ()


@pytest.mark.parametrize(("mean", "half", "wide"), [
    (100, 2, False), (100, 2.001, True), (-100, 2, False), (0, 0, False), (0, JUST, True), (100, math.nan, True),
])  # fmt: skip
def test_a_precision_of_two_in_a_hundred_is_reached_at_two_in_a_hundred(mean, half, wide):
    assert is_wide(Estimate(mean, mean - half, mean + half, 5, 1.0), 0.02) is wide


def runs_of(count, half):
    """Runs of a figure of mean 100 with half an interval of so much."""
    low = half * math.sqrt(count) / t_quantile(0.975, count - 1) * math.sqrt((count - 1) / count)
    values = np.where(np.arange(count) % 2, 100 + low, 100 - low)
    return [{"summary": {"figure": each}} for each in values]


@pytest.mark.parametrize(("count", "half", "most", "more"), [
    (20, 1.99, 1000, 0),  # reached
    (20, 2.01, 1000, 2),  # a tenth, though one in a hundred would do
    (30, 2.2, 1000, 7),  # as many as the width asks for: 30 x 1.1^2 is 36.3
    (30, 9, 1000, 60),  # three times as many at most
    (30, 9, 90, 60), (30, 9, 89, 59), (30, 9, 30, 0),  # and no more than may be
])  # fmt: skip
def test_runs_are_added_by_the_width_at_least_a_tenth_and_at_most_up_to_what_may_be(count, half, most, more):
    assert _more(runs_of(count, half), {"figure": 0.02}, most) == more


@pytest.mark.parametrize(("zeros", "ones", "needed"), [(85, 15, None), (86, 15, None), (87, 15, 103)])
def test_a_skewed_figure_asks_for_more_runs_only_where_there_are_fewer(zeros, ones, needed):
    """25 skewness^2, rounded up, is as many as there are runs: 100, 101; and 103 of 102."""
    values = [0.0] * zeros + [1.0] * ones
    assert math.ceil(25 * skewness(values) ** 2) == (needed or len(values))
    assert runs_for_skew(values) == needed
    assert runs_for_skew([*values, math.nan, math.nan]) == needed, "a run that cannot tell is none"


def test_the_runs_that_would_decide_are_the_fewest_that_do():
    found = Estimate(1.0, 0.5, 1.5, 10, 0.7)
    runs = runs_to_decide(found, 0.8)
    assert [t_quantile(0.975, n - 1) * 0.7 / math.sqrt(n) < 0.2 for n in (runs - 1, runs)] == [False, True]


@pytest.mark.parametrize(("as_far", "fits"), [(WORST, True), (WORST - 0.01, False)])
def test_a_candidate_fits_whose_own_samples_are_as_far_off_in_one_of_twenty(as_far, fits):
    assert Candidate("exponential", None, 0.1, as_far).fits is fits


@pytest.mark.parametrize(("low", "said"), [(0.2, "another service has too few"), (0.2 + JUST, "no number of them")])
def test_with_workers_for_everybody_the_limit_itself_is_met(low, said):
    floor = Floor("response_p99", 0.2, between(low, 0.3), {"desk": between(0.1, 0.1)})
    assert said in str(floor) and f"{PLENTY:,}" in str(floor)


@pytest.mark.parametrize(("duration", "number"), [(9, 2), (9 + 3 * JUST, 3), (9 - 3 * JUST, 2), (12, 3)])
def test_the_crash_strikes_the_first_that_comes_when_a_third_of_the_arrivals_is_over(duration, number):
    """Customers 0, 1, 2 ... come after 1, 2, 3 s ..."""
    assert _chosen(DESK.replace({"run.duration": duration}).run(), None) == number


def test_as_many_inputs_are_worth_all_runs_as_a_picture_shows_the_first_of_equal_ones():
    base = [{"summary": {"figure": 1.0}}]
    tried = [(f"path{number:02}", [{"summary": {"figure": 2.0}}]) for number in range(WIDEST + 3)]
    assert matter({}, "figure", base, tried) == {f"path{number:02}" for number in range(WIDEST)}


def test_a_table_as_wide_as_there_is_room_is_not_turned():
    run = DESK.run()
    texts = {width: run_text("", run.summary(), run.services, run.channels, width=width) for width in (40, 400)}
    widest = max(map(len, texts[400].partition("Services\n")[2].partition("\n\n")[0].splitlines()))
    assert run_text("", run.summary(), run.services, run.channels, width=widest) == texts[400]
    assert run_text("", run.summary(), run.services, run.channels, width=widest - 1) == texts[40] != texts[400]


def test_a_hunt_leaves_out_a_fault_that_comes_as_the_last_customers_do():
    faults = [{"crash": "desk", "at": at, "for": 1} for at in (3 - JUST, 3, 4)]
    kept = _short(DESK.replace({"faults": faults}), "3s").to_dict()["faults"]
    assert [evsim.scenario.units.time(each["at"]) for each in kept] == [3 - JUST]


def story(fault, customer=5):
    return SimpleNamespace(fault=fault, results=DESK.run(), customer=customer, workload=None)


def milder(**fault):
    return [other for changes, other in smaller(DESK, story({"crash": "desk", **fault})) if not changes]


@pytest.mark.parametrize(("lasts", "halved"), [(0.02, [0.01]), (0.02 - JUST, []), (0.03, [0.015])])
def test_a_fault_of_a_smaller_story_lasts_ten_milliseconds_at_least(lasts, halved):
    assert [each["for"] for each in milder(at=0.0005, **{"for": lasts})] == halved


@pytest.mark.parametrize(("at", "sooner"), [(0.001, [0, 0.0005]), (0.001 - JUST, []), (4, [0, 2])])
def test_a_fault_of_a_smaller_story_comes_sooner_if_it_comes_later_than_a_millisecond(at, sooner):
    assert [each["at"] for each in milder(at=at, **{"for": 0.01})] == sooner


def test_the_largest_steps_to_a_smaller_story_come_first():
    """Of customer 5, who comes after 6 s of 9; its fault strikes at customer 7, and is gone in a story without it."""
    step = {"request": 7, "workload": "people", "service": "desk", "step": "work", "when": "before"}
    found = list(smaller(DESK, story({"crash": "desk", "at_step": step, "for": 0.01})))
    assert [other["at_step"]["request"] for changes, other in found if not changes] == [0, 3, 6]
    lengths = [changes["run.duration"] for changes, _ in smaller(DESK, story(None)) if changes]
    assert lengths == [6.001, 4.5, 6.75]
    shorter = DESK.replace({"run.duration": 6.667})
    assert 6.001 not in [changes["run.duration"] for changes, _ in smaller(shorter, story(None)) if changes]


@pytest.mark.parametrize(("second", "left"), [(5, [0, 1]), (5 + JUST, [0]), (5 - JUST, [1])])
def test_designs_that_never_differ_are_equal_and_the_least_difference_that_never_changes_decides(second, left):
    def observe(chosen, begin, end):
        return np.array([[(5, second)[each] for each in chosen]] * (end - begin))

    found, columns = select(observe, 2, 1.0, 0.05, 2 * FIRST)
    assert found == left and {len(each) for each in columns} == {2 * FIRST if len(left) == 2 else FIRST}


@pytest.mark.parametrize(("most", "looks"), [(8, [8]), (15, [8]), (16, [8, 16]), (31, [8, 16]), (32, [8, 16, 32])])
def test_a_value_is_looked_at_after_eight_sixteen_runs_and_so_on_as_far_as_there_may_be(most, looks):
    seen = []

    def judge(runs, error):
        seen.append(len(runs))
        return None, "open"

    search = Search([1, 2], lambda value: (lambda seed: seed, None), judge, DESK, 0.05, most, 1, 1, False)
    search.run()
    assert seen == looks and search.tried[2].runs == looks[-1]


@pytest.mark.parametrize(("path", "by", "values"), [
    ("services.desk.instances", 0.25, [1, 3]),
    ("services.desk.instances", 0.5, [1.0, 3.0]), ("workloads.people.arrivals.constant", 0.1, [0.9, 1.1]),
])  # fmt: skip
def test_a_count_of_instances_changes_by_one_at_least_and_a_rate_by_its_share(path, by, values):
    assert [value for _, value in _sides(DESK, path, DESK.value(path), by)] == pytest.approx(values)


@pytest.mark.parametrize(("workers", "full"), [(57, True), (58, False)])
def test_load_that_is_all_of_the_capacity_has_no_formula_whatever_floats_make_of_it(workers, full):
    """0.57/s of 100 s each keep 57 workers busy; their product is 56.99999999999999."""
    busy = DESK.replace({
        "workloads.people.arrivals": {"poisson": 0.57}, "services.desk.instances": 1, "services.desk.workers": workers,
        "services.desk.handle": [{"work": {"exponential": 100}}, {"effect": "row"}],
    })  # fmt: skip
    assert ("more work comes than its workers can do" in str(busy.run().theory())) is full
