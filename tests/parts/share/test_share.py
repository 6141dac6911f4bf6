"""Share groups: more consumers than partitions, locks, what is released or rejected, how far a partition is read."""

import numpy as np
import pytest

from evsim import load
from evsim.engine.murmur import partition_of
from evsim.results.endings import Verdict
from evsim.results.remarks import remarks
from evsim.scenario import Scenario, ScenarioError
from tests.rules.logs import facts
from tests.truth.systems import at


def handed_out(run):
    """[(message, when, verdict), ...] of the reader's attempts, in the order in which they were handed out."""
    rows = run.tables.rows
    mine = [row for row, place in enumerate(rows["place"].tolist())
            if run.tables.places[place].is_delivery and rows["leased"][row] >= 0]  # fmt: skip
    mine.sort(key=lambda row: (rows["leased"][row], row))
    return [(int(rows["parent"][row]), round(float(rows["leased"][row]), 9), Verdict.name_of(rows["verdict"][row]))
            for row in mine]  # fmt: skip


def reading(share, comes, work=1, log=None, **more):
    """`reader` shares a log; customers publish to it when they come."""
    run = facts(log or {}, comes, work, reading={"share": share}, **more).run()
    run.audit()
    return run


def burst(share, instances, partitions=12, messages=600):
    """All messages are there at the beginning, and each is 10 ms of work; how many are worked a second."""
    reads = {"channel": "events", **({"share": True} if share else {"assignor": "range"})}
    run = Scenario.from_dict({
        "name": "burst",
        "workloads": {"all": {"target": "front", "arrivals": {"burst": {"count": messages}}}},
        "services": {"front": {"workers": messages, "handle": [{"publish": "events"}]},
                     "worker": {"instances": instances, "subscribe": reads, "handle": [{"work": 0.01}]}},
        "channels": {"events": {"log": {"partitions": partitions, "partitioner": "round_robin"}}},
        "run": {"duration": 1},
    }).run()  # fmt: skip
    run.audit()
    return messages / float(np.nanmax(run.tables.rows["ended"]))


def test_consumers_beyond_the_number_of_partitions_work_as_well():
    assert burst(share=False, instances=20) == pytest.approx(1200)
    assert burst(share=True, instances=20) == pytest.approx(2000)


def test_a_share_group_of_one_partition_waits_as_a_queue_does():
    def started(channel, **reads):
        scenario = Scenario.from_dict({
            "name": "alike", "workloads": {"some": {"target": "front", "arrivals": {"poisson": 70}}},
            "services": {"front": {"workers": 99, "handle": [{"publish": "jobs"}]},
                         "worker": {"instances": 8, "subscribe": {"channel": "jobs", **reads},
                                    "handle": [{"work": {"exponential": 0.1}}]}},
            "channels": {"jobs": channel}, "run": {"duration": 20, "seed": 4},
        })  # fmt: skip
        rows = scenario.run().tables.rows
        return rows["started"]

    assert np.array_equal(started({"log": {}}, share=True), started("queue"), equal_nan=True)


def test_after_the_lock_somebody_else_has_the_message_and_the_first_one_settles_nothing():
    """The work takes 3 s and the lock 2 s: the second one begins at 2 s and is too late as well, at 4 s ..."""
    run = reading({"lock": 2, "deliveries": 3}, [0], work=3, steps=[{"effect": "seen"}], reader={"instances": 2})
    assert handed_out(run) == [(0, 0, "REVOKED"), (0, 2, "REVOKED"), (0, 4, "DEAD")]
    assert len(run.effects) == 3 and run.summary()["effects_repeated"] == 1
    assert [(each.time, each.words) for each in remarks(run)] == [
        (time, "has lost its lock: others may have the message") for time in (2, 4, 6)
    ]


def test_what_fails_is_released_and_is_dead_after_five_deliveries():
    run = reading(True, [0], work=1, steps=[{"fail": 1}])
    assert handed_out(run) == [(0, time, "GIVEN_BACK") for time in range(4)] + [(0, 4, "DEAD")]
    assert set(run.ledger.state) == {"dead"}


def test_what_is_rejected_is_dead_at_once():
    run = reading({"on_failure": "reject"}, [0], work=1, steps=[{"fail": 1}])
    assert handed_out(run) == [(0, 0, "DEAD")]


def test_what_a_consumer_held_that_dies_others_have_at_once():
    run = reading(True, [0, 0.5], work=2, reader={"instances": 2},
                  faults=[{"crash": "reader/1", "at": 1, "for": 5}])  # fmt: skip
    assert handed_out(run) == [(0, 0, "GIVEN_BACK"), (1, 0.5, "DONE"), (0, 2.5, "DONE")]


def test_a_paused_consumer_gets_nothing_and_its_lock_ends():
    run = reading({"lock": 3}, [0, 0.5], work=1, reader={"instances": 2},
                  faults=[{"pause": "reader/1", "at": 0.2, "for": 9}])  # fmt: skip
    assert handed_out(run) == [(0, 0, "REVOKED"), (1, 0.5, "DONE"), (0, 3, "DONE")]


def test_messages_of_a_key_overtake_each_other():
    work = {"choice": [[0.5, 0.1], [0.5, 5]]}
    run = reading(True, list(np.arange(0, 20, 0.5)), work=work, reader={"instances": 6})
    assert run.summary()["reordered"] > 5


def test_one_message_that_takes_long_holds_up_its_partition_and_not_the_other_one():
    """`in_flight` counts from the first that is not done with, done or not what lies behind it."""
    other = next(key for key in "bcdef" if partition_of(key, 2) != partition_of("a", 2))
    comes = [(0, {"key": "a"}), *((0.1, {"key": "a"}) for _ in range(3)), (0.1, {"key": other})]
    slow = {"slowdown": "reader", "factor": 10, "at": 0, "for": 0.05}  # the first takes 10 s, the others 1 s
    run = reading({"in_flight": 3}, comes, log={"partitions": 2}, reader={"instances": 5}, faults=[slow])
    leased = {message: time for message, time, _ in handed_out(run)}
    assert [leased[number] for number in range(5)] == [0, 0.1, 0.1, 10, 0.1]


def test_a_dead_message_frees_its_partition():
    run = reading({"in_flight": 1, "deliveries": 2}, [0, 0], work=1, steps=[{"fail": 1}], reader={"instances": 2})
    assert [(message, time) for message, time, _ in handed_out(run)] == [(0, 0), (0, 1), (1, 2), (1, 3)]


def test_a_consumer_holds_as_many_as_it_may():
    run = reading({"prefetch": 3}, [0] * 5, work=1)
    assert [time for _, time, _ in handed_out(run)] == [0, 0, 0, 1, 2]


def test_another_group_of_the_same_log_reads_it_in_order_beside():
    scenario = facts({}, [0, 0, 0], 1, reading={"share": True}, reader={"instances": 3})
    data = scenario.to_dict()
    data["services"]["other"] = {"subscribe": "facts", "handle": [{"work": 1}]}
    run = Scenario.from_dict(data).run()
    run.audit()
    started = run.tables.rows["started"]
    by = {name: sorted(started[[row for row, place in enumerate(run.tables.rows["place"].tolist())
                                if run.tables.places[place].service == name]].tolist())
          for name in ("reader", "other")}  # fmt: skip
    assert by == {"reader": [0, 0, 0], "other": [0, 1, 2]}


def test_a_share_group_that_comes_late_begins_where_it_says():
    run = facts({}, [0, 2, 4, 12], 1, reading={"share": True, "from": 10, "start": {"offset": 1}}).run()
    run.audit()
    assert [message for message, _, _ in handed_out(run)] == [1, 2, 3]


def test_kafkas_share_groups_have_locks_of_thirty_seconds_five_deliveries_and_two_thousand_records():
    complete = facts({}, [0], reading={"share": {"like": "kafka-share"}}).complete
    share = complete.services["reader"].subscribe[0].share
    assert (share.lock, share.deliveries, share.in_flight, share.on_failure) == (30, 5, 2000, "release")


def test_the_clocks_of_kafkas_consumer_groups_are_not_those_of_its_share_groups():
    complete = facts({"like": "kafka"}, [0], reading={"share": True}).complete
    reads = complete.services["reader"].subscribe[0]
    assert reads.owns is None and reads.session_timeout is None and reads.start is None


@pytest.mark.parametrize(("more", "said"), [
    ({"assignor": "range"}, "a share group has no assignor; remove it: nobody owns a partition"),
    ({"commit": "before"}, "a share group has no commit"),
    ({"guarantee": "at_most_once"}, "a share group has no guarantee"),
    ({"batch": 3}, "a share group has no batch"),
    ({"retry": {"attempts": 3}}, "a share group has no retry; remove it: write share: {deliveries: 5}"),
    ({"replay": {"at": 5}}, "a share group has no replay"),
])  # fmt: skip
def test_what_other_groups_have_a_share_group_has_not(more, said):
    with pytest.raises(ScenarioError) as refused:
        facts({}, [0], reading={"share": True, **more})
    assert said in str(refused.value).replace("\n", " ")


def test_a_queue_is_shared_anyway():
    with pytest.raises(ScenarioError, match="a share group reads a log"):
        Scenario.from_dict({"name": "queue", "workloads": {"some": {"target": "front", "arrivals": {"poisson": 1}}},
                            "services": {"front": {"handle": [{"publish": "jobs"}]},
                                         "worker": {"subscribe": {"channel": "jobs", "share": True},
                                                    "handle": [{"work": 1}]}},
                            "channels": {"jobs": "queue"}, "run": {"duration": 10}})  # fmt: skip


def test_a_share_group_is_written_as_it_was_read():
    scenario = facts({}, [0], reading={"share": True})
    assert scenario.to_dict()["services"]["reader"]["subscribe"] == {"channel": "facts", "share": True}
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario


# The lesson.


def test_a_share_group_keeps_up_where_a_group_of_four_partitions_falls_behind():
    shared = at("share-group", 1)
    group = load("share-group").to_dict()
    group["services"]["converter"]["subscribe"] = {"channel": "uploaded", "assignor": "range"}
    owned = Scenario.from_dict(group).run()
    objectives = shared.scenario.objectives
    assert all(shared.summary()[name] <= value for name, value in objectives.items())
    assert owned.summary()["completion_p99"] > 10 * objectives["completion_p99"]
    assert owned.services["converter"]["utilisation"] < 0.3 < shared.services["converter"]["utilisation"]
    assert shared.summary()["reordered"] > 0 == owned.summary()["reordered"]


@pytest.mark.slow
def test_at_three_times_its_load_locks_end_in_the_hands_of_consumers_and_the_work_is_done_again():
    busy, cured = at("share-group", 3), at("share-group", 3, {"services.converter.subscribe.share.prefetch": 1}.items())
    assert busy.summary()["effects_repeated"] > 1000 and busy.summary()["wasted_work"] > 0.9
    assert cured.summary()["effects_repeated"] < 10
    assert busy.summary()["completion_p99"] > 5 * cured.summary()["completion_p99"]
