"""Before, during and after each fault: who came when, and what they were told then."""

import numpy as np
import pytest

from evsim.experiment.compare import compare
from evsim.experiment.replicate import replicate
from evsim.experiment.run_text import none_seen, run_text
from tests.truth.systems import system

DOWN = {"outage": "worker", "at": 10, "for": 5}
DURING, AFTER = "during outage of worker (10 s to 15 s)", "after outage of worker (10 s to 15 s)"


def calls(faults, duration=30, arrivals=None):
    services = {
        "front": {"workers": 50, "handle": [{"call": "worker"}]},
        "worker": {"workers": 5, "handle": [{"work": 0.01}, {"effect": "row"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": arrivals or {"constant": 10}}}
    return system(services, workloads, duration, 0, faults=faults)


def ran(scenario):
    run = scenario.run()
    assert run.audit()
    return run


def test_the_whole_run_hides_what_the_outage_shows():
    run = ran(calls([DOWN]))
    assert 0.8 < run.summary()["availability"] < 0.85
    found = run.phases
    assert list(found) == ["before", DURING, AFTER]
    assert [each["availability"] for each in found.values()] == [1, 0, 1]
    assert [each["told_error"] for each in found.values()] == [0, 50, 0]
    assert [each["seconds"] for each in found.values()] == [10, 5, 15]


def test_customers_belong_to_the_moment_at_which_they_arrive():
    """They come each 0.1 s; one at the beginning of the fault meets it, one at its end does not."""
    run = ran(calls([DOWN]))
    arrived = run.tables.requests.arrived
    for phase, start, end in (("before", 0, 10), (DURING, 10, 15), (AFTER, 15, 30)):
        assert run.phases[phase]["requests"] == ((arrived >= start) & (arrived < end)).sum()
    assert sum(each["requests"] for each in run.phases.values()) == len(arrived)


def test_who_comes_during_a_fault_and_is_answered_after_it_counts_as_during():
    run = ran(calls([{"pause": "worker", "at": 10, "for": 5}]))
    during = run.phases["during pause of worker (10 s to 15 s)"]
    assert during["availability"] == 1 and during["response_mean"] > 2
    assert run.phases["before"]["response_mean"] == pytest.approx(0.01)


def test_after_lasts_until_the_next_fault_or_the_end_of_the_arrivals():
    again = {"outage": "front", "at": 20, "for": 2}
    found = ran(calls([again, DOWN])).phases
    assert list(found) == [
        "before", DURING, AFTER, "during outage of front (20 s to 22 s)", "after outage of front (20 s to 22 s)",
    ]  # fmt: skip
    assert [each["seconds"] for each in found.values()] == [10, 5, 5, 2, 8]


def test_faults_that_overlap_are_one_and_the_warm_up_belongs_to_nothing():
    both = [DOWN, {"slowdown": "worker", "factor": 2, "at": 12, "for": 6}]
    found = ran(calls(both).replace({"run.warmup": 4})).phases
    words = "outage of worker (10 s to 15 s) and slowdown of worker (12 s to 18 s)"
    assert {name: each["seconds"] for name, each in found.items()} == {
        "before": 6, f"during {words}": 8, f"after {words}": 12,
    }  # fmt: skip


def test_a_fault_within_another_ends_nothing():
    within = {"slowdown": "worker", "factor": 2, "at": 11, "for": 1}
    found = ran(calls([DOWN, within])).phases
    assert [each["seconds"] for each in found.values()] == [10, 5, 15]


def test_a_fault_that_lasts_to_the_end_has_no_after_and_one_from_the_beginning_no_before():
    assert list(ran(calls([{"outage": "worker", "at": 10}])).phases) == [
        "before", "during outage of worker (10 s to 30 s)",
    ]  # fmt: skip
    assert "before" not in ran(calls([{"outage": "worker", "at": 0, "for": 10}])).phases
    assert ran(calls([])).phases == {}


def test_a_link_that_fails_again_and_again_within_a_fault_is_named_once():
    often = {"latency": ["front", "worker"], "add": 0.01, "mtbf": 2, "mttr": 1}
    found = ran(calls([{"slowdown": "worker", "factor": 2, "at": 1, "for": 20}, often])).phases
    assert list(found)[1] == "during slowdown of worker (1 s to 21 s) and latency of front and worker"


def test_faults_at_random_are_taken_together_and_their_shares_add_up():
    fault = {"outage": "worker", "mtbf": {"exponential": 2}, "mttr": {"exponential": 1}}
    run = ran(calls([fault], duration=300))
    found = run.phases
    assert list(found) == ["before", "during outage of worker", "after outage of worker"]
    assert found["during outage of worker"]["availability"] == 0
    assert found["after outage of worker"]["availability"] > 0.98
    assert sum(each["seconds"] for each in found.values()) == pytest.approx(300)
    assert sum(each["requests"] for each in found.values()) == run.summary()["requests"]


def test_run_report_and_compare_show_each_phase_with_its_interval():
    scenario = calls([DOWN], arrivals={"poisson": 10})
    many = replicate(scenario, 3, jobs=1)
    during = many.phases[DURING]["requests"]
    counts = [run["phases"][DURING]["requests"] for run in many.runs]
    assert (during.mean, during.n) == (np.mean(counts), 3) and during.low < during.mean < during.high
    title = f"Who came before, during and after {DURING.removeprefix('during ')}"
    text = run_text("title", many.summary(), many.services, many.channels, many.phases)
    both = compare(scenario, scenario, n=2, labels=["one", "two"], jobs=1).table()
    for words in (text, str(many), many._repr_html_(), both.replace("One: w", "W")):
        assert title in words
    assert "Two: who came before" in both
    assert "told error" in text.partition(title)[2]


@pytest.mark.slow
def test_a_count_of_none_is_bounded_by_runs_and_says_what_a_bound_by_requests_assumes():
    requests = replicate(calls([]), 30, jobs=1).summary()["requests"]
    words = " ".join(none_seen(requests).split())
    assert "all 30 runs: at most 10 % of runs" in words
    assert f"If requests failed independently of each other, at most 0.0334 % of the {30 * 299:,}" in words


@pytest.mark.slow
def test_a_shared_outage_shows_why_the_run_is_the_unit():
    """One run in three has an outage, and loses a tenth of its customers: a bound by requests is far too low."""
    scenario = calls([{"outage": "worker", "mtbf": {"exponential": 74}, "mttr": 3}], arrivals={"poisson": 10})
    losses = np.array([run["summary"]["errors"] for run in replicate(scenario, 40, jobs=1).runs])
    hit = losses > 0
    assert 0.15 < hit.mean() < 0.55
    unharmed = int(np.flatnonzero(~hit)[0])
    requests = replicate(scenario, 1, seed=scenario.run_settings.seed + unharmed, jobs=1).summary()["requests"].mean
    assert losses.sum() / (40 * requests) > 2 * 3 / requests, "a run without a loss says little of the others"
