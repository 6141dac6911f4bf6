"""Lesson 13: the whole past. What passes, what fails for whom, and what is not tried; when a newcomer has caught up."""

import numpy as np
import pytest

from evsim.lesson.catching_up import catching_up, caught_up_at
from evsim.lesson.history_task import (
    BEGIN,
    LOG,
    NEW,
    READ,
    RETENTION,
    WORKERS,
    by_calls,
    forgetful,
    history,
    moved,
    went_back,
)
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, INDEX = "the-whole-past", "index entry"
NEVER, LATE = "was told yes, and never got an index entry", "changed a product on day \\d+, and it was found on day 4"


def design(start="earliest", workers=4, keeps="40s", **read):
    return {READ: {"channel": LOG, "from": "30s", "start": start} | read, WORKERS: workers, RETENTION: keeps}


@pytest.mark.parametrize(
    "given",
    [
        design(),
        design(keeps="33s"),
        design({"offset": 0}),
        design({"time": "0s"}),
        forgetful().replace(design(assignor="range")),
        design(batch=4),
    ],
)
def test_who_reads_from_the_beginning_of_what_was_kept_passes(given):
    assert_passes(TASK, given)


def test_the_design_to_begin_with_knows_nothing_of_what_came_before_it():
    requests = (run := forgetful().run()).tables.requests
    indexed = requests.times_done[run.tables.effect_names.index(INDEX)] > 0
    assert not indexed[requests.arrived < BEGIN].any() and indexed[requests.arrived > BEGIN + 1].any()


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, NEVER),
        (design("latest"), NEVER),
        (design(keeps="20s"), NEVER),
        (design(keeps="30s"), NEVER),  # a change of the first days is gone before it is read
        (design({"time": "5s"}), NEVER),
        (design(workers=2), LATE),
        (design(workers=3), LATE),
        (design("latest", replay={"at": "31s", "to": "earliest"}), NEVER),  # goes back to where it began
    ],
)
def test_who_forgets_or_is_too_slow_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (design(workers=5), "may have at most 4 workers, and has 5"),
        (design(keeps="60s"), "for at most 40s"),
        (design(keeps={"messages": 5}), "for at most 40s"),
        (design() | {READ: {"channel": LOG, "from": "1s", "start": "earliest"}}, "keep from: 30s"),
        (design() | {READ: LOG}, "comes into being on day 30"),
        (design() | {f"services.{NEW}.handle": [{"effect": INDEX}]}, f"services.{NEW}.handle"),
        (design(group="warehouse"), "same group"),
        (design("first"), "first"),
        (40, "give a dict with"),
    ],
)
def test_more_workers_an_endless_log_and_an_earlier_newcomer_are_refused(given, words):
    assert_refused(TASK, given, words)


@pytest.mark.parametrize("workers", [3, 4, 8])
def test_it_has_caught_up_after_what_waits_divided_by_what_is_to_spare(workers):
    seen = [caught_up_at(history(workers).run(seed=seed), NEW, INDEX) for seed in range(1, 7)]
    spare = 10 * (workers - 1)
    # What waits is Poisson (300). While it catches up, what comes and what is done are each off by the root of it.
    took = 300 / spare
    error = (300 + 10 * took + 10 * workers * took) ** 0.5 / spare
    assert np.mean(seen) - BEGIN == pytest.approx(took, abs=3 * error / 6**0.5 + 0.5)


def test_its_title_says_what_is_missing_or_waits():
    assert "324 never come to search-index" in catching_up(by_calls().run(), NEW, INDEX).title
    assert "has not caught up by day 60: 332 changes wait" in catching_up(history(1).run(), NEW, INDEX).title
    run = history(1).run()
    wait = (run.tables.requests.first_time[run.tables.effect_names.index(INDEX)] > 60).sum()
    assert wait == 332


@pytest.mark.parametrize("last, words", [
    (99.0, "has not caught up by day 60: 1 change waits"), (np.nan, "changes 1 never comes to search-index"),
])  # fmt: skip
def test_one_change_waits_or_never_comes(monkeypatch, last, words):
    run = history(4).run()
    done = np.full(len(run.tables.requests.arrived), 60.0)
    done[-1] = last
    monkeypatch.setattr("evsim.lesson.catching_up._done", lambda *_: done)
    assert words in catching_up(run, NEW, INDEX).title


def test_moved_counts_those_for_whom_it_is_another_moment():
    one, other = history(0).run(), history(0).replace({"services.warehouse.workers": 1}).run()
    stock = [run.tables.requests.first_time[0] for run in (one, other)]
    table = moved(one, other)["at another moment"]
    assert table["told"] == 0 and table["stock"] == (stock[0] != stock[1]).sum() > 100


def test_an_idempotent_warehouse_books_nothing_twice():
    again = went_back(**{"services.warehouse.idempotent": True})
    assert set(again.effects.groupby("effect").size()) == {len(again.requests)}
