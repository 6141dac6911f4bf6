"""Who was told yes too early, and who was told error for nothing: by theory, by hand, and as picture B counts them."""

import math

import numpy as np
import pytest

from evsim.results.endings import Outcome
from evsim.view.what_changed import figures
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked, measure
from tests.truth.systems import caller, consumers, exponential, poisson, system
from tests.view import runs

NAMES = ("told_yes_not_true", "told_yes_never_true", "told_error_yet_true", "told_error_all_true")


def counts(run):
    return tuple(run.summary()[name] for name in NAMES)


@pytest.mark.slow
def test_an_event_is_not_true_yet_for_as_long_as_a_customer_of_a_single_queue_stays():
    """The answer comes at once, the effect when a M/M/1 queue has been passed: P(longer than t) = exp(-(mu-lam)t)."""
    scenario = consumers("queue", [{"work": exponential(0.5)}, {"effect": "mail"}], poisson(1), 8000)
    found = measure("told yes", scenario, lambda run: {
        "one": run.summary()["told_yes_not_true"] / run.summary()["completed"],
        "three": run.outcomes.not_true_after(3.0)[run.tables.requests.cohort].sum() / run.summary()["completed"],
        "lag": run.summary()["consistency_lag_mean"],
        "never": run.summary()["told_yes_never_true"],
    }, shorter=2)  # fmt: skip
    assert agrees(found["one"], math.exp(-1), notices=0.1)
    assert agrees(found["three"], math.exp(-3), notices=0.25)
    assert agrees(found["lag"], 1.0)
    assert not any(found["never"])


def test_who_gives_up_after_the_mean_of_the_work_is_told_error_and_all_comes_true():
    """Every call is worked to its end: P(exponential > its mean) = 1/e."""
    run = checked(caller({"timeout": 1}, [{"work": exponential(1)}, {"effect": "row"}], 10_000))
    figures = run.summary()
    assert proportion_agrees(figures["told_error_yet_true"], 10_000, math.exp(-1))
    assert figures["told_error_all_true"] == figures["told_error_yet_true"] == figures["timeouts"]
    assert figures["told_yes_not_true"] == figures["effects_missing"] == 0


def test_where_the_second_of_two_calls_fails_some_is_true():
    services = {
        "front": {"workers": 10, "handle": [{"call": "first"}, {"call": "second"}]},
        "first": {"handle": [{"effect": "row"}]},
        "second": {"handle": [{"fail": 0.3}, {"effect": "entry"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    run = checked(system(services, workloads, 100, 0))
    figures = run.summary()
    assert proportion_agrees(figures["told_error_yet_true"], figures["requests"], 0.3)
    assert figures["told_error_all_true"] == 0
    assert figures["inconsistent"] == figures["errors"] == figures["told_error_yet_true"]


def test_what_is_lost_on_its_way_is_told_and_never_true():
    services = {
        "front": {"workers": 10, "handle": [{"publish": {"channel": "events", "acks": 0}}]},
        "worker": {"workers": 10, "subscribe": "events", "handle": [{"effect": "mail"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    link = {"cable": {"between": ["front", "events"], "loss": 0.2}}
    run = checked(system(services, workloads, 100, 0, channels={"events": "queue"}, network={"links": link}))
    figures = run.summary()
    assert proportion_agrees(figures["told_yes_never_true"], figures["requests"], 0.2)
    assert figures["told_yes_not_true"] == figures["told_yes_never_true"] == figures["effects_missing"]


def by_hand():
    """One customer a second, each with their own trouble; the worker acknowledges before it works."""
    services = {
        "front": {"workers": 5, "handle": [{"call": "ledger"}, {"call": "stamp"}, {"publish": "mails"}]},
        "ledger": {"workers": 5, "handle": [{"work": 0.1}, {"effect": "row"}]},
        "stamp": {"workers": 5, "handle": [{"work": 0.1}]},
        "worker": {"subscribe": {"channel": "mails", "ack": "before"}, "handle": [{"work": 0.2}, {"effect": "mail"}]},
    }
    faults = [
        {"outage": "ledger", "at": 1.9, "for": 0.5},  # the customer of 2 s: error, and nothing is done
        {"outage": "stamp", "at": 2.9, "for": 0.5},  # 3 s: error, and the row is there
        {"slowdown": "ledger", "factor": 10, "at": 3.9, "for": 0.5},  # 4 s: patience ends, all is done later
        {"outage": "worker", "at": 5.9, "for": 1.7},  # 6 s, told at 6.2: mail at 7.8; 7 s, told at 7.2: mail at 8.0
        {"crash": "worker", "at": 9.3, "for": 0.1},  # 9 s: handed out at 9.2 and lost
    ]
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}, "patience": 0.7}}
    return system(services, workloads, 10.5, 0, channels={"mails": "queue"}, faults=faults).run()


@pytest.mark.slow
def test_a_small_run_is_told_as_by_hand():
    run = by_hand()
    assert run.audit()
    told = dict(zip(run.tables.requests.arrived.round().tolist(), run.outcomes.verdicts.tolist(), strict=True))
    odd = {2: "error", 3: "error, some true", 4: "error, all true", 6: "yes, true later", 9: "yes, never true"}
    assert told == {second: odd.get(second, "yes") for second in range(1, 11)}
    assert run.requests["told"].tolist() == run.outcomes.verdicts.tolist()
    assert counts(run) == (2, 1, 2, 1)
    assert run.outcomes.not_true_after(0.5).sum() == 3  # those of 6, 7 and 9 s
    assert run.outcomes.not_true_after(1.7).sum() == 1


def test_a_run_that_is_cut_while_a_customer_waits_for_a_lost_answer_is_not_complete():
    """The customer of 9 s has their row, and the answer is lost: nobody is at work, and they wait still."""
    cut = [{"partition": ["customers", "front"], "at": 9.05, "for": 60}]
    services = {"front": {"handle": [{"work": 0.1}, {"effect": "row"}]}}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
    scenario = system(services, workloads, 9.5, 0, faults=cut)
    run, until_silence = (scenario.replace({"run.drain_limit": limit}).run() for limit in (5, 40))
    assert run.audit() and not (run.tables.rows["outcome"] == Outcome.OPEN).any()
    assert run.summary()["pending"] == 1 and "still open" in run.warnings[0]
    assert not run.tables.complete and not run.outcomes.final
    assert until_silence.summary()["errors"] == 1 and until_silence.tables.complete and not until_silence.warnings


WHICH = {
    "classic": runs.classic, "events": runs.events, "doubled": runs.doubled, "refused": runs.refused,
    "nobody": runs.nobody, "by hand": by_hand,
}  # fmt: skip


@pytest.mark.parametrize("which", WHICH)
def test_the_summary_counts_what_picture_b_and_the_sentence_of_a_change_show(which):
    run = WHICH[which]()
    assert run.tables.requests.cohort.all()
    told, words = run.outcomes, figures(run)
    not_true, never, yet_true, _ = counts(run)
    assert (never, yet_true) == (told.yes_untrue.sum(), told.error_yet_true.sum())
    assert not_true == words["told yes, not true 1 s later"]
    assert (never, yet_true) == (words["told yes, never all done"], words["told error, something done"])


def test_the_curve_counts_what_the_summary_does():
    from evsim.view.staleness import _of_one

    for run in (runs.events(), by_hand()):
        line = next(_of_one(run))
        assert (line.at(1.0), line.never) == counts(run)[:2]
        for moment in (0.0, 0.3, 2.0):
            assert line.at(moment) == run.outcomes.not_true_after(moment).sum()


def test_those_of_the_warm_up_are_not_counted():
    run = by_hand()
    later = run.scenario.replace({"run.warmup": 5}).run()
    kept = later.tables.requests.cohort
    assert kept.sum() == 6
    assert counts(later) == (2, 1, 0, 0)
    assert np.array_equal(later.outcomes.verdicts, run.outcomes.verdicts)
