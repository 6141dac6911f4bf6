"""Groups of a log whose members own partitions: who reads what, rebalances, commits, what a crash repeats or loses."""

import re

import numpy as np
import pytest

from evsim.engine.murmur import partition_of
from evsim.parts.log.engine.assignors import ASSIGN
from evsim.results.endings import Outcome, Verdict
from evsim.scenario import Scenario
from tests.support.cases import case, expected
from tests.support.nightly import by_day, nightly
from tests.support.statistics import agrees
from tests.truth.measuring import checked, rows_of
from tests.truth.systems import arrivals_from, consumers, system

ASSIGNORS = {"range": "KAFKA-range", "round_robin": "KAFKA-roundrobin"}


# Assignors.


def read(partitions):
    """[(topic, partition)] of texts such as t0p1."""
    return [(topic, int(number)) for topic, number in (re.match(r"(t\d+)p(\d+)", text).groups() for text in partitions)]


def alike(assignment):
    """An assignment of the cases as the assignors give it, in any order of the partitions."""
    return {member: sorted(read(partitions)) for member, partitions in assignment.items()}


def assigned(name, members, topics, current=None):
    given = ASSIGN[name](members, topics, current or {})
    return {member: sorted(partitions) for member, partitions in given.items()}


@pytest.mark.parametrize("name", ASSIGNORS)
def test_two_members_share_two_topics_as_kafkas_assignor_says(name):
    both = dict.fromkeys(["C0", "C1"], ("t0", "t1"))
    assert assigned(name, both, {"t0": 3, "t1": 3}) == alike(expected(ASSIGNORS[name]))


def test_round_robin_passes_over_members_who_do_not_subscribe():
    members = {"C0": ["t0"], "C1": ["t0", "t1"], "C2": ["t0", "t1", "t2"]}
    found = assigned("round_robin", members, {"t0": 1, "t1": 2, "t2": 3})
    assert found == alike(expected("KAFKA-roundrobin-uneven"))


@pytest.mark.parametrize("name", ["sticky", "cooperative_sticky", "round_robin"])
def test_when_a_member_leaves_only_the_sticky_ones_keep_what_they_have(name):
    truth, before = expected("KAFKA-sticky-rebalance"), case("KAFKA-sticky-rebalance")["parameters"]["initial"]
    topics = {f"t{number}": 2 for number in range(4)}
    three = dict.fromkeys(["C0", "C1", "C2"], tuple(topics))
    assert assigned(name, three, topics) == alike(before)
    two = dict.fromkeys(["C0", "C2"], tuple(topics))
    after = assigned(name, two, topics, {member: read(partitions) for member, partitions in before.items()})
    kind = "roundrobin" if name == "round_robin" else "sticky"
    assert after == alike(truth[kind])
    moved = sum(len(set(alike(before)[member]) - set(after[member])) for member in after)
    assert moved == truth[f"partitions moved between the survivors, {kind}"]


@pytest.mark.parametrize("name", ASSIGN)
@pytest.mark.parametrize("members", [1, 2, 3, 5, 8, 13])
def test_any_assignor_gives_every_partition_to_one_member_and_shares_them_evenly(name, members):
    group = {f"C{number:02}": ["t"] for number in range(members)}
    current = {}
    for _ in range(3):
        given = ASSIGN[name](group, {"t": 12}, current)
        assert sorted(partition for partitions in given.values() for _, partition in partitions) == list(range(12))
        counts = [len(partitions) for partitions in given.values()]
        assert max(counts) - min(counts) <= 1
        current = given
        group.popitem()
        if not group:
            break


# A running group.


def keys_in_turn(count):
    """A key for each partition, in their order."""
    return [next(key for key in map(str, range(10_000)) if partition_of(key, count) == turn) for turn in range(count)]


def group(folder, partitions, work, rate, duration, instances, faults=(), handle=None, stamps=None, **reading):
    """`worker` reads a log of which each partition gets every so-manieth message, in turn."""
    stamps = np.arange(0, duration, 1 / rate) if stamps is None else stamps
    keys = keys_in_turn(partitions)
    arrivals = arrivals_from(folder, stamps, [keys[turn % partitions] for turn in range(len(stamps))])
    handle = handle or [{"work": work}, {"effect": "seen"}]
    return consumers({"log": {"partitions": partitions}}, handle, arrivals, duration, 0, folder=folder,
                     instances=instances, subscribe=reading, faults=list(faults))  # fmt: skip


def owners(run, time):
    """partition -> instance (from 1) at a time."""
    have = {}
    for when, _, _, partition, instance, begins in run.records.ownership:
        if when <= time:
            have[partition] = instance + 1 if begins else None
    return have


def incidents(run, kind):
    return [(time, what, detail) for time, what_kind, what, detail in run.records.incidents if what_kind == kind]


def test_the_members_of_a_running_group_own_what_the_assignor_says(tmp_path):
    for name, truth in (("range", [1, 1, 2]), ("round_robin", [1, 2, 1]), ("sticky", [1, 2, 1])):
        run = checked(group(tmp_path, 3, "1ms", 100, 1, 2, assignor=name), conserving=False)
        assert owners(run, 0) == dict(enumerate(truth))
        mine = rows_of(run, "worker")
        partition = run.tables.messages["partition"][run.tables.rows["parent"][mine]]
        assert (run.tables.rows["worker"][mine] + 1 == np.array(truth)[partition]).all()


@pytest.mark.parametrize("count", [1, 3, 5, 6, 12, 20])
def test_a_balanced_load_is_read_as_fast_as_the_member_with_most_partitions_can(count, tmp_path):
    """12 partitions, 100 messages a second and member: five members do 400 a second, as one of them has three."""
    name = f"n={count} (8 idle)" if count == 20 else f"n={count}"
    messages = 1200
    scenario = group(tmp_path, 12, "10ms", 1, 1, count, stamps=np.zeros(messages), assignor="range")
    run = checked(scenario, conserving=False)
    last = run.tables.rows["ended"][rows_of(run, "worker")].max()
    assert messages / last == pytest.approx(expected("KAFKA-parallelism", name))


# Commits.


def crashing(interval, rate, crashes, **reading):
    """`worker` handles `rate` messages a second without a pause, and crashes at a uniform moment of its interval."""
    cycle = 1.5 * interval  # from one crash to the next
    duration = crashes * cycle
    services = {
        "front": {"workers": 1000, "handle": [{"publish": "events"}]},
        "worker": {
            "subscribe": {"channel": "events", "commit": {"interval": interval}, **reading},
            "handle": [{"work": 1 / rate}, {"effect": "seen"}],
        },
    }
    customers = {"target": "front", "arrivals": {"constant": rate}}
    fault = {"crash": "worker", "mtbf": {"uniform": [interval, 2 * interval]}, "mttr": interval / 1000}
    return system(services, {"customers": customers}, duration, 0, channels={"events": "log"}, faults=[fault])


def redelivered(run):
    """How many messages went back at each crash."""
    mine = rows_of(run, "worker")
    back = run.tables.rows["settled"][mine][run.tables.rows["verdict"][mine] == Verdict.GIVEN_BACK]
    return [int((back == time).sum()) for time, _, _ in incidents(run, "crash")]


@pytest.mark.slow
@pytest.mark.parametrize(("shorter", "crashes", "error"), [
    pytest.param(1, 160, 0.25, marks=nightly), (20, by_day(1100), 0.1),
])  # fmt: skip
def test_a_crash_repeats_the_work_since_the_last_commit(shorter, crashes, error):
    """A commit every 5 s, 200 messages a second: 500 again on average, 1000 at most; and 20 times shorter."""
    truth = expected("KAFKA-autocommit-dup")
    run = checked(crashing(5 / shorter, 200, crashes), 10, conserving=False)
    assert run.audit()
    found = redelivered(run)
    assert agrees(found, truth["mean"] / shorter + 0.5, notices=error)  # and the one in hand
    assert max(found) <= truth["max"] / shorter + 1
    figures = run.channels["events", "worker"]
    assert figures["lost"] == figures["dead"] == figures["pending"] == 0
    repeats = (run.tables.deliveries.handlings - 1).sum()
    assert repeats == run.summary()["effects_repeated"] or repeats > figures["duplicated"] > 0


def handled(run):
    """state -> how many of the messages of `worker`."""
    figures = run.channels["events", "worker"]
    return {state: figures[state] for state in ("done", "duplicated", "lost", "dead", "pending", "redelivered")}


CRASHES = [{"crash": "worker", "at": 1.005 + index, "for": 0.1} for index in range(20)]
STEPS = [{"work": "10ms"}, {"effect": "seen"}, {"work": "10ms"}]


@pytest.mark.parametrize("assignor", [None, "range", "cooperative_sticky"])
def test_a_commit_before_the_work_loses_what_a_crash_interrupts_and_one_after_it_repeats_it(assignor, tmp_path):
    """20 crashes, each in the middle of one message: before its effect in half of the runs, after it in the others."""
    for late in (0.0, 0.01):
        faults = [{**each, "at": each["at"] + late} for each in CRASHES]
        alike = dict(partitions=1, work=None, rate=20, duration=25, instances=1, handle=STEPS, faults=faults)
        before = checked(group(tmp_path, commit="before", assignor=assignor, **alike), conserving=False)
        after = checked(group(tmp_path, commit="after", assignor=assignor, **alike), conserving=False)
        assert before.audit() and after.audit()
        assert handled(before) == {"done": 480, "duplicated": 0, "lost": 20, "dead": 0, "pending": 0, "redelivered": 0}
        assert handled(after) == {"done": 500, "duplicated": 0, "lost": 0, "dead": 0, "pending": 0, "redelivered": 20}
        assert before.summary()["effects_missing"] == (0 if late else 20)
        assert after.summary()["effects_repeated"] == (20 if late else 0)
    lost = before.ledger[before.ledger.state == "lost"]
    assert set(lost.cause) == {"crash after the early commit"} and set(lost.disposition) == {"acked"}


def test_work_that_began_at_the_first_moment_of_all_has_begun():
    """One message at 0 s, 1 s of work, and a crash within it: it was committed, so it is lost."""
    run = Scenario.from_dict({
        "name": "at-once", "workloads": {"page": {"target": "desk", "arrivals": {"burst": {"count": 1, "at": "0s"}}}},
        "services": {"desk": {"handle": [{"publish": "facts"}, {"reply": "yes"}]},
                     "reader": {"subscribe": {"channel": "facts", "commit": "before"},
                                "handle": [{"work": "1s"}, {"effect": "seen"}]}},
        "channels": {"facts": {"log": {"partitions": 1}}},
        "faults": [{"crash": "reader", "at": "500ms", "for": "100ms"}], "run": {"duration": "5s"},
    }).run()  # fmt: skip
    assert run.audit() and run.tables.rows["started"].tolist() == [0, 0]
    assert run.ledger.state.tolist() == ["lost"]


def test_a_commit_before_the_work_loses_what_fails():
    handle = [{"work": "1ms"}, {"fail": 1}]
    run = checked(consumers("log", handle, {"constant": 100}, 1, 0, subscribe={"commit": "before"}), conserving=False)
    assert handled(run)["lost"] == run.summary()["requests"] > 0
    assert set(run.ledger.cause) == {"fail step after the early commit"}


def test_lag_counts_to_the_commit_and_not_to_the_work(tmp_path):
    """100 messages a second, worked at once, committed every 2 s: behind by 0 to 200, by 100 on average."""
    run = checked(group(tmp_path, 2, "1us", 100, 20, 1, commit={"interval": "2s"}), conserving=False)
    figures = run.channels["events", "worker"]
    assert figures["lag_mean"] == pytest.approx(100, abs=1) and figures["lag_max"] == pytest.approx(200, abs=1)
    for partition in (0, 1):
        assert run.partitions["events", "worker", partition]["lag_mean"] == pytest.approx(50, abs=1)
    assert run.partitions.frame.lag_mean.sum() == pytest.approx(figures["lag_mean"])


# Rebalances.

CRASH = {"crash": "worker/2", "at": 5.001, "for": 4}


def gaps(run, partition, longer):
    """(from, to) of the times in which nothing of a partition was in process, if `longer`."""
    mine = rows_of(run, "worker")
    mine = mine[run.tables.messages["partition"][run.tables.rows["parent"][mine]] == partition]
    leased, ended = run.tables.rows["leased"][mine], run.tables.rows["ended"][mine]
    order = np.argsort(leased)
    found = zip(ended[order][:-1], leased[order][1:], strict=True)
    return [(round(float(start), 3), round(float(end), 3)) for start, end in found if end - start > longer]


@pytest.mark.parametrize("assignor", ["range", "round_robin", "sticky", "cooperative_sticky"])
def test_an_eager_group_stops_altogether_and_a_cooperative_one_only_what_moves(assignor, tmp_path):
    """Two members, four partitions. One dies at 5 s, is missed 1 s later, is back at 9 s; a rebalance takes 500 ms."""
    reading = {"assignor": assignor, "session_timeout": "1s", "rebalance": "500ms"}
    scenario = group(tmp_path, 4, "1ms", 400, 12, 2, [CRASH], **reading)
    run = checked(scenario, conserving=False)
    assert run.audit()
    mine = [partition for partition, instance in owners(run, 5).items() if instance == 2]
    assert len(mine) == 2
    assert [time for time, _, _ in incidents(run, "expel")] == [pytest.approx(6.001)]
    begun = [time for time, _, _ in incidents(run, "rebalance")]
    ended = [time for time, _, _ in incidents(run, "end of rebalance")]
    assert begun == pytest.approx([6.001, 9.001]) and ended == pytest.approx([6.501, 9.501], abs=0.002)
    moved = {partition for partition in range(4) if owners(run, 12)[partition] == 2}
    for partition in range(4):
        stops = gaps(run, partition, 0.1)
        whole = [(5.001, 6.501)] if partition in mine else [(6.001, 6.501)]
        again = [(9.001, 9.501)]
        if assignor == "cooperative_sticky":
            whole, again = (whole if partition in mine else []), (again if partition in moved else [])
        assert [pytest.approx(stop, abs=0.02) for stop in whole + again] == stops, partition
    assert set(owners(run, 7).values()) == {1}
    assert sorted(owners(run, 12).values()) == [1, 1, 2, 2]


def test_a_clean_leave_needs_no_session_and_repeats_nothing(tmp_path):
    outage = {"outage": "worker/2", "at": 5.001, "for": 4}
    scenario = group(tmp_path, 4, "1ms", 400, 12, 2, [outage], session_timeout="1s", commit={"interval": "5s"})
    run = checked(scenario, conserving=False)
    assert [time for time, _, _ in incidents(run, "rebalance")] == pytest.approx([5.001, 9.001])
    assert handled(run)["redelivered"] == 0 and not incidents(run, "expel")


def test_a_slow_member_is_expelled_and_its_commit_fails(tmp_path):
    """Some messages take 10 s, the limit is 3 s: they are handed to the other member, and done twice or more often."""
    slow = [{"work": {"choice": [[0.7, 0.01], [0.3, 10]]}}, {"effect": "seen"}]
    scenario = group(tmp_path, 1, None, 0.2, 60, 2, handle=slow, max_poll_interval="3s")
    run = checked(scenario, 5, conserving=False)
    assert run.audit()
    rows = run.tables.rows
    mine = rows_of(run, "worker")
    revoked = mine[rows["verdict"][mine] == Verdict.REVOKED]
    assert len(revoked) and len(incidents(run, "expel")) == len(revoked)
    assert (rows["settled"][revoked] - rows["leased"][revoked]) == pytest.approx(3)
    assert (rows["outcome"][revoked] == Outcome.OK).all(), "it goes on, and its effect is real"
    assert (rows["settled"][revoked] < rows["ended"][revoked]).all()
    figures = handled(run)
    again = np.unique(rows["parent"][revoked])
    assert figures["duplicated"] == len(again) and figures["pending"] == 0
    assert (run.tables.deliveries.handlings - 1).sum() == len(revoked)
    ledger = run.ledger[run.ledger.state == "duplicate"]
    assert (ledger.attempts == ledger.handlings).all()


def test_a_consumer_that_sleeps_inside_its_retry_is_expelled_for_it(tmp_path):
    """A call of 1 ms that fails is tried again after 1, 2 and 4 s: with the message in hand for 7.004 s, of 5 s.

    The other member has it from 5 s on, and fails as well. Both sleep to the end, and each is expelled once for each
    message; whoever handles the failure, with on_error, leaves its effect twice.
    """
    retry = {"attempts": 4, "backoff": {"exponential": {"base": "1s"}}}
    handle = [{"call": {"service": "store", "retry": retry, "on_error": "ignore"}}, {"effect": "seen"}]

    def asleep(interval, seconds=100):
        data = group(tmp_path, 1, "1ms", 0.04, seconds, 2, max_poll_interval=interval).to_dict()
        data["services"]["worker"]["handle"] = handle
        data["services"]["store"] = {"handle": [{"work": "1ms"}, {"fail": 1}]}
        data["run"]["drain_limit"] = "13s"
        run = Scenario.from_dict(data, tmp_path).run()
        assert run.audit()
        return run

    run = asleep("5s")
    rows, mine = run.tables.rows, rows_of(run, "worker")
    revoked = mine[rows["verdict"][mine] == Verdict.REVOKED]
    assert len(revoked) == len(incidents(run, "expel")) >= 2
    assert rows["settled"][revoked] - rows["leased"][revoked] == pytest.approx(5)
    over = revoked[rows["outcome"][revoked] == Outcome.OK]
    assert rows["ended"][over] - rows["started"][over] == pytest.approx(7.004)
    assert len(incidents(run, "rebalance")) >= len(revoked)
    first = run.ledger[run.ledger.subscription == "worker"].iloc[0]
    assert first.attempts > 1 and first.handlings > 1 and handled(run)["redelivered"] >= 1
    patient = asleep("8s")
    assert not incidents(patient, "expel") and handled(patient)["redelivered"] == 0
    assert (patient.ledger.handlings == 1).all() and len(patient.ledger) >= 1


def test_a_member_that_wakes_from_a_long_sleep_finds_its_partitions_gone(tmp_path):
    pause = {"pause": "worker/1", "at": 5.0005, "for": 4}
    scenario = group(tmp_path, 2, "1ms", 200, 12, 2, [pause], session_timeout="1s", assignor="sticky")
    run = checked(scenario, conserving=False)
    assert run.audit()
    assert handled(run)["duplicated"] == 1, "the one in its hands"
    assert set(owners(run, 7).values()) == {2} and sorted(owners(run, 12).values()) == [1, 2]
    short = {"pause": "worker/1", "at": 5.0005, "for": 0.9}
    scenario = group(tmp_path, 2, "1ms", 200, 12, 2, [short], session_timeout="1s", assignor="sticky")
    run = checked(scenario, conserving=False)
    assert handled(run)["duplicated"] == 0 and not incidents(run, "rebalance")


@pytest.mark.parametrize(("length", "expelled"), [(0.9, 0), (4, 2)])
def test_members_whose_heartbeats_are_lost_are_expelled_while_they_work(length, expelled, tmp_path):
    """The link to the log is cut: a session of 1 s ends, and what was in their hands is done twice."""
    scenario = group(tmp_path, 2, "500ms", 2, 12, 2, session_timeout="1s", retry={"attempts": 9}).to_dict()
    scenario["network"] = {"give_up": "100ms", "links": {"wire": {"between": ["worker", "events"]}}}
    scenario["faults"] = [{"partition": "wire", "at": 5.2, "for": length}]
    run = checked(Scenario.from_dict(scenario, tmp_path), conserving=False)
    assert run.audit()
    assert [time for time, _, _ in incidents(run, "expel")] == [pytest.approx(6.2)] * expelled
    if expelled:
        assert sorted(owners(run, 7).values(), key=str) == [None, None]
        assert [time for time, _, _ in incidents(run, "end of rebalance")][-1] == pytest.approx(9.2)
        taken = run.tables.rows["leased"][rows_of(run, "worker")]
        assert not ((taken > 5.2) & (taken < 9.2)).any()
    assert set(owners(run, 12).values()) == {1, 2} and handled(run)["lost"] == handled(run)["pending"] == 0


def test_what_came_while_a_member_slept_is_read_when_it_wakes(tmp_path):
    pause = {"pause": "worker", "at": 5.0005, "for": 4}
    run = checked(group(tmp_path, 2, "1ms", 10, 6, 2, [pause], assignor="range"), conserving=False)
    assert handled(run)["done"] == run.summary()["requests"] and handled(run)["pending"] == 0


def test_a_log_like_kafka_has_the_constants_of_kafkas_source():
    """One moved since: linger was 0 before 4.0, as the source of the case says."""
    truth = expected("SEM-kafka-defaults")
    scenario = group_like_kafka()
    log, (reading,) = scenario.complete.channels["events"], scenario.complete.services["worker"].subscribe
    assert "KIP-1030" in case("SEM-kafka-defaults")["source"] and log.linger == 0.005
    assert truth["enable.auto.commit"] and reading.commits.time * 1000 == truth["auto.commit.interval.ms"]
    assert reading.session_timeout * 1000 == truth["session.timeout.ms"]
    assert reading.max_poll_interval * 1000 == truth["max.poll.interval.ms"]
    assert reading.rebalance * 1000 == truth["heartbeat.interval.ms"]
    assert reading.owns == truth["partition.assignment.strategy"][0]
    assert reading.start.kind == truth["auto.offset.reset"]
    assert log.min_in_sync == truth["min.insync.replicas"]
    assert log.unclean_election is truth["unclean.leader.election.enable"]
    assert log.idempotent is truth["enable.idempotence"]


def group_like_kafka(faults=()):
    log = {"log": {"like": "kafka", "partitions": 4}}
    return consumers(log, [{"work": "1ms"}], {"constant": 100}, 120, 0, instances=2, faults=list(faults))


@pytest.mark.slow
def test_a_member_of_a_group_like_kafkas_commits_every_five_seconds():
    run = checked(group_like_kafka(), conserving=False)
    commits = np.unique(run.tables.rows["settled"][rows_of(run, "worker")])
    assert len(commits) >= 24 and np.diff(commits) == pytest.approx(5)


def test_a_member_of_a_group_like_kafkas_is_expelled_after_five_minutes_with_one_message():
    """The first message takes 301 s; it is handed out again at 300 s, and then takes 1 s."""
    slow = {"slowdown": "worker", "factor": 301, "at": 0, "for": 1}
    log = {"log": {"like": "kafka", "partitions": 1}}
    run = checked(consumers(log, [{"work": 1}], {"burst": 1}, 700, 0, instances=2, faults=[slow]), conserving=False)
    (first, second) = rows_of(run, "worker")
    (expelled,) = [time for time, _, _ in incidents(run, "expel")]
    assert expelled - run.tables.rows["leased"][first] == pytest.approx(300)
    assert run.tables.rows["verdict"][first] == Verdict.REVOKED and run.tables.rows["started"][second] > expelled
    assert run.tables.rows["ended"][first] - run.tables.rows["started"][first] == pytest.approx(301)


@pytest.mark.parametrize(("name", "moved"), [("sticky", []), ("cooperative_sticky", []), ("round_robin", [2, 3])])
def test_when_a_running_member_stops_only_the_sticky_ones_keep_what_they_have(tmp_path, name, moved):
    stops = [{"outage": "worker/2", "at": 2, "for": 1.5}]
    run = checked(group(tmp_path, 6, "1ms", 100, 3, 3, faults=stops, assignor=name), conserving=False)
    before, after = owners(run, 1.9), owners(run, 2.9)
    stay = [partition for partition, member in before.items() if member != 2]
    assert len(stay) == 4 and set(after.values()) == {1, 3}
    assert [partition for partition in stay if after[partition] != before[partition]] == moved
    mine = rows_of(run, "worker")
    mine = mine[(run.tables.rows["started"][mine] > 2.1) & (run.tables.rows["started"][mine] < 2.9)]
    partition = run.tables.messages["partition"][run.tables.rows["parent"][mine]]
    assert (
        len(mine) > 50 and (run.tables.rows["worker"][mine] + 1 == [after[each] for each in partition.tolist()]).all()
    )


@pytest.mark.slow
def test_a_member_of_a_group_like_kafkas_is_missed_after_45_seconds():
    run = checked(group_like_kafka([{"crash": "worker/2", "at": 21, "for": 60}]), conserving=False)
    assert run.audit()
    assert [time for time, _, _ in incidents(run, "expel")] == [pytest.approx(66)]
    begun = [time for time, _, _ in incidents(run, "rebalance")]
    assert begun == pytest.approx([66, 81])
    assert [time for time, _, _ in incidents(run, "end of rebalance")] == pytest.approx([69, 84], abs=0.02)
    figures = handled(run)
    assert figures["redelivered"] == pytest.approx(1 / 2 * 100 * 1, abs=4), "a second of half the messages"
    assert run.channels["events", "worker"]["age_max"] == pytest.approx(69 - 20 + 2, abs=4)


@pytest.mark.slow
def test_groups_know_nothing_of_each_others_rebalances(tmp_path):
    alone = group(tmp_path, 4, "1ms", 400, 12, 2, assignor="range")
    both = alone.to_dict()
    both["services"]["other"] = {**both["services"]["worker"]}
    both["faults"] = [{**CRASH, "crash": "other/2"}]
    both = type(alone).from_dict(both, tmp_path)
    assert incidents(checked(both, conserving=False), "rebalance")
    one, two = checked(alone, conserving=False), checked(both, conserving=False)
    for name in ("leased", "started", "ended", "settled", "worker"):
        assert np.array_equal(
            one.tables.rows[name][rows_of(one, "worker")], two.tables.rows[name][rows_of(two, "worker")]
        )
