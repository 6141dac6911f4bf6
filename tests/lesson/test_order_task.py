"""Lesson 11: in order and in time. What passes, what fails for whom, and what is not tried."""

import numpy as np
import pytest

from evsim.lesson.order_task import addresses, out_of_order
from tests.lesson.trying import assert_fails, assert_passes, assert_refused

TASK, READER, CHANNEL = "in-order-and-in-time", "services.profile", "channels.changes"
OVERTAKEN, LATE = "changed an address, and a later change was done before it", "was told yes, and got an address"


def design(partitions, instances, **more):
    return {f"{CHANNEL}.log.partitions": partitions, f"{READER}.instances": instances} | more


FIFO = {CHANNEL: {"queue": {"fifo_groups": True}}, f"{READER}.subscribe": ["changes"], f"{READER}.instances": 8}


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        design(32, 16),
        design(64, 64),
        FIFO,
        addresses(16, {"log": {"partitions": 64}}),
        design(32, 4, **{f"{READER}.workers": 4}),
    ],
)  # fmt: skip
def test_enough_partitions_and_instances_or_groups_by_key_pass(given):
    assert_passes(TASK, given)


@pytest.mark.parametrize(
    "given, words",
    [
        (design(4, 8), LATE),
        (design(4, 16), LATE),
        (design(16, 4), LATE),
        (design(8, 8), "^Not yet. Seed 4: .* was told yes, and got an address"),  # in time with three seeds
        ({CHANNEL: {"queue": {}}, f"{READER}.instances": 8}, OVERTAKEN),  # nothing is said of how it is read
        (design(32, 16, **{f"{READER}.subscribe": {"channel": "changes", "share": {}}}), OVERTAKEN),
        ({}, LATE),
    ],
)
def test_idle_instances_a_queue_and_bad_luck_fail(given, words):
    assert_fails(TASK, given, words)


@pytest.mark.parametrize(
    "given, words",
    [
        (design(32, 16, **{f"{READER}.handle": [{"work": "100ms"}, {"effect": "address"}]}), "keep the two steps"),
        (design(32, 16, **{"workloads.page.arrivals.poisson": "5/s"}), "workloads.page.arrivals.poisson"),
        (design(32, 16, **{"workloads.page.key": {"uniform": 100000}}), "workloads.page.key"),
        (design(0, 16), "partitions"),
        (design("many", 16), "many"),
        (32, "give a dict with channels.changes and services.profile, not 32"),
    ],
)
def test_quicker_work_fewer_changes_and_no_numbers_are_refused(given, words):
    assert_refused(TASK, given, words)


def test_the_table_counts_what_the_records_say():
    run = addresses(8, {"queue": {}}).run()
    its = out_of_order(run=run)["run"]
    keys = run.tables.request_keys
    done = run.effects.sort_values("time")
    last, overtaken = {}, 0
    for number in done.request.tolist():
        overtaken += number < last.get(keys[number], -1)
        last[keys[number]] = max(number, last.get(keys[number], -1))
    assert its["done out of order"] == overtaken > 5
    assert its["longest until done (s)"] == round(float(np.nanmax(run.tables.requests.completion)), 1)
