"""What a report does exactly on a limit: with eight runs, with two equal stretches, with all runs made."""

import math
from functools import partial
from importlib import import_module

import pytest

import evsim
from evsim.experiment.statistics import Estimate, estimate
from evsim.reporting.answer import answer
from evsim.reporting.breaking import Broken
from evsim.reporting.busiest import _later, busiest
from evsim.reporting.effort import FEWER, Effort
from evsim.reporting.excerpts import CUSTOMERS, excerpts
from evsim.reporting.report_page import NO_COUNTS, SHOWN, Report
from tests.reporting.test_effort import DESK, EFFORT

DAY = evsim.Scenario.from_dict(
    DESK | {"run": {"duration": 400}, "workloads": {"people": {"target": "desk", "arrivals": {"constant": 20}}}}
)


@pytest.fixture
def desk(monkeypatch):
    """A design whose reports have verdicts alone; what the other parts were asked for: part -> settings."""
    asked = {}

    def part(name, *_, **settings):
        asked.setdefault(name, settings)

    for name in ("breaks", "sensitivity", "against_load", "holds_up_to"):
        monkeypatch.setattr(import_module("evsim.reporting.report"), name, partial(part, name))
    return partial(
        evsim.report, evsim.Scenario.from_dict(DESK | {"run": {"duration": "500ms"}}), jobs=1, progress=False
    ), asked


@pytest.mark.parametrize(("n", "few", "max_runs"), [(7, 7, None), (8, 8, 8), (15, 8, 8), (16, 8, 16)])
def test_the_highest_load_is_searched_for_with_eight_runs_or_more_in_whole_eights(desk, n, few, max_runs):
    make, asked = desk
    make(n=n)
    assert (asked["sensitivity"]["n"], asked["against_load"]["n"]) == (few, few)
    assert asked.get("holds_up_to", {}).get("max_runs") == max_runs


@pytest.mark.parametrize(("n", "made"), [(10, 10), (11, 10), (40, 10)])
def test_only_where_fewer_runs_decide_than_might_have_been_made_the_page_says_so(desk, n, made):
    """The objective of this design is met by far: after ten runs."""
    make, _ = desk
    found = make(n=n)
    said = " ".join(found._checks())
    assert f": {made} of each design" in said and (f"Up to {n} were to decide" in said) == (n > made)


@pytest.mark.parametrize("budget", [EFFORT.seconds(n, 2) for n in (3, 8, 9, 20)])
def test_a_budget_that_is_just_enough_is(budget):
    (runs,) = (n for n in range(2, 21) if EFFORT.seconds(n, 2) == budget)
    assert (EFFORT.within(budget, 20, 2), EFFORT.within(math.nextafter(budget, 0), 20, 2)) == (runs, max(2, runs - 1))


def test_searches_are_counted_from_eight_runs_on():
    alone = Effort(whole=1.0, short=1.0, designs=1, faults=0, loads=0, searches=1, sides=0)
    assert [alone.shorter(n) for n in (FEWER - 1, FEWER)] == [7, 8 + 90]


@pytest.mark.parametrize(("customers", "cut"), [(2 * CUSTOMERS, False), (2 * CUSTOMERS + 1, True)])
def test_runs_of_more_than_twice_as_many_customers_as_are_enough_are_cut(customers, cut):
    shorter, said = excerpts({"day": DAY}, customers)
    assert (shorter["day"].run_settings.duration == 200, bool(said)) == (cut, cut)


@pytest.mark.parametrize("at", [199, 200])
def test_a_fault_as_the_shorter_run_ends_is_left_out_and_said(at):
    """Of 4,000.08 customers those of the first 200 s are kept."""
    faulty = DAY.replace({"faults": [{"outage": "desk", "at": at, "for": 1}]})
    shorter, said = excerpts({"day": faulty}, 2 * CUSTOMERS + 0.08)
    assert len(shorter["day"].faults) == (at < 200) and ("What goes wrong after 200s" in said) == (at >= 200)


def profile(*points):
    return DAY.replace({"workloads.people.arrivals": {"profile": {"points": points, "gaps": "constant"}}})


def test_of_equally_busy_stretches_the_first_is_taken():
    whole = profile([0, 20], [100, 20], [100, 60], [140, 60], [140, 20], [300, 20], [300, 60], [340, 60], [340, 20])
    moved, (said,) = busiest({"day": whole}, {"day": whole.replace({"run.duration": 40})})
    assert "the busiest 40s, from 100s on: 3 times" in said
    assert moved["day"].workloads["people"].arrivals.rates == ((0, 60), (40, 60), (40, 20), (200, 20), (200, 60),
                                                               (240, 60), (240, 20))  # fmt: skip


@pytest.mark.parametrize(("rate", "moves"), [(102, False), (102.1, True)])
def test_a_stretch_with_two_in_a_hundred_more_customers_is_as_good_as_the_first(rate, moves):
    whole = profile([0, 100], [100, 100], [100, rate])
    short = whole.replace({"run.duration": 40})
    moved, said = busiest({"day": whole}, {"day": short})
    assert (moved["day"] != short, bool(said)) == (moves, moves)


def test_the_busiest_stretch_ends_with_the_run_at_the_latest():
    """Where it begins is said in four digits: 12,340 s of 12,345 s would leave 5 s of the 10 s that are taken."""
    whole = profile([0, 10], [12345, 50]).replace({"run.duration": 12345})
    moved, (said,) = busiest({"day": whole}, {"day": whole.replace({"run.duration": 10})})
    assert "from 12335s on" in said
    assert moved["day"].workloads["people"].arrivals.rates[-1] == (10, 50)


def test_without_an_objective_nothing_is_said_of_verdicts_that_turn():
    page = evsim.report(DAY.replace({"run.duration": 1, "objectives": {}}), n=2, jobs=1, progress=False).html
    assert "there is no verdict to turn" in page and "turns a verdict" not in page
    assert "One service is run, and nothing between it and its customers" in page


def meets(count):
    judgements = evsim.experiment.judging.judge(
        dict.fromkeys(("response_mean", "completion_mean", "response_p99")[:count], 1.0),
        dict.fromkeys(("response_mean", "completion_mean", "response_p99"), Estimate(0.5, 0.4, 1.0, 5, 0.1)),
    )
    return judgements


def test_designs_with_different_numbers_of_objectives_meet_all_of_theirs():
    """An interval that ends on the limit meets it."""
    assert answer({"a": meets(3), "b": meets(1)}) == ["a and b meet all their objectives."]
    assert answer({"a": meets(3), "b": meets(3)}) == ["a and b meet all 3 objectives."]
    assert answer({"a": meets(1), "b": meets(1)}) == ["a and b meet the objective."]


def test_a_profile_that_begins_between_two_points_begins_on_the_line_between_them():
    day = [(0.0, 0.0), (100.0, 100.0), (200.0, 0.0)]
    assert _later(day, 50.0) == [[0.0, 50.0], [50.0, 100.0], [150.0, 0.0]]
    assert _later(day, 100.0) == [[0.0, 100.0], [100.0, 0.0]] and _later(day, 250.0) == [[0.0, 0.0]]


def test_nobody_answered_is_a_value_and_not_a_thing_that_was_not_seen():
    none = Estimate(0.0, 0.0, 0.0, 3, 0.0)
    shown = {metric: Report._shown(None, metric, none) for metric in SHOWN}
    assert shown["availability"] == "0 %"
    assert shown["lost"] == "none seen in 3 runs"
    assert all((text == "none seen in 3 runs") == (metric not in NO_COUNTS) for metric, text in shown.items())


def test_one_error_is_no_errors():
    said = [
        Broken("", {"errors": estimate(values), "lost": estimate([0, 0])}).words for values in ([1, 1], [1, 2], [3])
    ]
    assert said == [["1 error"], ["2 ± 6 errors"], ["3 errors"]]
