"""Lesson 05: once for everybody. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson import exercise
from evsim.lesson.delivery_task import STRIKES, redriven
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, LOG = "once-for-everybody", "customer-registered"
LETTERS = {"channel": LOG, "dead_letter": "dead-letters"}
ROWS, ENTRIES = "customer \\d+ got a customer row twice", "customer \\d+ got a subscription twice"
FIRST = "customer 0 got a subscription twice"


def answer(database=True, mailing_list=True, rows=LOG, entries=LETTERS, **more):
    return {
        "services.database.idempotent": database,
        "services.mailing-list.idempotent": mailing_list,
        "services.database.subscribe": rows,
        "services.mailing-list.subscribe": entries,
        **more,
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        answer(),
        answer(database={"by": "content"}, mailing_list={"window": "20s"}),
        answer(rows={"channel": LOG, "guarantee": "effectively_once"}, entries=LETTERS | {"prefetch": None}),
        redriven().replace({f"services.{name}.idempotent": True for name in ("database", "mailing-list")}),
    ],
)
def test_late_and_idempotent_readers_pass(given):
    assert_passes(TASK, given)


@pytest.mark.slow
@pytest.mark.parametrize(
    "given, words",
    [
        ({}, ROWS),
        (answer(database=False, rows={"channel": LOG, "commit": "before"}), ROWS),
        (answer(database=False), ROWS),
        (answer(mailing_list=False), f"with crashes: {ENTRIES}"),
        (answer(rows={"channel": LOG, "commit": "before"}), "with crashes: .* never got a customer row"),
        (answer(entries=LETTERS | {"commit": "before"}), "never got a subscription"),
        (answer(database={"window": "5s"}), ROWS),  # the letters come back later
        (answer(database={"by": "key"}), "never got a customer row"),  # true in most seeds: few share a key
        (answer(rows=[]), "never got a customer row"),
        # right in the five crashes of every seed; a hunt finds another one
        (answer(mailing_list={"window": "600ms"}), f"mailing-list crashed for .*, after effect .*: {FIRST}"),
        (answer(mailing_list={"window": "2s"}), f"mailing-list crashed for .*, after effect .*: {FIRST}"),
        (answer(entries=LETTERS | {"retry": {"attempts": 1}}), "mailing-list crashed for .* never got a subscription"),
        (answer(entries=LETTERS | {"retry": {"attempts": 1}}, mailing_list=False), ENTRIES),
    ],
)
def test_a_reader_that_loses_or_repeats_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (None, "give a dict"),
        ("idempotent", "give a dict"),
        (answer(entries=LOG), "no dead letters come to dead-letters"),
        (answer(faults=[]), "faults; change only"),
        (answer(**{"services.mail-server.workers": 1}), "services.mail-server.workers"),
        (answer(**{"services.database.handle": [{"effect": "customer row"}]}), "services.database.handle"),
        (answer(**{"workloads.register-page.arrivals.poisson": "0.1/s"}), "workloads.register-page"),
        (answer(database="yes"), "idempotent"),
        (answer(**{"services.databse.idempotent": True}), "did you mean services.database.idempotent?"),
        (answer(**{"services.database.workers": 4}), "services.database.workers; change only"),
    ],
)
def test_an_answer_that_changes_others_or_can_not_be_read_is_refused(given, words):
    assert_refused(TASK, given, words)


def test_each_crash_of_the_check_strikes():
    task = exercise(TASK)
    (design, _) = task.task.conditions(answer())["with crashes"]
    for seed in task.task.seeds:
        struck = [each for each in design.run(seed=seed).records.incidents if each[1] == "crash"]
        assert len(struck) == len(STRIKES)
