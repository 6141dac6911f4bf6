import numpy as np
import pytest

from evsim.lesson import lesson_size, promises
from evsim.results.requests import OK
from evsim.view.what_changed import Noticed, carried, figures, what_changed
from evsim.view.words import seconds
from tests.view import runs

DOWN = {"outage": "mailing-list", "for": "5s"}


@pytest.mark.parametrize("design", ["monolith", "classic", "parallel", "hybrid", "events"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_counts_are_those_of_the_lessons(design, seed):
    run = lesson_size(design).run(seed=seed).branch(DOWN, at=8)
    mine, lessons = figures(run), promises(run=run)["run"]
    for name, lesson in [("customers",) * 2, ("told yes",) * 2, ("told error",) * 2,
                         ("told yes, not true 1 s later",) * 2, ("told error, something done",) * 2]:  # fmt: skip
        assert mine[name] == lessons[lesson], name
    assert mine["customers"] == mine["told yes"] + mine["told error"] + mine["told nothing"]


def test_the_sentence_counts_the_customers_for_whom_it_is_different():
    run = lesson_size("classic").run()
    branch = run.branch(DOWN, at=8)
    lost = ((run.tables.requests.outcome == OK) & (branch.tables.requests.outcome != OK)).sum()
    assert lost > 40
    assert f"{lost} customers more were told an error, and something was done all the same" in what_changed(run, branch)
    assert f"{lost} customers fewer were told an error" in what_changed(branch, run)


def test_the_same_customers_are_counted_once():
    run = lesson_size("classic").run()
    sentence = what_changed(run, run.branch(DOWN, at=8))
    assert sentence.count("customers more were told an error") == 1


def test_a_percentile_is_named_with_its_values_in_both_runs():
    run = lesson_size("events").run()
    branch = run.branch(DOWN, at=8)
    level, before, now = carried(Noticed(run), Noticed(branch))["all done after"]
    assert level == "p95"  # of 326, sixteen lie beyond it; beyond p99 only three
    assert now == pytest.approx(np.percentile(branch.tables.requests.completion, 95))
    says = f"The p95 of the time until all was done rose from {seconds(before)} to {seconds(now)}"
    assert what_changed(run, branch).startswith(says)


def test_nothing_is_said_of_what_nobody_would_notice():
    run = lesson_size("events").run()
    assert what_changed(run, run) == "Nothing changed that a customer would notice."
    slightly = run.scenario.replace({"services.mailing-list.handle.0.work.lognormal.mean": "120.1ms"}).run()
    assert what_changed(run, slightly) == "Nothing changed that a customer would notice."


def test_other_customers_are_counted_first():
    run, other = lesson_size("events").run(seed=1), lesson_size("events").run(seed=2)
    fewer = len(run.tables.requests.row) - len(other.tables.requests.row)
    assert what_changed(run, other).startswith(f"{fewer} customers fewer came")


def test_runs_in_which_nobody_came_or_few_have_counts_and_no_percentiles():
    assert figures(runs.nobody()) == dict.fromkeys(figures(runs.nobody()), 0)
    assert carried(Noticed(runs.nobody()), Noticed(runs.few())) == {}
    assert what_changed(runs.nobody(), runs.few()) == "3 customers more came."


def test_one_customer_is_one():
    fault = {"outage": "mailing-list", "for": 0.1}
    run = runs.few().branch({"outage": "mailing-list"}, at=runs.few().tables.requests.arrived[2])
    assert "1 customer more was told yes, and it never came true" in what_changed(runs.few(), run)
    assert what_changed(runs.few(), runs.few().branch(fault, at=0)).startswith("Nothing")


def test_what_is_done_twice_is_counted():
    assert figures(runs.doubled())["something done twice"] == (runs.doubled().tables.requests.repeated > 0).sum() > 0


def test_the_warm_up_is_left_out():
    run = runs.events().scenario.replace({"run.warmup": 10}).run()
    assert figures(run)["customers"] == (run.tables.requests.arrived >= 10).sum()
