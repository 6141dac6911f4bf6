"""Queues like those of products: when a message comes again, and how often."""

import pytest

from evsim.scenario.presets import load_preset
from tests.support.cases import expected
from tests.truth.measuring import balanced
from tests.truth.systems import consumers, system

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


def test_entries_of_redis_that_were_idle_for_a_minute_are_claimed_by_whoever_looks_next():
    """A reads three entries and dies. B, which looks at 30.5 s and at 61 s, claims none, and then all three."""
    truth = expected("SEM-redis-xautoclaim")
    reader = {"workers": 3, "handle": [{"work": "30 min"}]}
    claims = {"workers": 3, "subscribe": {"channel": "entries", "poll": "30.5s"}, "handle": [{"work": 1}]}
    run = balanced(system(
        {"front": {"workers": 9, "handle": [{"publish": "entries"}]}, "a": {**reader, "subscribe": "entries"},
         "b": claims},
        {"customers": {"target": "front", "arrivals": {"burst": {"count": 3, "at": 0.5}}}}, 100, 0,
        channels={"entries": {"queue": {"like": "redis-streams", "visibility_timeout": "60s"}}},
        faults=[{"crash": "a", "at": 2, "for": 200}],
    ))  # fmt: skip
    spans = run.spans[run.spans.source == "entries"]
    assert (spans[spans.service == "a"].leased == 0.5).all() and len(spans[spans.service == "a"]) == 3
    claimed = spans[spans.service == "b"]
    assert [int((claimed.leased <= at).sum()) for at in (30, 61)] == [
        truth["claimed at 30 s"],
        truth["claimed at 61 s"],
    ]
    assert claimed.leased.tolist() == [61] * 3  # though they were idle for long enough from the second minute on
    assert claimed.attempt.tolist() == [truth["delivery count after claim"]] * 3
    held = spans[(spans.service == "a") & (spans.settled > 61)]
    assert len(held) == truth["PEL of A after claim"] and run.ledger.state.tolist() == ["done"] * 3
