"""Batches for functions behind pollers, for groups of logs, on bills; and what is refused."""

from collections import Counter
from math import ceil

import numpy as np
import pytest

from evsim.parts.price.figures import used_by
from evsim.results.batches import followers, leaders
from evsim.results.endings import Outcome, Reason
from evsim.scenario import Scenario, ScenarioError
from tests.parts.for_each.test_for_each import MAILS, at_worker, effects, keyed_faults, reading, seconds
from tests.truth.measuring import balanced
from tests.truth.systems import arrivals_from, consumers

LAMBDA = {"like": "aws-lambda-sqs"}
SQS = {"like": "sqs", "visibility_timeout": "10min", "max_receive_count": 3}


def invoked(count=500, batch=10, work=1, pollers=LAMBDA, most=1000, queue=None, function=None, **reading):
    """`count` messages at once for a function; an invocation takes so long, and 10 ms for each of its messages."""
    worker = {"function": {"init": "250ms", "most": most, **(function or {})},
              "subscribe": {"channel": "events", "pollers": pollers, "batch": batch, **reading},
              "handle": [{"work": work}, {"for_each": [{"work": "10ms"}, {"effect": "mail"}]}]}  # fmt: skip
    return Scenario.from_dict({
        "name": "invoked",
        "workloads": {"customers": {"target": "front", "arrivals": {"burst": {"count": count, "at": 0}}}},
        "services": {"front": {"workers": 2000, "handle": [{"publish": "events"}]}, "worker": worker},
        "channels": {"events": {"queue": SQS | (queue or {})}},
        "run": {"duration": 60},
    })  # fmt: skip


def test_lambda_begins_with_five_batches_at_a_time_and_each_is_one_invocation():
    """Each of 50 batches takes 1.1 s, and 0.25 s more in a new environment; five at first, and one more each 0.2 s."""
    run = balanced(invoked())
    rows, mine = run.tables.rows, at_worker(run)
    heads = mine[~followers(run)[mine]]
    leased = np.sort(rows["leased"][heads])
    assert len(heads) == 50 and seconds(leased[:8]) == [0, 0, 0, 0, 0, 0.2, 0.4, 0.6]
    assert set(seconds(rows["ended"][heads] - rows["started"][heads])) == {1.1}
    assert run.services["worker"]["cold_starts"] * 50 == pytest.approx(run.services["worker"]["environments_max"])
    alone = balanced(invoked(batch=1))
    assert np.nanmax(rows["ended"]) < 0.5 * np.nanmax(alone.tables.rows["ended"])


def test_a_maximum_concurrency_counts_invocations_and_not_their_messages():
    run = balanced(invoked(pollers={**LAMBDA, "concurrency": 2}))
    rows = run.tables.rows
    heads = at_worker(run)[~followers(run)[at_worker(run)]]
    begins, ends = np.sort(rows["leased"][heads]), np.sort(rows["ended"][heads])
    busy = np.searchsorted(begins, begins, "right") - np.searchsorted(ends, begins, "right")
    assert busy.max() == 2 and run.channels["events", "worker"]["unacknowledged_max"] == 20


def test_a_large_batch_is_gathered_by_several_receives_while_its_window_is_open():
    run = balanced(invoked(95, batch=40, batch_window="1s"))
    sizes = np.unique(leaders(run)[at_worker(run)], return_counts=True)[1]
    assert sizes.tolist() == [40, 40, 15]
    assert seconds(sorted(set(run.tables.rows["arrived"][at_worker(run)]))) == [0, 1]


def test_who_finds_no_environment_lets_the_whole_batch_go():
    run = balanced(invoked(30, work=30, most=1, queue={"visibility_timeout": 20}))
    rows, mine = run.tables.rows, at_worker(run)
    let_go = mine[rows["reason"][mine] == Reason.THROTTLED]
    assert len(let_go) and (rows["outcome"][let_go] == Outcome.WITHDRAWN).all()
    assert np.isin(leaders(run)[let_go], let_go).all() and len(let_go) % 10 == 0


def test_a_batch_is_paid_as_one_invocation_and_by_ten_messages_a_request_to_the_queue():
    """1,000 messages in batches of 40: 25 invocations, four receives and four deletes for each, 1,000 sends."""
    scenario = invoked(1000, batch=40, batch_window="1s")
    prices = {"channels.events.queue.price": {"like": "aws-sqs-us-east-1", "size": "1kB"},
              "services.worker.price": {"like": "aws-lambda-us-east-1"}}  # fmt: skip
    run = balanced(scenario.replace(prices))
    cohort = run.tables.requests.cohort
    assert used_by(run, "events", cohort).requests == 1000 + 25 * 4 + 25 * 4
    assert used_by(run, "worker", cohort).requests == 25


def test_of_a_batch_those_are_deleted_that_are_said_to_be_done_ten_with_a_request():
    """Batches of 40 of which each message fails in nine of ten cases: a delete or none for most, and never four."""
    handle = [{"for_each": [{"fail": 0.9}, {"effect": "mail"}]}]
    scenario = invoked(200, batch=40, batch_window="1s", report_item_failures=True).replace(
        {"services.worker.handle": handle, "channels.events.queue.price": {"requests": 1, "size": "1kB"},
         "channels.events.queue.max_receive_count": 1, "channels.events.queue.dead_letter": "letters",
         "channels.letters": "queue", "run.duration": 20})  # fmt: skip
    run = balanced(scenario)
    rows, mine = run.tables.rows, at_worker(run)
    done = Counter(leaders(run)[mine][rows["outcome"][mine] == Outcome.OK].tolist())
    deletes = sum(ceil(many / 10) for many in done.values())
    assert 0 < deletes < 4 * 5
    assert used_by(run, "events", run.tables.requests.cohort).requests == 200 + 5 * 4 + deletes


# A log's poll.


def test_a_poll_of_a_log_has_its_loop_too_and_a_message_that_fails_takes_it_along(tmp_path):
    """The first poll brings one message, the second four, of which the second fails: the four come again."""
    arrivals = arrivals_from(tmp_path, [0.0] * 5, ["a", "b", "c", "d", "e"])
    poison = [{"poison": "worker", "key": "c", "at": 0, "for": 0.35}]
    scenario = consumers({"log": {"partitions": 1}}, MAILS, arrivals, 20, 0, None, {"batch": 5}, tmp_path, poison)
    run = balanced(scenario)
    assert [request for _, request in effects(run)] == [0, 1, 1, 2, 3, 4]
    assert run.services["worker"]["failed_along"] == 3 and not run.channels["events", "worker"]["dead"]


def test_a_poisonous_message_fails_its_batch_wherever_it_stands_in_it(tmp_path):
    for place in range(3):
        keys = ["poison" if number == place else "well" for number in range(3)]
        run = keyed_faults(tmp_path, keys, [{"work": 0.1}, {"effect": "mail"}], {"key": "poison"})
        assert run.channels["events", "worker"]["dead"] == 3 and not len(run.effects)


# What is refused.


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_window": 1}, "batch_window: means nothing without a batch"),
        ({"report_item_failures": True}, "report_item_failures: means nothing without a batch"),
        ({"batch": 1, "batch_window": 1}, "means nothing without a batch"),
        ({"batch": 5, "prefetch": 2}, "prefetch: an instance takes as many batches as it has workers"),
        ({"batch": 5, "ack": "before"}, "ack: a batch is acknowledged after the work"),
        ({"batch": 5, "ack": "never"}, "ack: a batch is acknowledged after the work"),
        ({"batch": 5, "guarantee": "at_most_once"}, "guarantee: a batch is acknowledged after the work"),
        ({"batch": 5, "batch_window": 1, "poll": 1}, "batch_window: who looks at the queue from time to time"),
        ({"batch": 0}, "batch"),
        ({"batch": 2.5}, "batch"),
        ({"batch": 5, "batch_window": -1}, "batch_window"),
        ({"batch": 5, "report_item_failures": "yes"}, "report_item_failures"),
    ],
)
def test_what_does_not_go_with_a_batch_is_refused(settings, said):
    with pytest.raises(ScenarioError) as error:
        reading(**{"batch": None, "handle": MAILS, **settings})
    assert said in str(error.value) and len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("queue", "settings", "said"),
    [
        ({"like": "sqs"}, {"batch": 11}, "one receive brings 10 messages at most"),
        ({"like": "sqs-fifo"}, {"batch": 11}, "one receive brings 10 messages at most"),
        ({"like": "sqs-fifo"}, {"batch": 10, "batch_window": 1}, "none of them waits for more messages"),
        ({"fifo_groups": True}, {"batch": 10, "batch_window": 1}, "none of them waits for more messages"),
        ({"receive_limit": 3}, {"batch": 4}, "one receive brings 3 messages at most"),
    ],
)
def test_more_than_one_receive_brings_needs_a_window_and_groups_have_none(queue, settings, said):
    with pytest.raises(ScenarioError) as error:
        reading(**{"handle": MAILS, "queue": queue, **settings})
    assert said in str(error.value)
    assert reading(10_000, MAILS, queue={"like": "sqs"}, batch_window=1)


def test_what_a_trigger_gathers_is_bounded_as_aws_has_it():
    assert invoked(batch=10_000, batch_window="5min")
    for settings, said in (
        ({"batch": 10_001, "batch_window": "1s"}, "an invocation gets 10,000 messages at most"),
        ({"batch": 10, "batch_window": "301s"}, "pollers gather for 300s at most"),
    ):
        with pytest.raises(ScenarioError, match=said):
            invoked(**settings)


@pytest.mark.parametrize(
    ("handle", "settings", "said"),
    [
        ([{"work": 1}], {"report_item_failures": True}, "nothing is done for each message alone"),
        ([{"for_each": [{"for_each": [{"work": 1}]}]}], {}, "there is no for_each inside"),
        ([{"publish": "events"}], {}, "a batch of messages cannot publish as one"),
        ([{"effect": {"name": "row", "unique": True}}], {}, "one of them may be refused"),
        ([{"for_each": []}], {}, "for_each"),
        ([{"for_each": "mail"}], {}, "for_each"),
    ],
)
def test_a_handler_that_a_batch_cannot_take_is_refused(handle, settings, said):
    with pytest.raises(ScenarioError) as error:
        reading(5, handle, **settings)
    assert said in str(error.value)


def test_a_batch_of_other_channels_is_refused_in_their_words():
    for channel, settings, said in (
        ({"log": {}}, {"batch": 5, "batch_window": 1}, "a log is not read with batch_window"),
        ({"log": {}}, {"batch": 5, "report_item_failures": True}, "a log is not read with report_item_failures"),
        ("bus", {"batch": 5}, "a bus is not read with batch"),
        ({"pipe": 100}, {"batch": 5}, "a pipe is not read with batch"),
    ):
        with pytest.raises(ScenarioError, match=said):
            consumers(channel, MAILS, {"constant": 1}, 10, subscribe=settings)


def test_a_service_that_knows_messages_again_takes_one_at_a_time():
    with pytest.raises(ScenarioError, match="a handling is about one message"):
        reading(5, MAILS, worker={"idempotent": True})
