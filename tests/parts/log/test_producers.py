"""Producers of a log: which partition they choose, what happens to keys when partitions are added, how they batch."""

import numpy as np
import pytest

from evsim.scenario import Scenario
from tests.support.cases import case, expected
from tests.support.nightly import by_day
from tests.support.statistics import agrees
from tests.truth.measuring import checked


def shop(log, arrivals, duration, instances=1, acks=1, reader=None, faults=(), key=None):
    """`front` publishes to `events`, and `reader` reads it, with the settings given."""
    publish = {"channel": "events", "acks": acks}
    services = {
        "front": {"workers": 1000, "instances": instances, "handle": [{"publish": publish}]},
        "reader": {"subscribe": "events", "handle": [{"work": "1ms"}], **(reader or {})},
    }
    customers = {"target": "front", "arrivals": arrivals, "key": key or {"uniform": 1000}}
    return Scenario.from_dict(
        {"name": "shop", "workloads": {"customers": customers}, "services": services,
         "channels": {"events": {"log": log}}, "faults": list(faults),
         "run": {"duration": duration, "drain_limit": 1000, "max_rows": 10_000_000}}
    )  # fmt: skip


def run_of(*settings, seed=1, **more):
    run = checked(shop(*settings, **more), seed, conserving=False)
    assert run.audit()
    return run


# Partitions.


def test_round_robin_gives_each_partition_its_turn():
    run = run_of({"partitions": 7, "partitioner": "round_robin"}, {"poisson": 100}, 20)
    assert (run.tables.messages["partition"] == np.arange(len(run.tables.messages["partition"])) % 7).all()


def test_each_instance_takes_its_own_turns():
    busy = {"constant": 100}
    scenario = shop({"partitions": 5, "partitioner": "round_robin"}, busy, 20, instances=3).to_dict()
    scenario["services"]["front"] |= {"workers": 1, "handle": [{"work": "15ms"}, {"publish": "events"}]}
    run = checked(Scenario.from_dict(scenario), conserving=False)
    messages = run.tables.messages
    producers = run.tables.rows["worker"][messages["cause"]]
    assert len(np.unique(producers)) > 1
    for producer in np.unique(producers):
        mine = messages["partition"][producers == producer]
        assert (mine == np.arange(len(mine)) % 5).all()


@pytest.mark.slow
def test_a_sticky_producer_stays_for_a_batch_and_then_goes_elsewhere_by_chance():
    run = run_of({"partitions": 8, "partitioner": "sticky", "batch": 25}, {"constant": 1000}, 100)
    partition = run.tables.messages["partition"]
    batches = partition[: len(partition) // 25 * 25].reshape(-1, 25)
    assert (batches == batches[:, :1]).all()
    places = batches[:, 0]
    assert (places[1:] != places[:-1]).all()
    counts = np.bincount(places, minlength=8)
    assert counts.min() > 0.8 * len(places) / 8, "no place is preferred"
    moves = np.bincount(np.diff(places) % 8, minlength=8)[1:]
    share = moves.sum() / 7
    assert abs(moves - share).max() < 4 * np.sqrt(share * 6 / 7), "from each place, each other one is as likely"


def test_when_partitions_are_added_a_key_moves_and_its_order_breaks():
    """A key's old messages wait in the old partition while new ones are read in the new."""
    log = {"partitions": 4, "add_partitions": {"at": 10, "count": 4}}
    slow = {"workers": 8, "handle": [{"work": "50ms"}]}
    run = run_of(log, {"constant": 100}, 20, reader=slow, key={"uniform": 50})
    ledger = run.ledger
    before, after = ledger[ledger.published < 10], ledger[ledger.published >= 10]
    homes = [part.groupby("key").partition.agg(["first", "nunique"]) for part in (before, after)]
    assert (homes[0]["nunique"] == 1).all() and (homes[1]["nunique"] == 1).all()
    assert before.partition.max() == 3 and after.partition.max() == 7
    moved = homes[0]["first"] != homes[1]["first"]
    assert moved.mean() == pytest.approx(0.5, abs=0.2), "of a hash, half of the keys get a new remainder"
    late = set(ledger[ledger.reordered].key)
    assert late and late <= set(moved[moved].index)
    assert run.summary()["reordered"] == ledger.reordered.sum()
    alike = run_of({"partitions": 8}, {"constant": 100}, 20, reader=slow, key={"uniform": 50})
    assert alike.summary()["reordered"] == 0
    assert len(run.partitions) == 8 and run.partitions.frame.published.sum() == len(ledger)


@pytest.mark.parametrize("assignor", ["range", "cooperative_sticky"])
def test_members_share_out_added_partitions(assignor):
    log = {"partitions": 2, "add_partitions": {"at": 5, "count": 4}}
    reader = {"instances": 3, "subscribe": {"channel": "events", "assignor": assignor}}
    run = run_of(log, {"constant": 100}, 10, reader=reader)
    owned = {}
    for _, _, _, partition, instance, begins in run.records.ownership:
        owned[partition] = instance if begins else None
    assert sorted(owned.values()) == [0, 0, 1, 1, 2, 2]
    assert run.channels["events", "reader"]["done"] == run.summary()["requests"]


# Batches.


def batches(run):
    """For each batch, in order: when it left, and how long each of its messages had waited."""
    messages = run.tables.messages
    for time in np.unique(messages["sent"]):
        yield time - messages["published"][messages["sent"] == time]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "messages"), [("LINGER-time-only", 20_000), ("LINGER-size-or-time", 20_000)])
def test_a_batch_leaves_when_it_is_full_or_its_first_message_has_lingered(name, messages):
    p, truth = case(name)["parameters"], expected(name)
    log = {"linger": p["L"], **({"batch": p["N"]} if "N" in p else {})}
    waits, sizes = [], []
    for seed in range(10):
        run = run_of(log, {"poisson": p["lam"]}, by_day(messages) / p["lam"], seed=seed)
        found = list(batches(run))
        assert all(wait.max() <= p["L"] + 1e-9 for wait in found)
        assert all(wait.max() >= p["L"] - 1e-9 or len(wait) == p.get("N") for wait in found)
        waits.append(np.concatenate(found).mean())
        sizes.append(np.mean([len(wait) for wait in found]))
    assert agrees(sizes, truth["mean batch size"], notices=0.05)
    assert agrees(waits, truth.get("mean wait", truth.get("mean wait s")), notices=0.05)


def test_a_batch_is_of_one_partition_and_one_producer():
    log = {"partitions": 4, "linger": "50ms", "batch": 5}
    scenario = shop(log, {"poisson": 400}, 20, instances=2).to_dict()
    scenario["services"]["front"] |= {"workers": 40}
    run = checked(Scenario.from_dict(scenario), conserving=False)
    messages = run.tables.messages
    producer = run.tables.rows["worker"][messages["cause"]] // 40
    for time in np.unique(messages["sent"]):
        mine = messages["sent"] == time
        assert len(np.unique(messages["partition"][mine] + 10 * producer[mine])) == 1
        assert mine.sum() <= 5


@pytest.mark.slow
def test_a_sticky_producer_fills_its_batches_sooner():
    """100 messages a second to ten partitions, 50 ms: alone a batch gets 1.5 messages, together 6."""
    sizes = {}
    for partitioner in ("key", "sticky"):
        log = {"partitions": 10, "linger": "50ms", "partitioner": partitioner}
        sizes[partitioner] = np.mean([len(batch) for batch in batches(run_of(log, {"poisson": 100}, 200))])
    assert sizes["key"] == pytest.approx(1 + 10 * 0.05, rel=0.05)
    assert sizes["sticky"] == pytest.approx(expected("LINGER-time-only", "mean batch size"), rel=0.05)


@pytest.mark.parametrize("acks", [0, 1])
def test_what_a_producer_keeps_back_dies_with_it(acks):
    """One every 10 ms lingers for 105 ms: 11 a batch, of which that of 4.96 has 10 when the program crashes.

    With acks: 0 the customers were told yes.
    """
    crash = [{"crash": "front", "at": 5.055, "for": 1}]
    run = run_of({"linger": "105ms"}, {"constant": 100}, 10, acks=acks, faults=crash)
    messages = run.tables.messages
    gone = np.isnan(messages["appended"])
    assert messages["published"][gone].tolist() == pytest.approx(np.arange(4.96, 5.055, 0.01))
    assert np.isnan(messages["sent"][gone]).all()
    told = run.tables.requests.outcome[run.tables.rows["request"][messages["cause"][gone]]]
    assert set(np.array(["pending", "ok", "error"])[told]) == ({"ok"} if acks == 0 else {"error"})
