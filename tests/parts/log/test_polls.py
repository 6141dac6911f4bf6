"""Members that fetch many messages in one poll and handle them one by one, and those that do not poll in time."""

import numpy as np
import pytest

from evsim import Scenario, ScenarioError
from evsim.results.endings import Verdict
from tests.parts.log.test_groups import incidents
from tests.truth.measuring import checked, rows_of
from tests.truth.systems import consumers, exponential, poisson


def polling(most, count=11, work="1s", partitions=1, log=None, handle=None, duration=60, link=0, faults=(), instances=2,
            workers=1, **reading):  # fmt: skip
    """Some messages come at once. The first is fetched as it comes, alone; the others wait for the next poll."""
    steps = handle or [{"work": work}, {"effect": "seen"}]
    log = {"log": log or {"partitions": partitions, "partitioner": "round_robin"}}
    reading = {"max_poll_records": most, **reading}
    data = consumers(log, steps, {"burst": {"count": count, "at": 0}}, duration, 0, instances=instances,
                     workers=workers, subscribe=reading, faults=list(faults)).to_dict()  # fmt: skip
    data["network"] = {"links": {"wire": {"between": ["events", "worker"], "latency": link}}}
    data["run"]["drain_limit"] = 1
    run = Scenario.from_dict(data).run(seed=1)
    assert run.audit()
    return run


def column(run, name):
    """Times of a column at the worker that are not blank, in the order of the rows."""
    values = run.tables.rows[name][rows_of(run, "worker")]
    return [round(float(each), 6) for each in values if each >= 0]


def times(run, kind):
    return [round(time, 6) for time, _, _ in incidents(run, kind)]


def handled(run):
    return run.channels["events", "worker"]


def test_a_member_fetches_so_many_and_handles_them_one_after_another():
    run = polling(4, instances=1, workers=3)
    assert column(run, "leased") == [0, *4 * [1], *4 * [5], *2 * [9]]
    assert column(run, "started") == list(range(11)) == [each - 1 for each in column(run, "ended")]
    first = {first for _, first in run.records.polls}
    assert len(first) == 3 and handled(run)["done"] == 11


@pytest.mark.parametrize("faults", [[], [{"slowdown": "worker", "factor": 1, "at": 1}]])
def test_what_was_fetched_together_has_arrived_together_though_the_run_ends_before_it_is_handled(faults):
    run = polling(4, instances=1, link=0.5, faults=faults).scenario.run(seed=1, until=3)
    assert run.audit()
    assert column(run, "leased") == [0, *4 * [1.5]] and len(column(run, "started")) == 2
    assert column(run, "arrived") == [0.5, *4 * [2]]


def test_a_member_reads_one_partition_after_another_and_begins_behind_the_last():
    run = polling(3, count=12, partitions=3, instances=1)
    rows = rows_of(run, "worker")
    rows = rows[np.argsort(run.tables.rows["started"][rows], kind="stable")]
    partition = run.tables.messages["partition"][run.tables.rows["parent"][rows]]
    assert partition.tolist() == [0, 1, 1, 1, 2, 2, 2, 0, 0, 0, 1, 2]


@pytest.mark.parametrize("most", [1, 7, 500])
def test_a_poll_changes_nothing_where_nobody_is_late(most):
    def read(**reading):
        scenario = consumers(
            {"log": {"partitions": 1}}, [{"work": exponential(0.08)}], poisson(10), 60, 0, subscribe=reading
        )
        run = checked(scenario, conserving=False)
        return run, rows_of(run, "worker")

    (one, mine), (other, its) = read(max_poll_records=most), read()
    assert len(mine) > 500 and len(one.records.polls) > (100 if most > 1 else -1)
    for name in ("started", "ended", "settled"):
        assert np.array_equal(one.tables.rows[name][mine], other.tables.rows[name][its], equal_nan=True), name


KINDS = [
    ("after", 12, 11),
    ("before", 11, 11),
    ("transaction", 12, 11),
    ("poll", None, 1),
    ({"interval": "2s"}, None, 0),
]


@pytest.mark.parametrize(("commit", "effects", "done"), KINDS)
def test_who_does_not_poll_in_time_is_expelled_and_what_it_had_not_committed_is_done_again(commit, effects, done):
    """Ten messages of 1 s in one poll from 1 s on, and 5 s for it: five are done, and the sixth is in hand."""
    run = polling(10, commit=commit, max_poll_interval="5s")
    assert times(run, "expel")[0] == 6
    rows, mine = run.tables.rows, rows_of(run, "worker")
    assert (rows["verdict"][mine] == Verdict.DONE).sum() == done
    first = mine[rows["worker"][mine] == 0][:11]
    again = mine[(rows["worker"][mine] == 1)]
    if effects is None:  # who commits later does not know that it is out, and goes through all ten
        assert rows["started"][first].tolist() == list(range(11)) and times(run, "expel")[1:3] == [11, 16]
        again = again[np.argsort(rows["started"][again])][:10]
        assert rows["started"][again].tolist() == list(range(6, 16)) and len(run.effects) > 100
        assert run.tables.messages["offset"][rows["parent"][again]].tolist() == list(range(done, done + 10))
    else:
        assert rows["started"][again].tolist() == ([6, 7, 8, 9, 10] if effects == 12 else [6, 7, 8, 9])
        assert len(run.effects) == effects and len(times(run, "expel")) == 1
        assert times(run, "rebalance") == [6, 7], "it joins when it is done with what it has in hand"


def test_who_is_stopped_ends_what_it_has_in_hand_and_commits_it_though_its_next_poll_is_overdue():
    """A message of 9 s, of which the member is told after 1 s to stop: nobody expels who leaves."""
    run = polling(10, count=1, work="9s", max_poll_interval="5s", faults=[{"outage": "worker/1", "at": 1}])
    assert times(run, "expel") == [] and times(run, "rebalance") == [1]
    assert column(run, "ended") == column(run, "settled") == [9] and len(run.effects) == 1


@pytest.mark.parametrize(("most", "done"), [(5, 41), (6, 1)])
def test_a_group_whose_polls_take_too_long_never_gets_on(most, done):
    """There are 5 s for a poll of messages of 1 s: five are in time, as an end at the limit counts."""
    run = polling(most, count=41, commit="poll", max_poll_interval="5s")
    assert handled(run)["done"] == (done if most == 5 else 1)
    assert (run.tables.rows["verdict"][rows_of(run, "worker")] == Verdict.DONE).sum() == done
    assert bool(times(run, "expel")) == (most == 6)


def test_a_poll_of_kafkas_defaults_that_takes_too_long_is_done_again():
    """500 messages of 0.7 s take 350 s, of 300 s: 429 have begun when the member is out, and all are begun again."""
    run = polling(
        500,
        count=501,
        work="700ms",
        log={"like": "kafka", "partitions": 1},
        duration=400,
        start="earliest",
        **{"from": 10},
    )
    (expelled,) = times(run, "expel")
    polled = column(run, "leased")[1]
    assert expelled - polled == 300
    rows, mine = run.tables.rows, rows_of(run, "worker")
    its = mine[rows["worker"][mine] == 0]
    assert (rows["started"][its] < expelled).sum() - 1 == 429 and len(its) == 501
    other = mine[rows["worker"][mine] == 1]
    offsets = run.tables.messages["offset"][rows["parent"][other]]
    began = rows["started"][other].min()
    assert began == pytest.approx(expelled + 3), "a rebalance takes 3 s"
    assert offsets[np.argmin(rows["started"][other])] == 0 and handled(run)["duplicated"] > 100


def test_a_rebalance_waits_until_members_poll():
    """Two members have a partition each; the second stops at 2.5 s, and the first is in a poll until 5 s."""
    stops = {"outage": "worker/2", "at": 2.5, "for": 57}
    run = polling(4, count=20, partitions=2, faults=[stops], rebalance="250ms", assignor="range")
    assert times(run, "rebalance")[0] == 2.5 and times(run, "end of rebalance")[0] == 5.25
    rows, mine = run.tables.rows, rows_of(run, "worker")
    begun = np.sort(rows["started"][mine][rows["worker"][mine] == 0])
    assert begun.tolist() == [0, 1, 2, 3, 4, *(5.25 + index for index in range(12))]
    assert handled(run)["done"] == 20 and not handled(run)["duplicated"]


def test_commits_at_an_interval_come_with_a_poll():
    """Due at 2.5, 7.5 and 10 s; polls end at 1, 5, 9 and 11 s. A member that finds nothing polls all the time."""
    run = polling(4, instances=1, commit={"interval": "2.5s"})
    assert column(run, "settled") == [*5 * [5], *4 * [9], *2 * [11]]
    run = polling(4, instances=1, commit={"interval": "20s"})
    assert column(run, "settled") == 11 * [20]


def test_a_poll_travels_at_once():
    run = polling(4, count=9, instances=1, link="100ms")
    assert column(run, "leased") == pytest.approx([0, *4 * [1.1], *4 * [5.2]])
    assert column(run, "started") == pytest.approx([0.1, 1.2, 2.2, 3.2, 4.2, 5.3, 6.3, 7.3, 8.3])


FAILS = {"error_rate": "worker", "probability": 1, "at": 1.5, "for": 1}  # the second message, which ends at 2 s


def test_a_failed_message_holds_the_poll_and_its_sleep_counts():
    retry = {"attempts": 2, "backoff": "3s"}
    run = polling(4, count=5, faults=[FAILS], retry=retry, instances=1)
    assert sorted(column(run, "started")) == [0, 1, 5, 6, 7, 8]
    run = polling(4, count=4, faults=[FAILS], retry=retry, max_poll_interval="3500ms")
    assert times(run, "expel") == [4.5] and sorted(column(run, "started")) == [0, 1, 5, 6, 7]
    rows, mine = run.tables.rows, rows_of(run, "worker")
    assert set(rows["worker"][mine][rows["started"][mine] > 4]) == {1}, "the other one has its messages"


@pytest.mark.parametrize("commit", ["after", "poll"])
@pytest.mark.parametrize(("fault", "session"), [("outage", None), ("crash", None), ("crash", "2s")])
def test_what_was_fetched_and_not_begun_goes_back(fault, session, commit):
    """At 3.5 s two of the poll are done and one is in hand. Who stops ends it, and commits; a crash loses it."""
    run = polling(
        9, count=10, faults=[{fault: "worker/1", "at": 3.5, "for": 50}], commit=commit, session_timeout=session
    )
    rows, mine = run.tables.rows, rows_of(run, "worker")
    begun = np.sort(rows["started"][mine][rows["worker"][mine] == 1])
    committed = 1 if (commit, fault) == ("poll", "crash") else 4 if fault == "outage" else 3
    since = 4 if fault == "outage" else 5.5 if session else 3.5
    assert begun.tolist() == [since + index for index in range(10 - committed)]
    assert handled(run)["pending"] == handled(run)["lost"] == 0
    assert handled(run)["duplicated"] == (2 if committed == 1 else 0)


def test_what_a_poll_cannot_be_is_refused_and_workers_that_never_work_are_named():
    def refused(**reading):
        with pytest.raises(ScenarioError) as error:
            consumers({"log": {"partitions": 2}}, [{"work": 1}], {"constant": 1}, 10, subscribe=reading)
        return str(error.value)

    assert "those of a batch together" in refused(max_poll_records=5, batch=2)
    assert "there is no poll to commit" in refused(commit="poll")
    assert "max_poll_records" in refused(max_poll_records=0)
    data = consumers({"log": {"partitions": 4}}, [{"work": 1}], {"constant": 1}, 10, workers=2,
                     subscribe={"max_poll_records": 5}).to_dict()  # fmt: skip
    (warning,) = Scenario.from_dict(data).warnings()
    assert "1 of 2 workers can never work, since an instance handles the messages of a poll one by one" in warning
    data["services"]["other"] = data["services"]["worker"]
    for name in ("worker", "other"):
        data["services"][name] = {**data["services"]["worker"], "workers": 1}
        data["services"][name]["subscribe"] = {"channel": "events", "group": "readers", "max_poll_records": 5}
    with pytest.raises(ScenarioError, match="services that share a group fetch one message after another"):
        Scenario.from_dict(data)
