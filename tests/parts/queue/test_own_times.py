"""Messages that bring a time of their own: how long they may wait, and from when they may be had."""

import pytest

from evsim.scenario import Scenario, ScenarioError
from evsim.theory import mm1
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure, steady
from tests.truth.systems import consumers, exponential, poisson


def published(queue, message, arrivals, duration, handle, warmup=0, **settings):
    """As `consumers`; `message`: what the publisher writes beside the channel."""
    scenario = consumers({"queue": queue}, handle, arrivals, duration, warmup, **settings)
    return scenario.replace({"services.front.handle": [{"publish": {"channel": "events", **message}}]})


def mixed(first, second, queue=None, work=5, **settings):
    """Two messages at 0 s and two at 1 s, one of each kind, one consumer with one worker."""
    services = {"worker": {"subscribe": {"channel": "events", "prefetch": 1}, "handle": [{"work": work}], **settings}}
    workloads = {}
    for name, message in (("one", first), ("two", second)):
        services[f"by-{name}"] = {"handle": [{"publish": {"channel": "events", **message}}]}
        workloads[name] = {"target": f"by-{name}", "arrivals": {"constant": 1}}
    return Scenario.from_dict({"name": "mixed", "workloads": workloads, "services": services,
                               "channels": {"events": {"queue": queue or {}}}, "run": {"duration": 2.5}})  # fmt: skip


def leases(run):
    """(workload, request) -> when it was handed out."""
    spans = run.spans[run.spans.source == "events"]
    return dict(zip(zip(spans.workload, spans.request, strict=True), spans.leased.tolist(), strict=True))


def test_a_message_with_a_short_time_expires_behind_one_that_stays_only_when_it_is_first():
    """RabbitMQ looks at the head of a queue: what is too old behind a message that is not waits for its turn."""
    run = balanced(mixed({}, {"ttl": 1}))
    assert leases(run) == {("one", 0): 1, ("one", 1): 6}
    expired = run.ledger[run.ledger.state == "expired"]
    assert expired.settled.tolist() == [2, 6]  # the one behind it was handed out at 6 s; then this one was first


def test_the_shorter_time_counts_of_the_queue_and_of_the_message():
    for queue, own, at in ((3, 1, 2), (1, 3, 2), (None, 2, 3)):
        run = balanced(mixed({}, {"ttl": own}, queue={"ttl": queue} if queue else None, work=100))
        assert run.ledger.query("workload == 'two' and request == 0").settled.tolist() == [at]


def test_one_time_for_all_messages_is_that_of_the_queue():
    alike = {"arrivals": poisson(8), "duration": 200, "handle": [{"work": exponential(0.1)}]}
    of_queue = balanced(published({"ttl": 0.5}, {}, **alike))
    of_messages = balanced(published({}, {"ttl": 0.5}, **alike))
    assert of_queue.ledger.equals(of_messages.ledger) and (of_queue.ledger.state == "expired").sum() > 30


def test_a_dead_letter_has_the_time_of_its_queue_and_not_its_own():
    """RabbitMQ takes the expiration from what it dead-letters, so that it does not expire again."""
    clerk = {"subscribe": "spoilt", "handle": [{"work": 3}]}
    scenario = mixed({"ttl": 1}, {"ttl": 1}, work=10).replace({"channels.spoilt": "queue", "services.clerk": clerk})
    run = balanced(scenario.replace({"channels.events": {"queue": {"dead_letter": "spoilt"}}}))
    assert run.ledger.query("subscription == 'clerk'").state.tolist() == ["done"] * 3


def test_who_is_held_back_lets_others_pass():
    run = balanced(mixed({"delay": 1.5}, {}, work=0.25))
    assert leases(run) == {("one", 0): 2.5, ("two", 0): 1, ("one", 1): 3.5, ("two", 1): 2}
    assert run.ledger.appended.tolist() == [1, 1, 2, 2] and not (run.spans.started < run.spans.ready).any()


@pytest.mark.slow
def test_the_time_for_which_it_is_held_back_is_not_a_wait():
    """A Poisson stream that is shifted is one still: who comes out meets M/M/1, and the lag has the delay on top."""
    scenario = published({}, {"delay": 20}, poisson(0.5), 16_000, [{"work": exponential(1)}], 0.1)

    def figures(run):
        queue, server = run.channels["events", "worker"], run.services["worker"]
        return {"wait": server["wait_mean"], "load": server["utilisation"] - 0.5,
                "held": queue["lag_mean"] - queue["ready_mean"] - queue["unacknowledged_mean"]}  # fmt: skip

    found = measure("held back", scenario, figures, 8)
    assert agrees(steady(found, "wait", ["load"]), mm1(0.5, 1).wait_mean, notices=0.2)
    assert agrees(found["held"], 0.5 * 20, notices=0.1)


def test_what_is_held_back_when_the_run_ends_is_in_the_queue():
    scenario = mixed({"delay": 100}, {}, work=0.25).replace({"run.drain_limit": 0})
    run = balanced(scenario)
    assert run.channels["events", "worker"]["pending"] == 2
    assert run.channels["events", "worker"]["ready_max"] == 0


def test_what_is_held_back_comes_into_a_full_queue():
    """It was taken when it came; a queue that drops its head drops for it."""
    run = balanced(mixed({"delay": 0.5}, {}, queue={"max_length": 1}, work=10))
    assert run.ledger.state.value_counts().to_dict() == {"dropped": 2, "done": 2}


def test_who_comes_back_is_in_the_place_at_which_it_came_into_the_line():
    """Each fails twice. In the line are two, from 2.5 s on one, from 3.5 s on the other that was held back."""
    retry = {"channel": "events", "prefetch": 1, "retry": {"attempts": 2}}
    run = balanced(mixed({"delay": 1.5}, {}, handle=[{"work": 2}, {"fail": 1}], subscribe=retry))
    spans = run.spans[run.spans.source == "events"].sort_values("leased")
    assert list(zip(spans.workload, spans.leased, strict=True)) == [
        ("two", 1), ("two", 3), ("two", 5), ("two", 7), ("one", 9), ("one", 11), ("one", 13), ("one", 15),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"channels.events": "log"}, "only a queue looks at the time of one message"),
        ({"channels.events": {"queue": {"fifo_groups": True}}}, "holds none back"),
        ({"channels.events": {"queue": {"like": "sqs-fifo"}}}, "holds none back"),
        ({"services.by-one.handle": [{"publish": {"channel": "events", "delay": 0}}]}, "delay"),
        ({"services.by-one.handle": [{"publish": {"channel": "events", "ttl": -1}}]}, "ttl"),
    ],
)
def test_a_time_that_no_channel_looks_at_is_refused(changes, says):
    with pytest.raises(ScenarioError, match=says):
        mixed({"delay": 1}, {}).replace(changes)


def test_times_pass_an_exchange():
    scenario = mixed({"delay": 1}, {"ttl": 1}, work=10).to_dict()
    for name in ("one", "two"):
        scenario["services"][f"by-{name}"]["handle"][0]["publish"]["channel"] = "all"
    scenario["channels"]["all"] = {"exchange": {"type": "fanout", "bindings": ["events"]}}
    run = balanced(Scenario.from_dict(scenario))
    assert run.ledger.query("workload == 'two'").state.tolist() == ["done", "expired"]
