"""Order per key, as each kind of channel keeps it or not: the ledger knows who was done after a later message.

Four messages of one key come at once. The first instance of their reader takes 3 s for each, the second 1 s.
"""

import pytest

from evsim.scenario import Scenario


def late(channels, step, subscribe, burst=4, work=1, faults=(), **reader):
    """The offsets of the messages that were done with after a later one."""
    services = {
        "front": {"workers": burst, "handle": [step]},
        "reader": {"instances": 2, "subscribe": subscribe, "handle": [{"work": work}], **reader},
    }
    slow = {"slowdown": "reader/1", "factor": 3, "at": 0}
    customers = {"target": "front", "arrivals": {"burst": burst}}
    run = Scenario.from_dict({
        "name": "order", "workloads": {"customers": customers}, "services": services, "channels": channels,
        "run": {"duration": 60}, "faults": [slow, *faults]}).run()  # fmt: skip
    assert run.audit() and (run.ledger.state == "done").all()
    assert run.summary()["reordered"] == run.ledger.reordered.sum()
    return run.ledger.offset[run.ledger.reordered].tolist()


PUBLISH = {"publish": {"channel": "jobs", "key": "same"}}
IN_ORDER = {
    "a log": ({"jobs": {"log": {"partitions": 4}}}, "jobs", {}),
    "a log with owners": ({"jobs": {"log": {"partitions": 4}}}, {"channel": "jobs", "assignor": "range"}, {}),
    "a queue with groups": ({"jobs": {"queue": {"fifo_groups": True}}}, "jobs", {}),
    "a queue with one active consumer": ({"jobs": {"queue": {"single_active_consumer": True}}}, "jobs", {}),
    "a queue with one consumer": ({"jobs": "queue"}, "jobs", {"instances": 1}),
    "a pipe": ({"jobs": {"pipe": {"capacity": 2}}}, "jobs", {"instances": 1}),
}


@pytest.mark.parametrize(("channels", "subscribe", "reader"), IN_ORDER.values(), ids=IN_ORDER)
def test_a_channel_that_promises_order_keeps_it(channels, subscribe, reader):
    assert late(channels, PUBLISH, subscribe, **reader) == []


def test_consumers_of_a_queue_overtake_each_other():
    """The fast one does the second, third and fourth message while the slow one has the first."""
    assert late({"jobs": "queue"}, PUBLISH, "jobs") == [0]
    far = {"channel": "jobs", "prefetch": "unlimited"}
    assert late({"jobs": "queue"}, PUBLISH, far) == [0, 2]  # each instance has two


def test_so_do_those_behind_an_exchange_and_the_handlers_on_a_bus():
    bound = {"jobs": {"exchange": {"type": "fanout", "bindings": ["line"]}}, "line": "queue"}
    assert late(bound, PUBLISH, "line") == [0]
    assert late({"jobs": "bus"}, {"send": {"bus": "jobs", "key": "same"}}, "jobs") == [0]


def test_partitions_in_turn_keep_no_order_for_a_key():
    in_turn = {"jobs": {"log": {"partitions": 2, "partitioner": "round_robin"}}}
    assert late(in_turn, PUBLISH, {"channel": "jobs", "assignor": "range"}) == [0, 1]  # the slow one's partition


def test_a_message_that_backs_off_is_overtaken_in_a_queue_and_not_in_a_log():
    """The third message is in the hands of the only instance when it crashes, and has to be done again."""
    crash = [{"crash": "reader/1", "at": 7, "for": 1}]
    assert late({"jobs": "queue"}, PUBLISH, "jobs", instances=1, faults=crash) == []  # back in its place
    failing = {"handle": [{"work": 1}, {"fail": {"probability": 0.3}}], "instances": 1}
    tries = {"retry": {"attempts": 50, "backoff": 5}}
    many = {"burst": 30, "work": 1}
    assert late({"jobs": {"log": {"partitions": 2}}}, PUBLISH, {"channel": "jobs", **tries}, **many, **failing) == []
    assert len(late({"jobs": "queue"}, PUBLISH, {"channel": "jobs", **tries}, **many, **failing)) > 3
