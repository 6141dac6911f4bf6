"""Replicas of a log: what the failure of a leader loses under each kind of acknowledgement, and who sees what when."""

import numpy as np
import pytest

from evsim.results.endings import Fate
from evsim.run import Simulation
from evsim.scenario import Scenario
from tests.support.cases import expected
from tests.support.statistics import agrees
from tests.truth.measuring import checked, rows_of

RATE, LAG = 1000, 0.05


def shop(faults=(), arrivals=None, duration=10, publish=None, network=None, **log):
    """`front` publishes to `events`, which has three replicas that are 50 ms behind; `reader` handles everything."""
    services = {
        "front": {"workers": 10_000, "handle": [{"publish": {"channel": "events", **(publish or {})}}]},
        "reader": {"workers": 10, "subscribe": "events", "handle": [{"work": "1ms"}, {"effect": "seen"}]},
    }
    customers = {"target": "front", "arrivals": arrivals or {"constant": RATE}}
    log = {"partitions": 10, "replicas": 3, "replication": LAG, **log}
    return Scenario.from_dict(
        {"name": "shop", "workloads": {"customers": customers}, "services": services,
         "channels": {"events": {"log": log}}, "faults": list(faults), "network": network or {},
         "run": {"duration": duration, "drain_limit": 100}}
    )  # fmt: skip


def failure(at, length):
    return {"leader_failure": "events", "at": at, "for": length}


def run_of(*settings, **more):
    run = checked(shop(*settings, **more), conserving=False)
    assert run.audit()
    return run


def fates(run):
    """How many messages were kept, refused, lost with the broker that had them; how many of these were confirmed."""
    messages = run.tables.messages
    truncated = messages["fate"] == Fate.TRUNCATED
    counts = [int((messages["fate"] == fate).sum()) for fate in (Fate.OPEN, Fate.REFUSED)]
    return *counts, int(truncated.sum()), int((truncated & (messages["acknowledged"] >= 0)).sum())


@pytest.mark.slow
def test_a_leader_that_fails_loses_what_it_confirmed_alone():
    """1000 messages a second, 50 ms behind: 50 at each of 100 failures with acks: 1, none with acks: all."""
    truth = expected("KAFKA-acks1-loss")
    often = {"leader_failure": "events", "mtbf": {"uniform": [0.2, 0.4]}, "mttr": 0.1}
    poisson = {"poisson": RATE}
    lost = {}
    for acks, log in ((1, {}), ("all", {"min_in_sync": 2})):
        run = checked(shop([often], poisson, 40, {"acks": acks}, **log), 2, conserving=False)
        failures = [time for time, kind, *_ in run.records.incidents if kind == "leader_failure"]
        times = run.tables.messages["appended"][run.tables.messages["fate"] == Fate.TRUNCATED]
        owed = run.tables.messages["acknowledged"] >= 0
        gone = run.tables.messages["fate"] == Fate.TRUNCATED
        assert (owed & gone).sum() == gone.sum() == len(times)
        lost[acks] = np.histogram(times, [0.0, *failures])[0]
        figures = run.summary()
        assert len(failures) > 90 and figures["lost"] == len(times) == figures["effects_missing"] - figures["errors"]
    assert agrees(lost[1], truth["acks=1 mean"], notices=0.15)
    assert lost["all"].sum() == truth["acks=all & min.insync.replicas=2"]


@pytest.mark.slow
@pytest.mark.parametrize(("acks", "kept", "refused", "lost", "confirmed"),
                         [(0, 9949, 0, 50, 0), (1, 9949, 0, 50, 50), ("all", 9949, 50, 0, 0)])  # fmt: skip
def test_what_becomes_of_the_messages_that_only_the_leader_had(acks, kept, refused, lost, confirmed):
    """acks: 0: lost, and nobody was told; 1: lost, and told yes; all: not kept, and told no."""
    run = run_of([failure(3.0005, 2)], publish={"acks": acks})
    assert fates(run) == (kept, refused, lost, confirmed)
    figures = run.summary()
    assert (figures["lost"], figures["errors"]) == (lost, refused) and figures["effects_missing"] == 50
    if lost:
        entries = run.ledger[run.ledger.state == "lost"]
        assert set(entries.cause) == {"leader"} and entries.appended.between(3.0005 - LAG, 3.0005).all()


@pytest.mark.slow
def test_groups_see_what_all_in_sync_have():
    run = run_of()
    mine = rows_of(run, "reader")
    behind = run.tables.rows["born"][mine] - run.tables.messages["appended"][run.tables.rows["parent"][mine]]
    assert behind == pytest.approx(LAG)
    confirmed = run.tables.messages["acknowledged"] - run.tables.messages["appended"]
    assert confirmed == pytest.approx(0)
    everywhere = run_of(publish={"acks": "all"}).tables.messages
    assert everywhere["acknowledged"] - everywhere["appended"] == pytest.approx(LAG)


@pytest.mark.slow
def test_fewer_in_sync_than_demanded_refuse_those_who_want_all():
    """Down for 2 s, and one delay to catch up: nobody is kept who wants all three. Others are."""
    run = run_of([failure(3.0005, 2)], publish={"acks": "all"}, min_in_sync=3)
    kept, refused, lost, _ = fates(run)
    assert refused == pytest.approx((2 + 2 * LAG) * RATE, abs=2) and kept + refused == 9999 and lost == 0
    assert fates(run_of([failure(3.0005, 2)], publish={"acks": "all"}, min_in_sync=2))[1] == LAG * RATE
    assert fates(run_of([failure(3.0005, 2)], min_in_sync=3))[1] == 0


@pytest.mark.slow
def test_an_election_takes_its_time():
    run = run_of([failure(3.0005, 5)], publish={"acks": "all"}, election="1s")
    assert fates(run)[1] == (1 + LAG) * RATE
    retry = {"acks": "all", "retry": {"attempts": 9, "backoff": "200ms"}}
    patient = run_of([failure(3.0005, 5)], publish=retry, election="1s")
    assert fates(patient) == (9999, 0, 0, 0) and patient.summary()["completed"] == 9999


def test_the_first_broker_in_sync_leads():
    """Of three: who failed first is back first, and leads no more before the next failure."""
    faults = [failure(1, 1), failure(3, 9), failure(4, 0.5), failure(6, 9)]
    simulation = Simulation(shop(faults, {"constant": 10}, 8))
    replication, leaders = simulation.system.channels["events"].replication, []
    for time in (0.5, 1.5, 3.5, 4.2, 5.5, 6.5):
        simulation.env.run(until=time)
        leaders.append(replication.leader)
    assert leaders == [0, 1, 0, 2, 2, 1]


SECOND = [failure(3.0005, 2), failure(4.0005, 2)]  # the first is back at 5 s, the second at 6 s


@pytest.mark.slow
def test_without_anybody_in_sync_a_log_waits_or_an_unclean_election_loses():
    """Two brokers: at 4 s the second fails, which alone has what came since 3 s."""
    clean = run_of(SECOND, replicas=2)
    _, refused, lost, _ = fates(clean)
    assert (refused, lost) == (2 * RATE, LAG * RATE), "it waits for the one that has everything"
    unclean = run_of(SECOND, replicas=2, unclean_election=True)
    _, refused, lost, confirmed = fates(unclean)
    assert refused == RATE and lost == confirmed == pytest.approx((1 + LAG) * RATE, abs=1)
    assert unclean.summary()["lost"] == LAG * RATE, "what a group had read is done, though the log has it no more"
    late = shop(SECOND, replicas=2, unclean_election=True).to_dict()
    late["services"]["late"] = {**late["services"]["reader"], "subscribe": {"channel": "events", "from": 8}}
    run = checked(Scenario.from_dict(late), conserving=False)
    assert run.audit()
    assert run.channels["events", "late"]["published"] == fates(run)[0]


def test_a_log_without_replicas_waits_for_its_only_broker():
    run = run_of([failure(3.0005, 2)], replicas=1)
    assert fates(run) == (9999 - 2 * RATE, 2 * RATE, 0, 0)


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_lost_confirmation_makes_a_second_record_unless_the_producer_is_idempotent(idempotent):
    network = {"give_up": "100ms", "links": {"wire": {"between": ["front", "events"], "loss": 0.05}}}
    retry = {"retry": {"attempts": 20, "backoff": "10ms"}}
    run = run_of((), duration=5, publish=retry, network=network, replicas=1, idempotent=idempotent)
    again = sum(kind == "message came again" for _, kind, *_ in run.records.incidents)
    assert again > 100
    figures = run.summary()
    repeated = 0 if idempotent else again
    assert len(run.records.copies) == figures["duplicated"] == repeated
    assert len(run.effects) - figures["requests"] == repeated
    assert (figures["effects_repeated"] > 100) == (not idempotent) and figures["effects_missing"] == 0
