"""Queues like those of products: when a message comes again, and how often."""

import pytest

from evsim.scenario.presets import load_preset
from tests.support.cases import expected
from tests.truth.measuring import balanced
from tests.truth.systems import consumers

AGAIN = {"nats": 30, "pubsub": 10, "redis-streams": 3600, "sqs": 30}  # s until what nobody acknowledged comes again
SAY_NO = ("nats", "pubsub")


def test_a_consumer_of_nats_has_the_defaults_of_its_documentation():
    truth, nats = expected("SEM-nats-defaults"), load_preset("nats")
    assert (truth["AckWait s"], truth["MaxDeliver"], truth["nak"][:9]) == (AGAIN["nats"], -1, "immediate")
    run = one_message("nats", [{"work": 1}])
    (reading,) = run.scenario.complete.services["worker"].subscribe
    assert reading.prefetch == truth["MaxAckPending"] and reading.change_visibility == 0
    assert "deduplication: 2 min" in nats.channel["idempotent"][1] and truth["dedup window s"] == 120


def one_message(like, handle, duration=10_000, **settings):
    run = consumers({"queue": {"like": like}}, handle, {"burst": {"count": 1, "at": 1}}, 10, 0, **settings)
    return balanced(run.replace({"run.drain_limit": duration}))


def leased(run):
    return run.spans.leased[run.spans.source == "events"].tolist()


@pytest.mark.parametrize("like", AGAIN)
def test_nobody_sees_a_consumer_die_and_its_message_comes_again_after_the_time_of_the_product(like):
    faults = [{"crash": "worker", "at": 2, "for": 1}]
    run = one_message(like, [{"work": 5}], faults=faults)
    assert leased(run) == [1, 1 + AGAIN[like]] and run.ledger.state.tolist() == ["done"]


@pytest.mark.parametrize("like", AGAIN)
def test_who_can_say_no_has_it_again_at_once_and_who_cannot_waits(like):
    """It fails and fails, and is never given up."""
    run = one_message(like, [{"work": 1}, {"fail": 1}], duration=20_000 if like == "redis-streams" else 300)
    times = leased(run)
    gap = 1 if like in SAY_NO else AGAIN[like]
    assert len(times) > 5 and [after - before for before, after in zip(times, times[1:], strict=False)] == [gap] * (
        len(times) - 1
    )
    assert run.ledger.state.tolist() == ["pending"]


@pytest.mark.parametrize("like", ["nats", "pubsub", "redis-streams"])
def test_a_late_acknowledgement_counts_while_nobody_has_the_message_since(like):
    run = one_message(like, [{"work": AGAIN[like] + 5}], subscribe={"prefetch": 1})
    assert run.ledger.state.tolist() == ["done"] and run.ledger.handlings.tolist() == [1]
