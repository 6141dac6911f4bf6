"""What lies ready in a queue, and what its consumers have in hand: two figures, as RabbitMQ's page shows them."""

import pytest

from evsim.theory import mmc
from tests.support.statistics import agrees
from tests.truth.measuring import measure, steady
from tests.truth.systems import consumers, exponential, poisson

RATE, WORKERS = 1.5, 2


def figures(run):
    """Two figures of the queue, and two whose means are known, for the errors that they share."""
    queue, server = run.channels["events", "worker"], run.services["worker"]
    return {
        "ready": queue["ready_mean"], "in hand": queue["unacknowledged_mean"],
        "load": server["utilisation"] - RATE / WORKERS,
        "both": queue["ready_mean"] + queue["unacknowledged_mean"] - queue["lag_mean"],
    }  # fmt: skip


def two_workers(prefetch):
    work = [{"work": exponential(1)}]
    return consumers("queue", work, poisson(RATE), 16_000, workers=WORKERS, subscribe={"prefetch": prefetch})


@pytest.mark.slow
def test_with_a_prefetch_of_its_workers_those_who_wait_are_ready_and_those_at_work_are_in_hand():
    """The numbers waiting and in service of M/M/2; together they are the lag."""
    found, theory = measure("ready and in hand", two_workers(2), figures, 8), mmc(RATE, 1, WORKERS)
    assert agrees(steady(found, "ready", ["load"]), theory.queue_mean, notices=0.2)
    assert agrees(steady(found, "in hand", ["load"]), RATE, notices=0.05)
    assert max(map(abs, found["both"])) < 1e-9


@pytest.mark.slow
def test_without_a_limit_everything_is_in_hand_and_nothing_is_ready():
    found, theory = measure("all in hand", two_workers("unlimited"), figures, 8), mmc(RATE, 1, WORKERS)
    assert agrees(steady(found, "in hand", ["load"]), theory.in_system_mean, notices=0.2)
    assert set(found["ready"]) == {0}


def test_a_message_is_in_hand_until_its_acknowledgement_has_arrived():
    """Each is in hand for its work of 2 s and both ways of 1 s: Little's law."""
    scenario = consumers(
        "queue", [{"work": 2}], {"constant": 5}, 400, 0.5, workers=50, subscribe={"prefetch": "unlimited"}
    )
    queue = scenario.replace({"network.latency": 1, "services.front.workers": 50}).run().channels["events", "worker"]
    assert queue["unacknowledged_mean"] == pytest.approx(5 * (1 + 2 + 1))
    assert (queue["unacknowledged_max"], queue["ready_max"]) == (20, 0)


def test_what_backs_off_is_neither_ready_nor_in_hand():
    """Each fails once at 1 s of work and comes back 3 s later; one is worked at a time, nine messages in 100 s."""
    handle = [{"work": 1}, {"fail": 1}]
    retry = {"attempts": 2, "backoff": 3}
    scenario = consumers("queue", handle, {"constant": 0.1}, 100, 0, subscribe={"retry": retry})
    queue = scenario.run().channels["events", "worker"]
    assert queue["lag_mean"] == pytest.approx(9 * 5 / 100)
    assert (queue["ready_mean"], queue["unacknowledged_mean"]) == pytest.approx((0, 9 * 2 / 100))


def test_ready_is_of_the_queue_and_in_hand_of_each_consumer():
    """Two services take turns; a message that neither has is ready for both."""
    one = consumers("queue", [{"work": 10}], {"burst": 6}, 60, 0, subscribe={"prefetch": 1})
    run = one.replace({"services.other": one.value("services.worker")}).run()
    mine, theirs = run.channels["events", "worker"], run.channels["events", "other"]
    for queue in (mine, theirs):
        assert (queue["ready_max"], queue["unacknowledged_max"]) == (4, 1)
        assert queue["ready_mean"] == pytest.approx((4 * 10 + 2 * 10) / 60)
        assert queue["unacknowledged_mean"] == pytest.approx(30 / 60)
