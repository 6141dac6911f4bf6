"""Lesson 06: both or neither, for two looks a second. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson import exercise
from evsim.lesson.outbox_task import LOG, row_first
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK = "both-or-neither"
WORK, ROW, EVENT = {"work": {"exponential": "50ms"}}, {"effect": "customer row"}, {"publish": LOG}
NO_ENTRY, NO_ROW = "got a customer row, and never a subscription", "got a subscription, and never a customer row"


def outbox(poll):
    return {"publish": {"channel": LOG, "outbox": {"poll": poll}}}


PATIENT = {"publish": {"channel": LOG, "retry": {"attempts": 9, "backoff": "1s"}}}
HALVES = [{"work": "25ms"}, {"work": {"exponential": "25ms"}}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        [WORK, ROW, outbox("500ms")],
        [ROW, outbox("1s"), WORK],  # it saves first, and works afterwards
        [*HALVES, ROW, outbox("0.7s")],
        {"services.database.handle": [WORK, ROW, outbox("1.2s")]},
        row_first().replace({"services.database.handle.2": outbox("1s")}),
    ],
)
def test_a_row_with_its_event_and_a_relay_that_looks_seldom_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ([WORK, ROW, EVENT], f"with the broker down: .* {NO_ENTRY}"),
        ([WORK, EVENT, ROW], f"with crashes: .* {NO_ROW}"),
        ([WORK, ROW, PATIENT], NO_ENTRY),  # a retry is forgotten by who crashes
        ([WORK, outbox("1s"), ROW], NO_ROW),  # in the outbox, and not with the row
        ([WORK, {"parallel": [ROW, EVENT]}], NO_ENTRY),
        ([WORK, ROW, {"call": "mailing-list"}], NO_ENTRY),
        ([WORK, ROW], "never got a subscription"),
        ([WORK, ROW, outbox("1s"), outbox("1s")], "got a subscription twice"),
        ([WORK, ROW, outbox("10s")], "and got a subscription [\\d.]+ s later"),
        ([WORK, ROW, outbox("1.55s")], "^Not yet. Seed 2, with nothing broken"),  # in time with the first seed only
    ],
)
def test_two_writes_or_a_late_relay_fail(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        ([WORK, ROW, outbox("20ms")], "look 50 times a second, and may look 2 times"),
        ([ROW, outbox("1s")], "database has 50 ms of work for each customer"),
        ([], "must hold at least 1"),
        ("outbox", "give a list of steps"),
        ([WORK, {"effect": "customer row", "outbox": True}, EVENT], "unknown setting beside effect"),
        ({"services.mailing-list.idempotent": True}, "services.mailing-list.idempotent; change only"),
        ({"workloads.register-page.arrivals.poisson": "0.1/s"}, "change only services.database.handle"),
    ],
)
def test_too_many_looks_no_work_and_other_changes_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_each_crash_of_the_check_strikes_at_a_place_of_its_own():
    task = exercise(TASK)
    (design, _) = task.task.conditions([WORK, ROW, EVENT])["with crashes"]
    where = [(fault.target, fault.at_step.step, fault.at_step.when) for fault in design.faults]
    assert len(set(where)) == 6 and {target for target, *_ in where} == {"database", LOG}
    for seed in task.task.seeds:
        struck = [each for each in design.run(seed=seed).records.incidents if each[1] == "crash"]
        assert len(struck) == len(where)
