"""Lesson 14: right and soon. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson.window_task import WINDOW, board, shown
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK = "right-and-soon"


def window(**settings):
    return {f"{WINDOW}.{name}": value for name, value in settings.items()}


@pytest.mark.parametrize(
    "given",
    [
        window(out_of_order="7s"),
        window(out_of_order="9s"),
        window(out_of_order="0s", lateness="30s", late=1),  # soon, and corrected for each who comes late
        window(out_of_order="2s", lateness="20s", late=1),
        board().replace(window(out_of_order="8s", idle="3s")),
    ],
)
def test_a_window_that_waits_or_corrects_its_numbers_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, "is in no number: the event came [\\d.]+ s after the press"),
        (window(out_of_order="1s"), "is in no number"),
        (window(out_of_order="3s"), "is in no number"),
        (window(out_of_order="12s"), "pressed between 0 and 10 s, and that number came 1\\d.* s after they were over"),
        (window(out_of_order="60s"), "and that number never came"),
        (window(idle="30s"), "is in no number"),
    ],
)
def test_a_window_that_is_too_hasty_or_too_patient_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (window(tumbling="1min"), "keep tumbling: 10s"),
        (
            window(out_of_order="7s") | {"workloads.telephone.delay": {"exponential": "1ms"}},
            "change only services.counter.handle",
        ),
        (window(out_of_orders="7s"), "out_of_order"),
        (window(out_of_order="seven"), "seven"),
        (
            {"services.counter.handle": [{"work": {"exponential": "5ms"}}, {"effect": "number"}]},
            "the window as the last step",
        ),
        ("7s", "give a list of steps, not '7s'"),
    ],
)
def test_other_windows_and_quicker_telephones_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_what_the_table_says_is_in_the_records():
    run = board(2).run()
    its = shown(run=run)["run"]
    late = [event for event in run.records.events if event.late]
    assert its["in no number"] == len(late) == run.services["counter"]["too_late"] > 5
    counted = sum(pane.value for pane in run.records.panes)
    assert counted < its["events"] - its["in no number"] + 1  # the last window is still open
    assert its["first number after (s)"] == pytest.approx(run.services["counter"]["result_wait_mean"], abs=0.06)


def test_a_table_has_when_a_number_was_there_first_and_apart_from_it_how_many_were_corrected():
    run = board().replace(window(out_of_order="0s", lateness="30s", late=1)).run()
    (its,) = (column for _, column in shown(it=run).items())
    first = {}
    for pane in sorted(run.records.panes, key=lambda each: each.time):
        first.setdefault((pane.start, pane.end), pane.time - pane.end)
    corrected = len(run.records.panes) - len(first)
    assert corrected > 20 and its["numbers that were corrected"] == corrected
    assert its["first number after (s)"] == round(sum(first.values()) / len(first), 1) < 1
