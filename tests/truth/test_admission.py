"""Who is next, and what a service says that is down."""

import numpy as np

from evsim.results.endings import Reason
from tests.truth.measuring import balanced
from tests.truth.systems import station, timed


def test_the_newest_first_only_while_more_wait_than_there_are_workers(tmp_path):
    # One worker, one second each; six come at once a moment after the first.
    stamps = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    order = {}
    for discipline in ("fifo", "lifo", "adaptive_lifo"):
        run = balanced(timed(1.0, stamps, tmp_path, warmup=0, discipline=discipline))
        order[discipline] = np.argsort(run.tables.rows["started"]).tolist()
    assert order["fifo"] == [0, 1, 2, 3, 4, 5, 6]
    assert order["lifo"] == [0, 6, 5, 4, 3, 2, 1]
    assert order["adaptive_lifo"] == [0, 6, 5, 4, 3, 2, 1]
    few = balanced(timed(1.0, stamps, tmp_path, warmup=0, discipline="adaptive_lifo", workers=3))
    # Three work; four wait, more than three workers: the newest first; then three wait, and they come in order.
    assert np.argsort(few.tables.rows["started"], kind="stable").tolist() == [0, 1, 2, 6, 3, 4, 5]


def test_in_an_overload_the_newest_first_answers_in_time_and_the_oldest_first_hardly_anybody():
    in_time = {}
    for discipline in ("fifo", "adaptive_lifo"):
        run = balanced(station(0.1, 15, 900, warmup=0, discipline=discipline))
        in_time[discipline] = (run.tables.requests.response < 1).mean()
    assert in_time["adaptive_lifo"] > 0.5 > 5 * in_time["fifo"]


def test_a_stopped_service_is_unreachable_and_not_full():
    settings = {"limit": 0, "rate_limit": {"rate": 1}, "shed": {"age": 1, "expected_wait": 1}}
    run = balanced(station(0.001, 50, 500, warmup=0, faults=[{"outage": "server", "at": 2, "for": 2}], **settings))
    rows = run.tables.rows
    inside = (rows["ready"] > 2) & (rows["ready"] < 4)
    assert inside.any() and (rows["reason"][inside] == Reason.UNREACHABLE).all()
