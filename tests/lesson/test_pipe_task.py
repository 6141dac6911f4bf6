"""Lesson 07: a queue as long as a promise. What passes, what fails for whom, and what is not tried."""

import pytest

from evsim.lesson.pipe_task import QUEUE, advertised
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, CHANNEL = "as-long-as-a-promise", f"channels.{QUEUE}"


def queue(places, overflow="reject_publish", **more):
    return {CHANNEL: {"queue": {"max_length": places, "overflow": overflow, **more}}}


@pytest.mark.parametrize(
    "given",
    [
        queue(20),
        queue(23),
        queue(21, delivery_limit=3),
        {f"{CHANNEL}.queue.max_length": 22, f"{CHANNEL}.queue.overflow": "reject_publish"},
        advertised().replace(queue(20, priorities=2)),
    ],
)
def test_a_queue_of_what_can_be_sent_in_time_that_says_no_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (queue(200), "was told yes, and got a welcome mail [\\d.]+ s later"),
        (queue(26), "was told yes, and got a welcome mail 5.* s later"),
        (queue(5), "was told an error, and there was room: the one before them waited 1.* s"),
        (queue(1), "and there was room"),
        (queue(20, "drop_head"), "was told yes, and never got a welcome mail"),
        (queue(20, "block"), "had to wait [\\d.]+ ms for an answer"),
        ({CHANNEL: {"queue": {}}}, "got a welcome mail [\\d.]+ s later"),
        ({CHANNEL: {"queue": {"ttl": "5s"}}}, "never got a welcome mail"),
    ],
)  # fmt: skip
def test_a_queue_that_is_too_long_too_short_forgets_or_holds_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (queue(20) | {"services.mailer.workers": 2}, "services.mailer.workers; change only channels.mails"),
        (queue(20) | {"workloads.register-page.arrivals.constant": "4/s"}, "change only channels.mails"),
        ({"services.mailer.handle.0.work": "1ms"}, "change only channels.mails"),
        (queue(20, "refuse"), "reject_publish"),
        (queue(0), "max_length"),
        (20, "give a dict with channels.mails, not 20"),
    ],
)
def test_more_mailers_fewer_customers_and_what_is_no_queue_are_refused(given, words):
    assert_refused(TASK, given, words)
