"""Queues whose consumers poll and hold no connection (as with SQS): who fails or dies is not seen, only missed."""

import pytest

from evsim.scenario import Scenario, ScenarioError

VISIBILITY = 30  # seconds, of a queue like SQS's


def run(work="2s", faults=(), queue=None, reading=None, count=1, handle=None, instances=1, key=None, **settings):
    """`count` messages at once for `worker`, which polls `jobs` and leaves the effect *row*."""
    worker = {
        "instances": instances, "subscribe": {"channel": "jobs", **(reading or {})},
        "handle": handle or [{"work": work}, {"effect": "row"}], **settings,
    }  # fmt: skip
    customers = {"target": "front", "arrivals": {"burst": {"count": count, "at": "0s"}}, "key": key or {"uniform": 9}}
    found = Scenario.from_dict({
        "name": "polled",
        "workloads": {"customers": customers},
        "services": {"front": {"workers": 100, "handle": [{"publish": "jobs"}]}, "worker": worker},
        "channels": {"jobs": {"queue": {"like": "sqs", **(queue or {})}}},
        "faults": list(faults),
        "run": {"duration": "2s", "drain_limit": "300s"},
    }).run()  # fmt: skip
    assert found.audit()
    return found


def deliveries(run):
    """When each message was handed out, in order."""
    return run.spans[run.spans.kind == "delivery"].leased.dropna().sort_values().tolist()


CRASH = {"crash": "worker/1", "at": "1s", "for": "1s"}


@pytest.mark.parametrize("ack", ["after", "never"])
def test_nobody_sees_a_consumer_die_and_its_message_is_visible_when_its_time_is_over(ack):
    found = run(faults=[CRASH], instances=2, reading={"ack": ack}, queue={"max_receive_count": 2})
    assert deliveries(found) == [0, VISIBILITY]
    assert found.ledger.handlings.tolist() == [1]
    seen = run(faults=[CRASH], instances=2, queue={"like": "rabbitmq"})
    assert deliveries(seen) == [0, 1]


def test_a_consumer_that_fails_tells_nobody_and_takes_the_next_message_at_once():
    found = run(handle=[{"work": "2s"}, {"fail": 1}], count=2, queue={"max_receive_count": 2})
    assert deliveries(found) == [0, 2, 30, 32]
    assert (found.ledger.state == "dead").all() and found.ledger.settled.tolist() == [60, 62]


@pytest.mark.parametrize(("reading", "second"), [
    ({"change_visibility": "0s"}, 2), ({"change_visibility": "5s"}, 7), ({"change_visibility": "100s"}, 102),
    ({"retry": {"attempts": 9, "backoff": "5s"}}, 7), ({"retry": {"attempts": 9}}, 30),
])  # fmt: skip
def test_a_handler_that_fails_may_say_when_its_message_is_visible_again(reading, second):
    found = run(handle=[{"work": "2s"}, {"fail": 1}], reading=reading, queue={"max_receive_count": 2})
    assert deliveries(found) == [0, second]
    assert found.ledger.state.tolist() == ["dead"] and found.ledger.settled.tolist() == [2 * second]


def test_a_change_of_visibility_takes_a_hop_and_one_that_is_lost_changes_nothing():
    late = run(handle=[{"work": "2s"}, {"fail": 1}], reading={"change_visibility": "0s"},
               queue={"max_receive_count": 2, "visibility_timeout": "1.9s"})  # fmt: skip
    assert deliveries(late) == [0, 2], "its time was over before"


def test_a_crash_is_not_told_even_where_a_failure_is():
    found = run(faults=[CRASH], instances=2, reading={"change_visibility": "0s"})
    assert deliveries(found) == [0, VISIBILITY]


def test_a_consumer_that_gives_up_by_itself_says_so_at_once():
    found = run(handle=[{"work": "2s"}, {"fail": 1}], reading={"retry": {"attempts": 2}})
    assert deliveries(found) == [0, 30] and found.ledger.settled.tolist() == [32]
    found = run(handle=[{"work": "2s"}, {"fail": {"probability": 1, "requeue": False}}])
    assert deliveries(found) == [0] and found.ledger.settled.tolist() == [2]


def test_what_was_fetched_and_waits_in_the_inbox_dies_with_its_consumer_and_comes_again_in_its_time():
    found = run(faults=[CRASH], count=3, reading={"prefetch": 3}, queue={"max_receive_count": 5})
    assert deliveries(found) == [0, 0, 0, 30, 30, 30]
    assert (found.ledger.state == "done").all()


def test_an_instance_that_stops_keeps_what_it_has_fetched_until_its_time_is_over():
    faults = [{"outage": "worker/1", "at": "1s", "for": "100s"}]
    found = run(faults=faults, count=4, instances=2, reading={"prefetch": 2})
    assert deliveries(found) == [0, 0, 0, 0, 30]


def test_a_paused_consumer_that_wakes_too_late_has_lost_its_message():
    found = run(faults=[{"pause": "worker/1", "at": "1s", "for": "40s"}], instances=2)
    assert deliveries(found) == [0, 30] and found.ledger.handlings.tolist() == [2]


def test_what_is_lost_on_the_way_to_its_consumer_is_visible_in_its_time():
    faults = [{"partition": ["jobs", "worker"], "at": "0s", "for": "1s"}]
    assert deliveries(run(faults=faults, count=1, instances=1)) == [0, VISIBILITY]


def test_a_group_waits_until_the_time_of_its_first_message_is_over():
    found = run(faults=[CRASH], count=3, instances=2, queue={"like": "sqs-fifo"}, key={"uniform": 1})
    assert deliveries(found) == [0, 30, 32, 34]


def test_the_active_consumer_dies_and_the_next_one_waits_for_what_it_had():
    found = run(faults=[CRASH], count=2, instances=2, queue={"single_active_consumer": True})
    assert deliveries(found) == [0, 1, 30]


@pytest.mark.parametrize(("like", "buried"), [("sqs", 0), ("sqs-fifo", 0), ("rabbitmq", 2)])
def test_what_is_too_old_is_deleted_by_sqs_and_a_dead_letter_of_rabbitmq(like, buried):
    scenario = run(count=3, queue={"like": like, "ttl": "1s"}, reading={"prefetch": 1}).scenario
    found = scenario.replace({"channels.jobs.queue.dead_letter": "graves", "channels.graves": {"queue": {}}}).run()
    assert found.audit() and found.summary()["expired"] == 2
    assert (found.ledger.channel == "graves").sum() == buried


# Late deletes.


def test_a_late_delete_settles_what_nobody_has_received_since():
    found = run(work="40s")
    assert deliveries(found) == [0]
    entry, figures = found.ledger.iloc[0], found.summary()
    assert (entry.state, entry.disposition, entry.settled) == ("done", "acked", 40)
    assert entry.attempts == entry.handlings == 1
    assert figures["retries"] == figures["wasted_work"] == figures["effects_repeated"] == 0
    assert found.channels["jobs", "worker"]["redelivered"] == 0


def test_who_deletes_late_keeps_its_promise_to_handle_each_message_at_least_once():
    found = run(work="40s", reading={"guarantee": "at_least_once"})
    assert found.ledger.disposition.tolist() == ["acked"]


def test_a_late_delete_changes_nothing_when_somebody_has_received_it_since():
    found = run(work="40s", instances=2, queue={"max_receive_count": 2})
    assert deliveries(found) == [0, 30]
    assert found.spans.late.dropna().tolist() == [40, 70], "the second one's receipt is the newest, and then it is dead"
    assert (found.ledger.state.iloc[0], found.ledger.disposition.iloc[0]) == ("duplicate", "dead")
    assert found.ledger.settled.tolist() == [60], "when the first one, which is free again, asks"


def test_a_fifo_queue_refuses_a_late_delete():
    found = run(work="40s", queue={"like": "sqs-fifo", "max_receive_count": 2})
    assert deliveries(found) == [0, 40] and found.spans.late.dropna().tolist() == [40, 80]
    assert found.ledger.disposition.tolist() == ["dead"]


def test_a_failure_that_comes_late_deletes_nothing():
    found = run(handle=[{"work": "40s"}, {"fail": 1}], queue={"max_receive_count": 2})
    assert deliveries(found) == [0, 40]


def test_what_waits_for_others_to_ask_is_not_dead_yet():
    """With its last receive a message is dead when somebody asks again after its time; a busy poller does not."""
    assert run(work="40s", queue={"max_receive_count": 1}).ledger.disposition.tolist() == ["acked"]
    shared = run(work="40s", queue={"max_receive_count": 1}, instances=2).ledger.iloc[0]
    assert (shared.disposition, shared.settled) == ("dead", 30)
    fifo = run(work="40s", queue={"like": "sqs-fifo", "max_receive_count": 1}).ledger.iloc[0]
    assert (fifo.disposition, fifo.settled) == ("dead", 30)


# In the words of the product.


def test_two_receives_are_two_deliveries():
    found = run(handle=[{"fail": 1}], queue={"max_receive_count": 2, "visibility_timeout": "1s"})
    assert deliveries(found) == [0, 1] and found.ledger.attempts.tolist() == [2]


@pytest.mark.parametrize(("queue", "words"), [
    ({"like": "sqs", "delivery_limit": 2}, "delivery_limit: .*got 2; write max_receive_count: 3"),
    ({"like": "sqs-fifo", "delivery_limit": "unlimited"}, "write max_receive_count: unlimited"),
    ({"like": "rabbitmq", "max_receive_count": 3}, "max_receive_count: .*got 3; write delivery_limit: 2"),
    ({"like": None, "max_receive_count": 3, "delivery_limit": 1}, "write max_receive_count: 2"),
])  # fmt: skip
def test_the_word_of_another_product_is_refused_with_the_right_one(queue, words):
    with pytest.raises(ScenarioError, match=words):
        run(queue=queue)


def test_only_who_polls_changes_a_visibility():
    with pytest.raises(ScenarioError, match="change_visibility"):
        run(queue={"like": "rabbitmq"}, reading={"change_visibility": "0s"})
