"""Exchanges in a file: what is refused, warned of, and written back."""

import pytest

from evsim.scenario import Scenario, ScenarioError

FILE = """
name: sorted
workloads: {shop: {target: front, arrivals: {poisson: 5/s}}}
services:
  front: {handle: [{publish: {channel: events, routing_key: order.created}}]}
  billing: {subscribe: bills, handle: [{effect: bill}]}
  clerk: {subscribe: rest, handle: [{effect: look}]}
channels:
  events: {exchange: {type: topic, bindings: [{queue: bills, key: order.*}], alternate: rest}}
  bills: queue
  rest: queue
  news: {log: {}}
run: {duration: 10s}
"""
TOPIC = "{type: topic, bindings: [{queue: bills, key: order.*}], alternate: rest}"
BINDINGS = "channels.events.exchange.bindings"


def changed(*changes):
    text = FILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Scenario.from_yaml(text)


def test_an_exchange_is_written_as_it_was_read():
    scenario = changed()
    assert Scenario.from_yaml(scenario.to_yaml()) == scenario
    fanout = changed((TOPIC, "{type: fanout, bindings: [bills, rest]}"))
    assert "bindings: [bills, rest]" in fanout.to_yaml() and Scenario.from_yaml(fanout.to_yaml()) == fanout
    assert scenario.warnings() == ["channels.news: nobody subscribes, so its messages are never handled",
                                   "channels.news: nobody publishes to it"]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), [
    ("queue: bills", "queue: billz", f"{BINDINGS}.0.queue: there is no channel billz; did you mean bills?"),
    ("queue: bills", "queue: news", f"{BINDINGS}.0.queue: must be a queue, but news is a log"),
    ("alternate: rest", "alternate: news", "exchange.alternate: must be a queue or an exchange, but news is a log"),
    ("alternate: rest", "alternate: events", "exchange.alternate: leads in a circle: events -> events"),
    ("alternate: rest", "alternate: rest, unroutable: return", "unroutable: what no binding fits goes to"),
    ("type: topic", "type: direct", f"{BINDINGS}.0.key: a direct exchange compares whole keys"),
    ("type: topic", "type: fanout", f"{BINDINGS}.0.key: a fanout looks at no key"),
    ("type: topic", "type: headers", "exchange.type: must be 'direct', 'fanout' or 'topic', got 'headers'"),
    ("{queue: bills, key: order.*}", "bills", f"{BINDINGS}.0: a topic exchange needs a key"),
    ("key: order.*", "key: ord*", f"{BINDINGS}.0.key: * and # stand for whole words between dots, got 'ord*'"),
    ("[{queue: bills, key: order.*}]", "[{queue: bills, key: a}, {queue: bills, key: a}]",
     f"{BINDINGS}.1: bills is bound like this already; remove it"),
    (", routing_key: order.created", "", "handle.0.publish: events is a topic exchange, which needs a routing key"),
    ("routing_key: order.created", "routing_key: 'order.{id}'", "publish.routing_key: knows {key}, the key"),
    ("channel: events, ", "channel: bills, ", "bills is a queue, and only an exchange looks at a routing key"),
    ("subscribe: bills", "subscribe: events", "events is an exchange, which keeps nothing to read"),
    ("subscribe: bills", "subscribe: {channel: events, prefetch: 1}", "to a queue that is bound to it: bills"),
    ("publish: {channel: events, routing_key: order.created}", "send: events",
     "events is an exchange, and send is for a bus"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_the_way_out(old, new, said):
    with pytest.raises(ScenarioError) as caught:
        changed((old, new))
    assert said in str(caught.value), str(caught.value)


RETURN = ("alternate: rest", "unroutable: return")


@pytest.mark.parametrize(("changes", "said"), [
    ([RETURN, ("routing_key: order.created", "routing_key: a, acks: 0")], "publish.acks: events returns what it"),
    ([RETURN, ("routing_key: order.created", "routing_key: a, outbox: {}")], "publish.outbox: events returns what it"),
    ([RETURN, ("bills: queue", "bills: {queue: {dead_letter: events}}")],
     "channels.bills.queue.dead_letter: events returns what it cannot route, and here is nobody to return it to"),
    ([("bills: queue", "bills: {queue: {max_length: 5, overflow: block}}"), ("routing_key: order.created",
      "routing_key: order.created, acks: 0")], "publish.acks: bills blocks its publishers when it is full"),
    ([("{effect: bill}", "{publish: {channel: events, routing_key: order.paid}}")],
     "messages go round for ever: billing -> bills -> billing"),
])  # fmt: skip
def test_what_stands_behind_an_exchange_is_checked_too(changes, said):
    with pytest.raises(ScenarioError) as caught:
        changed(*changes)
    assert said in str(caught.value), str(caught.value)


def test_a_routing_key_that_leads_nowhere_is_warned_of():
    scenario = changed((", alternate: rest", ""), ("routing_key: order.created", "routing_key: payment.made"))
    assert any("services.front: payment.made leads nowhere from events" in each for each in scenario.warnings())
    assert "channels.bills: nobody publishes to it" in scenario.warnings()


def test_the_load_behind_an_exchange_is_reckoned_with():
    slow = ("{effect: bill}", "{work: 300ms}")
    assert any(each.startswith("services.billing: 5/s of 300ms") for each in changed(slow).warnings())
    elsewhere = ("key: order.*", "key: payment.*")
    assert not any("services.billing" in each for each in changed(slow, elsewhere).warnings())
