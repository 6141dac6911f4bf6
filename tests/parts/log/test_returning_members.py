"""A member that crashes and is back before its session ends, and partitions that are added: as Kafka does it."""

import pytest

from evsim import Scenario, ScenarioError
from evsim.results.endings import Reason
from tests.parts.log.test_groups import gaps, group, incidents, owners
from tests.parts.log.test_producers import run_of
from tests.support.statistics import proportion_agrees
from tests.truth.measuring import checked, rows_of

SESSION = {"session_timeout": "3s", "rebalance": "500ms"}


def returning(folder, *faults, **reading):
    """Two members, four partitions, 400/s; crashes of the second one, as (at, for)."""
    crashes = [{"crash": "worker/2", "at": at, "for": length} for at, length in faults]
    run = checked(group(folder, 4, "1ms", 400, 12, 2, crashes, **SESSION, **reading), conserving=False)
    assert run.audit()
    assert run.ledger.state.isin(["done", "duplicate"]).all() and not run.summary()["effects_missing"]
    return run


def times(run, kind):
    return [round(time, 2) for time, _, _ in incidents(run, kind)]


@pytest.mark.parametrize("assignor", ["range", "cooperative_sticky"])
def test_a_member_that_is_back_joins_anew_and_the_group_waits_for_the_one_that_it_was(assignor, tmp_path):
    run = returning(tmp_path, (5.001, 1), assignor=assignor)
    assert (times(run, "rebalance"), times(run, "expel")) == ([6.0], [8.0])
    assert times(run, "end of rebalance") == [8.5]
    mine = [partition for partition, instance in owners(run, 5).items() if instance == 2]
    others = [(6.001, 8.501)] if assignor == "range" else []
    for partition in range(4):
        whole = [(5.001, 8.501)] if partition in mine else others
        assert gaps(run, partition, 0.1) == [pytest.approx(stop, abs=0.02) for stop in whole], partition
    assert sorted(owners(run, 12).values()) == [1, 1, 2, 2]


@pytest.mark.parametrize("member", [1, 2])
def test_a_static_member_that_is_back_has_its_partitions_and_nobody_else_notices(member, tmp_path):
    crash = {"crash": f"worker/{member}", "at": 5.001, "for": 1}  # whoever is first leads the group: no difference
    run = checked(group(tmp_path, 4, "1ms", 400, 12, 2, [crash], static=True, **SESSION), conserving=False)
    assert run.audit() and (run.ledger.state == "done").all()
    assert times(run, "rebalance") == times(run, "expel") == []
    for partition, instance in owners(run, 12).items():
        stops = [(5.001, 6.001)] if instance == member else []
        assert gaps(run, partition, 0.1) == [pytest.approx(stop, abs=0.02) for stop in stops]


def test_a_static_member_that_stays_away_is_missed_and_joins_when_it_is_back(tmp_path):
    run = returning(tmp_path, (5.001, 4), static=True)
    assert (times(run, "rebalance"), times(run, "expel")) == ([8.0, 9.0], [8.0])
    assert sorted(owners(run, 12).values()) == [1, 1, 2, 2]


def test_a_static_member_that_stops_says_nothing(tmp_path):
    """As in a rolling restart: it sends no word of its leaving."""
    outage = {"outage": "worker/2", "at": 5.001, "for": 1}
    scenario = group(tmp_path, 4, "1ms", 400, 12, 2, [outage], static=True, **SESSION)
    run = checked(scenario, conserving=False)
    assert run.audit() and (run.ledger.state == "done").all()
    assert times(run, "rebalance") == [] and run.summary()["retries"] == 0


def test_a_static_member_begins_again_at_its_last_commit(tmp_path):
    run = returning(tmp_path, (5.001, 1), static=True, commit={"interval": "2s"})
    again = run.tables.rows["attempt"][rows_of(run, "worker")] > 1
    assert again.sum() == pytest.approx(200, abs=4), "a second of half the messages"


def test_one_that_crashes_twice_within_a_session_is_waited_for_twice(tmp_path):
    run = returning(tmp_path, (5.001, 0.5), (6.001, 0.5))
    assert times(run, "rebalance") == [5.5] and times(run, "expel") == [9.0]
    assert times(run, "end of rebalance") == [9.5]


def test_one_that_is_back_while_others_join_is_in_the_next_rebalance(tmp_path):
    """A clean stop of the first starts a rebalance; the second dies in it and is back before it ends."""
    faults = [{"outage": "worker/1", "at": 5.001, "for": 0.1}, {"crash": "worker/2", "at": 5.2, "for": 0.1}]
    run = checked(group(tmp_path, 4, "1ms", 400, 12, 2, faults, **SESSION), conserving=False)
    assert run.audit() and (run.ledger.state == "done").all()
    assert times(run, "end of rebalance") == [5.5, 8.7] and times(run, "expel") == [8.2]
    assert sorted(owners(run, 12).values()) == [1, 1, 2, 2]


def test_a_group_waits_no_longer_than_the_longest_time_between_two_polls(tmp_path):
    run = returning(tmp_path, (5.001, 1), max_poll_interval="1s")
    assert times(run, "expel") == [7.0] and times(run, "end of rebalance") == [7.5]


def test_static_without_a_session_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="a member keeps its place for the time of its session"):
        group(tmp_path, 4, "1ms", 400, 12, 2, static=True)


# Partitions that are added.


def added(reader=None, at=9, **reading):
    log = {"partitions": 2, "add_partitions": {"at": at, "count": 2}}
    reader = {"instances": 2, "workers": 4, "subscribe": {"channel": "events", **reading}, **(reader or {})}
    run = run_of(log, {"constant": 100}, 20, reader=reader, key={"uniform": 1000})
    assert run.audit()
    return run


@pytest.mark.parametrize("assignor", [None, "range", "cooperative_sticky"])
def test_what_comes_to_an_added_partition_before_a_group_that_starts_at_the_end_knows_it_is_skipped(assignor):
    """It asks every 3 s, at 9 s a moment too early: 3 s of half the 100 messages a second."""
    owned = {} if assignor is None else {"assignor": assignor}
    run = added(start="latest", metadata_max_age="3s", **owned)
    ledger = run.ledger
    skipped = ledger[(ledger.published >= 9) & (ledger.published <= 12) & (ledger.partition >= 2)]
    assert proportion_agrees(len(skipped), 300, 0.5, notices=0.3, because="a run of 20 s has 3 s of this")
    assert (skipped.state == "lost").all()
    assert (run.tables.rows["reason"][rows_of(run, "reader")] == Reason.LATEST).sum() == len(skipped)
    assert (ledger.state == "done").sum() == len(ledger) - len(skipped)
    assert run.summary()["lost"] == len(skipped)


def test_a_rebalance_loses_more():
    run = added(start="latest", metadata_max_age="3s", rebalance="1s")
    assert proportion_agrees(run.summary()["lost"], 400, 0.5)


@pytest.mark.parametrize("reading", [{"start": "latest"}, {"start": "earliest", "metadata_max_age": "3s"}, {}])
def test_who_knows_at_once_or_starts_at_the_beginning_loses_nothing(reading):
    run = added(**reading)
    assert (run.ledger.state == "done").all()


def test_a_log_like_kafka_asks_every_five_minutes():
    scenario = Scenario.from_dict({
        "name": "kafka", "workloads": {"c": {"target": "front", "arrivals": {"constant": 1}}},
        "services": {"front": {"handle": [{"publish": "events"}]},
                     "reader": {"handle": [{"effect": "seen"}], "subscribe": "events"}},
        "channels": {"events": {"log": {"like": "kafka"}}}, "run": {"duration": 1}})  # fmt: skip
    assert scenario.complete.services["reader"].subscribe[0].metadata_max_age == 300
