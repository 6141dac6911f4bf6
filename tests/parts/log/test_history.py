"""What a log remembers: groups that come late, replays, retention that overtakes a slow group, compaction."""

import numpy as np
import pytest

from evsim.scenario import Scenario
from evsim.ticks import elapsed
from tests.truth.measuring import checked, rows_of

DURATION, RATE = 60, 50


def shop(log=None, keys=20, **readers):
    """`front` publishes 50 messages a second to `events`; each of the `readers` is (subscription, time of work)."""
    services = {"front": {"workers": 1000, "handle": [{"publish": "events"}]}}
    for name, (reading, work) in readers.items():
        handle = [{"work": work}, {"effect": name}]
        services[name] = {"subscribe": {"channel": "events", **reading}, "handle": handle}
    customers = {"target": "front", "arrivals": {"constant": RATE}, "key": {"uniform": keys}}
    run = {"duration": DURATION, "drain_limit": 1000}
    log = {"partitions": 6, **(log or {})}
    return Scenario.from_dict(
        {"name": "shop", "workloads": {"customers": customers}, "services": services,
         "channels": {"events": {"log": log}}, "run": run}
    )  # fmt: skip


def run_of(*settings, **readers):
    run = checked(shop(*settings, **readers), conserving=False)
    assert run.audit()
    return run


def read_by(run, name, replay=False):
    """The ledger's entries of one group, without the replays or only these."""
    return run.ledger[(run.ledger.subscription == name) & (run.ledger.replay == replay)]


STARTS = {
    "earliest": lambda messages: messages.appended >= 0,
    "latest": lambda messages: messages.appended >= 30,
    "offset": lambda messages: messages.offset >= 100,
    "time": lambda messages: messages.appended >= 12.5,
}


@pytest.mark.parametrize("assignor", [None, "sticky"])
@pytest.mark.parametrize(("start", "written"), [("earliest", None), ("earliest", "earliest"), ("latest", "latest"),
                                                ("offset", {"offset": 100}), ("time", {"time": "12.5s"})])  # fmt: skip
def test_a_group_that_comes_late_begins_where_it_says(start, written, assignor):
    reading = {"from": 30, "assignor": assignor, **({"start": written} if written else {})}
    run = run_of(early=({}, "1ms"), late=(reading, "1ms"))
    early, late = read_by(run, "early"), read_by(run, "late")
    wanted = early[STARTS[start](early)]
    assert set(late.message) == set(wanted.message) and len(late) == len(wanted) > 1000
    assert set(late.state) == {"done"}
    born = run.tables.rows["born"][rows_of(run, "late")]
    assert born.min() >= 30


def test_a_latecomer_disturbs_nobody():
    alone, both = run_of(early=({}, "1ms")), run_of(early=({}, "1ms"), late=({"from": 30}, "5ms"))
    for name in ("born", "leased", "started", "ended", "settled"):
        assert np.array_equal(
            alone.tables.rows[name][rows_of(alone, "early")], both.tables.rows[name][rows_of(both, "early")]
        )


@pytest.mark.slow
@pytest.mark.parametrize("assignor", [None, "cooperative_sticky"])
@pytest.mark.parametrize(("to", "first"), [("earliest", "earliest"), ({"offset": 100}, "offset"),
                                           ({"time": 12.5}, "time")])  # fmt: skip
def test_a_replay_hands_out_again_what_was_handled_since_and_is_no_duplicate(to, first, assignor):
    replay = {"replay": {"at": 40, "to": to}, "assignor": assignor}
    run = run_of(reader=(replay, "1ms"), other=({}, "1ms"))
    once, again = read_by(run, "reader"), read_by(run, "reader", replay=True)
    wanted = once[STARTS[first](once) & (once.appended < 40 - 0.001)]
    assert set(again.message) == set(wanted.message) and len(again) == len(wanted) > 1000
    assert set(once.state) == set(again.state) == {"done"} and len(once) == len(read_by(run, "other"))
    figures = run.channels["events", "reader"]
    assert figures["published"] == figures["done"] == len(once) and figures["replayed"] == len(again)
    assert figures["lag_max"] >= len(again), "the cursor went back"
    assert run.channels["events", "other"]["replayed"] == 0
    summary = run.summary()
    assert summary["duplicated"] == summary["effects_repeated"] == summary["reordered"] == 0
    assert len(run.effects) == len(once) + len(again) + len(once), "and yet each was done once more"
    assert summary["goodput"] == summary["throughput"]


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_a_reader_that_crashes_after_a_replay_reads_in_order_also_where_a_link_makes_copies(seed):
    """What a link copied is no attempt: the message came back when the reader crashed."""
    reader = {"channel": "facts", "commit": {"interval": "1s"}, "replay": [{"at": "3s"}]}
    scenario = Scenario.from_dict(
        {
            "name": "copied",
            "workloads": {"customers": {"target": "front", "arrivals": {"poisson": "4/s"}}},
            "services": {
                "front": {"handle": [{"publish": "facts"}]},
                "slow": {"subscribe": reader, "handle": [{"work": {"exponential": "200ms"}}]},
            },
            "channels": {"facts": "log"},
            "faults": [{"crash": "slow", "at": "6s", "for": "1s"},
                       {"duplication": ["facts", "slow"], "at": "0s", "probability": 0.2}],
            "run": {"duration": "16s"},
        }
    )  # fmt: skip
    assert scenario.run(seed=seed).audit()


def test_two_replays_may_overlap():
    replays = [{"at": 40, "to": {"time": 30}}, {"at": 45, "to": {"time": 39}}]
    run = run_of(reader=({"replay": replays}, "5ms"))
    again = read_by(run, "reader", replay=True)
    first, second = ((again.appended >= start) & (again.appended < end) for start, end in ((30, 40), (39, 45)))
    counts = again.message.value_counts()
    assert counts.max() == 2 and len(again) > first.sum()
    assert set(again[counts[again.message].to_numpy() == 2].message) <= set(again[first & second].message)
    assert set(again.state) == {"done"}


def slow(log, start=None):
    """A reader who takes 500 ms for a message of which 50 come a second, in six partitions of one worker."""
    run = run_of(log, slow=({"start": start} if start else {}, "500ms"))
    ledger = read_by(run, "slow")
    assert set(ledger.state) == {"done", "lost"} and set(ledger[ledger.state == "lost"].cause) == {"retention"}
    return run, ledger


@pytest.mark.slow
def test_retention_takes_what_a_slow_group_has_not_read():
    run, ledger = slow({"retention": "8s"})
    lost = ledger[ledger.state == "lost"]
    assert (lost.settled - lost.appended).to_numpy() == pytest.approx(8)
    mine = rows_of(run, "slow")
    granted = mine[~np.isnan(run.tables.rows["leased"][mine])]
    waited = elapsed(run.tables.rows["leased"][granted], run.tables.rows["born"][granted])
    assert waited.max() <= 8 and waited.max() > 7, "it goes on with the oldest that is left"
    assert len(ledger) - len(lost) == len(granted) == run.channels["events", "slow"]["done"]
    assert len(granted) == pytest.approx((DURATION + 8) / 0.5, rel=0.1)


def test_a_partition_that_is_full_loses_its_oldest_message():
    run, ledger = slow({"retention": {"messages": 40}})
    for partition, here in ledger.groupby("partition"):
        appended = np.sort(here.appended.to_numpy())
        lost = here[here.state == "lost"]
        newer = np.searchsorted(appended, lost.settled, side="right") - np.searchsorted(appended, lost.appended)
        assert (newer == 41).all(), partition  # itself, and forty later ones
    assert run.channels["events", "slow"]["lag_max"] == 6 * (40 + 1)


@pytest.mark.slow
def test_an_overtaken_group_that_begins_at_the_latest_goes_on_at_the_end():
    _, ledger = slow({"retention": "8s"}, start="latest")
    lost = ledger[ledger.state == "lost"]
    ages = (lost.settled - lost.appended).to_numpy()
    assert ages.max() == pytest.approx(8) and ages.min() < 0.2, "with the oldest all that waited are passed over"
    for time, here in lost.groupby("settled"):
        partition = here.partition.iloc[0]
        behind = ledger[(ledger.partition == partition) & (ledger.appended < time) & (ledger.settled > time)]
        assert len(behind) <= 1, "only the one in process"


def test_a_message_that_is_gone_is_not_read_again():
    run = run_of({"retention": "10s"}, reader=({"replay": {"at": 40}}, "1ms"), late=({"from": 40}, "1ms"))
    again = read_by(run, "reader", replay=True)
    assert again.appended.min() == pytest.approx(30, abs=0.05) and len(again) == pytest.approx(10 * RATE, abs=2)
    assert read_by(run, "late").appended.min() == pytest.approx(30, abs=0.05)


def test_a_compacted_log_keeps_the_latest_of_each_key_for_those_who_come_late():
    run = run_of({"compaction": "7s"}, early=({}, "1ms"), late=({"from": 30}, "1ms"))
    early, late = read_by(run, "early"), read_by(run, "late")
    assert set(early.state) == set(late.state) == {"done"}, "who keeps up misses nothing"
    before = early[early.appended <= 28]  # the last cleaning before it came
    latest = before.sort_values("appended").groupby("key").message.last()
    since = early[early.appended > 28]
    assert len(latest) == 20 and set(late.message) == set(latest) | set(since.message)
    assert (late.sort_values(["partition", "offset"]).groupby("partition").offset.diff().dropna() > 0).all()


def test_compaction_drops_what_a_slow_group_has_not_read():
    run = run_of({"compaction": "7s"}, slow=({}, "500ms"))
    ledger = read_by(run, "slow")
    dropped = ledger[ledger.state == "dropped"]
    assert set(dropped.cause) == {"compaction"} and (dropped.settled % 7).abs().max() < 1e-9 and len(dropped) > 1000
    newest = ledger.sort_values("appended").groupby("key").tail(1)
    assert set(newest.state) == {"done"}


def test_what_comes_at_the_moment_of_a_cleaning_waits_for_the_next_one():
    """One message a second, of one key; a log is cleaned at the next whole second after something has come."""
    log = shop({"partitions": 1, "compaction": "1s"}, keys=1, late=({"from": 9}, "1ms"))
    run = log.replace({"workloads.customers.arrivals.constant": "1/s", "run.duration": "10s"}).run()
    assert [(time, message) for time, message in run.records.removals if time < 9] == [
        (2, 0), (4, 1), (4, 2), (6, 3), (6, 4), (8, 5), (8, 6)
    ]  # fmt: skip
