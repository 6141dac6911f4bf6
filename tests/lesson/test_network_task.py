"""Lesson 08: expect a network. What passes, what fails for whom, and what is not tried; what the tables count."""

import numpy as np
import pytest

from evsim.lesson.network_task import errors_since, lossy, moving, on_the_line, photos, sent, trusting
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, HANDLE = "expects-a-network", "services.register.handle"
LOG, READS = "customer-registered", {"services.mailing-list.subscribe": "customer-registered"}
ONCE = {f"services.{name}.idempotent": True for name in ("database", "mailing-list")}
WORK, PUBLISH, REPLY = {"work": "2ms"}, {"publish": LOG}, {"reply": "registered"}
LATE, NOT_TOLD, TWICE = "had to wait \\S+ s for an answer", "was not told yes", "got a customer row twice"


def call(service, timeout="240ms", attempts=4):
    retry = {"retry": {"attempts": attempts}} if attempts > 1 else {}
    return {"call": {"service": service, "timeout": timeout} | retry}


def steps(*those):
    return {HANDLE: [WORK, *those]}


DATABASE = call("database")
ROW_THEN_EVENT = steps(DATABASE, PUBLISH, REPLY) | READS | ONCE


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        ROW_THEN_EVENT,
        steps(call("database", "300ms", 3), PUBLISH, REPLY) | READS | ONCE,
        steps(PUBLISH, DATABASE, REPLY) | READS | ONCE,
        trusting().replace(ROW_THEN_EVENT),
        steps(DATABASE, {"publish": {"channel": LOG, "outbox": {}}}, REPLY) | READS | ONCE,
        steps(DATABASE, REPLY, call("mailing-list", "2s", 9)) | ONCE,  # a crash of register is not tried
    ],
)
def test_who_waits_for_the_near_one_in_time_and_tells_the_far_one_passes(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        ({}, f"loses one message in fifty: .*{NOT_TOLD}"),
        (steps(call("database", attempts=1), PUBLISH, REPLY) | READS | ONCE, NOT_TOLD),
        (steps(call("database", "300ms", 2), PUBLISH, REPLY) | READS | ONCE, f"Seed 4.*{NOT_TOLD}"),  # with four seeds
        (steps(call("database", "2s", 3), PUBLISH, REPLY) | READS | ONCE, LATE),
        (steps(DATABASE, PUBLISH, REPLY) | READS, TWICE),
        (steps(DATABASE, call("mailing-list"), REPLY) | ONCE, f"{NOT_TOLD}|{LATE}"),
        (steps({"parallel": [[DATABASE], [call("mailing-list", "1s", 5)]]}, REPLY) | ONCE, LATE),
        (steps(PUBLISH, REPLY) | READS | {"services.database.subscribe": LOG}, "and got a customer row"),
        (steps(DATABASE, REPLY) | ONCE, "never got a subscription"),
        (steps(REPLY) | ONCE, "was told yes after"),
    ],
)
def test_who_trusts_one_of_the_three_networks_fails(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (ROW_THEN_EVENT | {"network.loss": 0.0}, "network.loss"),
        (ROW_THEN_EVENT | {"services.mailing-list.workers": 64}, "services.mailing-list.workers"),
        (steps(call("database", "soon"), REPLY), "soon"),
        ({HANDLE: [{"call": "database"}, REPLY]}, "register has 2 ms of work for each customer"),
        (steps({"publish": "nowhere"}, REPLY), "nowhere"),
        ("events", "give a dict with"),
    ],
)
def test_a_better_network_and_other_work_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_what_was_sent_is_counted_customer_by_customer():
    run = lossy(0.05, retry={"attempts": 2}).run()
    its = sent(run=run)["run"]
    told = [str(words).split(",")[0] for words in run.requests.told]
    wrong = {number for number, words in zip(run.requests.request, told) if words == "error"}
    times = run.effects.groupby(["request", "effect"]).size()
    assert its["told error"] == len(wrong) > 1
    assert its["told error, and something done"] == len(wrong & set(run.effects.request)) > 0
    assert its["a row or an entry twice"] == len({number for number, _ in times[times > 1].index}) > 5


def test_a_line_is_busy_with_what_is_sent_over_it():
    run = photos(50).run()
    its = on_the_line(run=run)["run"]
    assert its["sending a photo (ms)"] == 40  # 400 kbit at 10 Mbit/s
    assert its["busy (%)"] == pytest.approx(100 * len(run.requests) * 0.04 / 300, abs=1)


def test_a_caller_that_asks_no_more_errs_for_a_quarter_of_those_who_come():
    run = moving().run()
    late = run.tables.requests.arrived >= 15
    share = errors_since(run=run)["run"].iloc[1]
    assert share == pytest.approx(100 * run.outcomes.error[late].mean(), abs=0.05)
    assert share == pytest.approx(25, abs=300 * (0.25 * 0.75 / np.sum(late)) ** 0.5)
