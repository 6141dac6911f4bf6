"""Publisher confirms: who waits until the broker has the message, and what is known without."""

import pytest

from evsim.scenario import Scenario


def run(channel, faults=(), **publish):
    services = {
        "front": {"workers": 9, "handle": [{"publish": {"channel": "jobs", **publish}}]},
        "reader": {"subscribe": "jobs", "handle": [{"work": 0}]},
    }
    links = {"wire": {"between": ["front", "jobs"], "latency": 1}}
    customers = {"target": "front", "arrivals": {"constant": 1}}
    return Scenario.from_dict({
        "name": "confirms", "workloads": {"customers": customers}, "services": services, "channels": {"jobs": channel},
        "network": {"links": links}, "run": {"duration": 10.5}, "faults": list(faults)}).run()  # fmt: skip


@pytest.mark.parametrize("channel", ["queue", "log"])
def test_a_publisher_holds_its_worker_for_both_hops_or_with_acks_0_for_none(channel):
    waited, sent = run(channel), run(channel, acks=0)
    for each, held in ((waited, 2), (sent, 0)):
        front = each.spans[each.spans.service == "front"]
        assert set((front.ended - front.started).tolist()) == {held}
        assert each.summary()["response_mean"] == held
        assert (each.ledger.appended - each.ledger.published == 1).all() and (each.ledger.state == "done").all()


@pytest.mark.parametrize("channel", ["queue", "log"])
def test_a_refusal_is_told_to_who_waits_and_to_nobody_else(channel):
    """Messages 3, 4 and 5 come while the broker is down."""
    down = [{"outage": "jobs", "at": 3.9, "for": 3}]
    waited, sent = run(channel, down), run(channel, down, acks=0)
    assert waited.summary()["errors"] == 3 and waited.summary()["completed"] == 7
    assert sent.summary()["errors"] == 0 and sent.summary()["completed"] == 10
    assert len(waited.ledger[waited.ledger.state == "done"]) == len(sent.ledger[sent.ledger.state == "done"]) == 7


def test_who_hears_nothing_in_time_sends_again_and_the_message_is_there_once():
    again = run("queue", timeout=1.5, retry={"attempts": 2})
    assert again.summary()["completed"] == 10 and again.summary()["response_mean"] == 2, "the first one is confirmed"
    assert len(again.ledger) == 10 and again.summary()["duplicated"] == 0
    assert all(len(again.tables.sendings[message]) == 2 for message in again.ledger.message)
