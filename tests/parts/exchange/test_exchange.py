"""Exchanges: who gets a message, what becomes of one that leads nowhere, and what its publisher hears."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evsim import theory
from evsim.parts.exchange.settings import ExchangeSettings
from evsim.results.endings import Fate
from tests.support.cases import expected
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked, measure
from tests.truth.systems import exponential, poisson, system

TOPIC = expected("SEM-rabbit-topic")


def sorting(exchange, publish, queues=("first", "second"), requests=100, key=None, work="1ms", **parts):
    """`front` publishes to the exchange `events`; each queue is read by a service of its name, `first-reader` ..."""
    queues = queues if isinstance(queues, dict) else dict.fromkeys(queues, "queue")
    services = {"front": {"handle": [{"publish": {"channel": "events", **publish}}]}}
    for name in queues:
        services[f"{name}-reader"] = {"subscribe": name, "handle": [{"work": work}, {"effect": name}]}
    customers = {"target": "front", "arrivals": {"constant": 100}, **({"key": key} if key else {})}
    channels = {"events": {"exchange": exchange}, **queues, **parts.pop("channels", {})}
    return system(services, {"customers": customers}, (requests + 0.5) / 100, 0, channels=channels, **parts)


def bound(type_, *bindings, **settings):
    bindings = [dict(zip(("queue", "key"), each, strict=False)) for each in bindings]
    return {"type": type_, "bindings": bindings, **settings}


def seen(run):
    """effect -> how often it happened."""
    return run.effects.groupby("effect").size().to_dict()


# Who gets a message.


@pytest.mark.parametrize("vector", TOPIC)
def test_a_topic_fits_the_words_that_rabbitmq_says(vector):
    pattern, key = vector.split(" ~ ")
    run = checked(sorting(bound("topic", ("first", pattern)), {"routing_key": key}, ["first"], 10))
    assert seen(run) == ({"first": 10} if TOPIC[vector] else {})
    assert run.summary()["dropped"] == (0 if TOPIC[vector] else 10)


WORDS = st.lists(st.sampled_from("ab"), min_size=1, max_size=4)
PATTERNS = st.lists(st.sampled_from("ab*#"), min_size=1, max_size=5)


@pytest.mark.slow
@given(PATTERNS, WORDS)
@example(list("#"), ["a"])
@example(list("a#"), ["a"])
def test_a_topic_fits_where_some_number_of_any_words_for_each_hash_makes_it_fit(pattern, words):
    """All ways to put stars for the hashes are tried, and compared word by word."""

    def spelled(pattern):
        if "#" not in pattern:
            return [pattern]
        at = pattern.index("#")
        return [each for stars in range(5) for each in spelled(pattern[:at] + ["*"] * stars + pattern[at + 1 :])]

    some = any(
        len(each) == len(words) and all(one in ("*", two) for one, two in zip(each, words, strict=True))
        for each in spelled(pattern)
    )
    topic = ExchangeSettings(type="topic", bindings=[])
    assert topic.fits(".".join(pattern), ".".join(words)) == some


def test_a_direct_exchange_goes_by_the_whole_key_and_a_fanout_by_none():
    keys = ("first", "order.created"), ("second", "order")
    assert seen(checked(sorting(bound("direct", *keys), {"routing_key": "order.created"}))) == {"first": 100}
    for publish in ({}, {"routing_key": "anything"}):
        run = checked(sorting({"type": "fanout", "bindings": ["first", "second"]}, publish))
        assert seen(run) == {"first": 100, "second": 100}


def test_a_message_that_fits_several_bindings_of_a_queue_is_there_once():
    bindings = ("first", "order.*"), ("first", "#"), ("second", "*.created"), ("first", "order.created")
    run = checked(sorting(bound("topic", *bindings), {"routing_key": "order.created"}))
    assert seen(run) == {"first": 100, "second": 100}
    assert run.ledger.groupby("channel").size().to_dict() == {"first": 100, "second": 100}
    assert run.summary()["duplicated"] == 0


def test_the_key_of_a_request_may_lead_the_way():
    """Three keys, a queue for each of two: what is due at whom differs from request to request."""
    exchange = bound("topic", ("first", "order.0"), ("second", "order.1.#"))
    run = checked(sorting(exchange, {"routing_key": "order.{key}"}, requests=1000, key={"uniform": 3}))
    counts = {key: int((run.tables.request_keys == key).sum()) for key in "012"}
    assert seen(run) == {"first": counts["0"], "second": counts["1"]} and min(counts.values()) > 250
    figures = run.summary()
    assert figures["dropped"] == counts["2"] and figures["effects_missing"] == 0


def test_an_exchange_between_changes_nobodys_luck_or_times():
    work = exponential(0.008)
    through = checked(sorting({"type": "fanout", "bindings": ["first", "second"]}, {}, work=work, requests=500))
    described = through.scenario.to_dict()
    described["services"]["front"]["handle"] = [{"publish": "first"}, {"publish": "second"}]
    del described["channels"]["events"]
    direct = checked(type(through.scenario).from_dict(described))
    for effect in ("first", "second"):
        times = [run.effects[run.effects.effect == effect].time.to_numpy() for run in (through, direct)]
        assert np.array_equal(*times) and len(times[0]) == 500


@pytest.mark.slow
def test_a_stream_that_is_split_by_key_is_two_queues_and_not_one():
    """1.2 a second over two servers of 1 a second: M/M/1 at 0.6 each, where one queue for both were M/M/2."""
    exchange = bound("direct", ("first", "0"), ("second", "1"))
    scenario = sorting(exchange, {"routing_key": "{key}"}, key={"uniform": 2}, work=exponential(1), requests=100)
    scenario = scenario.replace({
        "workloads.customers.arrivals": poisson(1.2), "run.duration": 16_000, "run.warmup": 1600,
        "run.drain_limit": 40_000,
    })  # fmt: skip
    found = measure("split", scenario, lambda run: {"W": run.services["first-reader"]["sojourn_mean"]})
    truth = theory.mm1(0.6, 1).sojourn_mean
    assert agrees(found["W"], truth, notices=0.25)
    assert truth > 1.5 * theory.mmc(1.2, 1, 2).sojourn_mean


# What leads nowhere.

NOWHERE = bound("direct", ("first", "order.created"))
LOST_KEY = {"routing_key": "order.creatd"}


def test_what_leads_nowhere_is_dropped_and_confirmed_all_the_same():
    run = checked(sorting(NOWHERE, LOST_KEY))
    figures = run.summary()
    assert figures["completed"] == figures["dropped"] == 100 and not len(run.effects)
    assert (run.ledger.state == "dropped").all() and (run.ledger.cause == "unroutable").all()
    assert (run.tables.messages["acknowledged"] >= 0).all()
    (warning,) = [each for each in run.scenario.warnings() if "leads nowhere" in each]
    assert "order.creatd" in warning and "events" in warning


def test_what_leads_nowhere_may_come_back_and_the_publish_fails():
    publish = {**LOST_KEY, "retry": {"attempts": 2, "backoff": "1ms"}}
    run = checked(sorting(NOWHERE | {"unroutable": "return"}, publish))
    figures = run.summary()
    assert figures["errors"] == 100 and figures["dropped"] == 0 and not len(run.ledger)
    assert (run.tables.messages["fate"] == Fate.RETURNED).all()
    assert set(run.spans.reason) == {"unroutable"}
    good = checked(sorting(NOWHERE | {"unroutable": "return"}, {"routing_key": "order.created"}))
    assert good.summary()["completed"] == 100 and seen(good) == {"first": 100}


def test_what_leads_nowhere_goes_to_the_alternate():
    run = checked(sorting(NOWHERE | {"alternate": "second"}, LOST_KEY))
    assert seen(run) == {"second": 100} and run.summary()["dropped"] == 0
    behind = {"rest": {"exchange": bound("topic", ("second", "order.#"))}}
    run = checked(sorting(NOWHERE | {"alternate": "rest"}, LOST_KEY, channels=behind))
    assert seen(run) == {"second": 100}
    run = checked(sorting(NOWHERE | {"alternate": "rest"}, {"routing_key": "payment"}, channels=behind))
    assert run.ledger.channel.tolist() == ["rest"] * 100 and set(run.ledger.cause) == {"unroutable"}
    run = checked(sorting(NOWHERE | {"alternate": "second"}, {"routing_key": "order.created"}))
    assert seen(run) == {"first": 100}, "and nothing else does"


# What a publisher hears.

BOTH = {"type": "fanout", "bindings": ["first", "second"]}


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_queue_that_is_full_has_its_publisher_try_again_though_the_other_has_its_copy(idempotent):
    """Two a second for a worker that takes 1 s and a queue of one: the other queue has each message, or once a try."""
    queues = {"first": {"queue": {"idempotent": idempotent}},
              "second": {"queue": {"max_length": 1, "overflow": "reject_publish"}}}  # fmt: skip
    retry = {"retry": {"attempts": 3, "backoff": "100ms"}}
    scenario = sorting(BOTH, retry, queues).replace({
        "workloads.customers.arrivals": {"constant": 2}, "run.duration": 10.25, "services.front.workers": 10,
        "services.second-reader.handle.0.work": 1,
    })  # fmt: skip
    run = checked(scenario)
    figures = run.summary()
    assert figures["errors"] > 0
    assert set(run.spans[run.spans.outcome == "failed"].reason) == {"max length"}
    tries = [len(run.tables.sendings[number]) for number in np.flatnonzero(run.tables.messages["origin"] < 0)]
    assert max(tries) == 3 and len(tries) == figures["requests"] == 20
    assert seen(run)["first"] == (20 if idempotent else sum(tries))
    assert seen(run)["second"] == figures["completed"], "refused there, refused to the publisher"
    assert figures["duplicated"] == (0 if idempotent else sum(tries) - 20)


def test_a_publisher_waits_until_every_queue_has_its_copy():
    """A queue that is paused for a second keeps everybody waiting; one that is down refuses."""
    run = checked(sorting(BOTH, {}, faults=[{"pause": "second", "at": 0, "for": "1s"}], requests=50)
                  .replace({"services.front.workers": 60}))  # fmt: skip
    figures = run.summary()
    assert figures["completed"] == 50 and (run.tables.requests.answered == 1.0).all()
    assert run.effects[run.effects.effect == "first"].time.max() < 0.6 < run.effects.time.max()
    run = checked(sorting(BOTH, {}, faults=[{"outage": "second", "at": 0, "for": "1s"}], requests=50))
    assert run.summary()["errors"] == 50 and seen(run) == {"first": 50}


def test_a_queue_that_blocks_holds_the_publishers_of_its_exchange():
    queues = {"first": "queue", "second": {"queue": {"max_length": 1, "overflow": "block"}}}
    run = checked(sorting(BOTH, {}, queues, requests=20).replace({"services.second-reader.handle.0.work": 1}))
    assert seen(run) == {"first": 20, "second": 20} and run.summary()["completed"] == 20
    gaps = np.diff(np.sort(run.tables.requests.answered))
    assert np.allclose(gaps[3:], 1), "at the pace of the slow one"


# Dead letters by way of an exchange.


def graves(type_, *bindings, spoilt="queue", handle=({"fail": 1},)):
    """`front` publishes to `jobs`, which always fails; its dead letters go to the exchange `graves`."""
    services = {
        "front": {"handle": [{"publish": "jobs"}]},
        "worker": {"subscribe": "jobs", "handle": list(handle)},
        "undertaker": {"subscribe": "spoilt", "handle": [{"effect": "buried"}]},
        "witness": {"subscribe": "seen", "handle": [{"effect": "seen"}]},
    }
    channels = {"jobs": {"queue": {"dead_letter": "graves", "delivery_limit": 0}}, "spoilt": spoilt, "seen": "queue",
                "graves": {"exchange": bound(type_, *bindings)}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    return system(services, workloads, 1.005, 0, channels=channels)


def test_dead_letters_go_by_an_exchange_under_the_name_of_the_queue_they_were_published_to():
    """As in RabbitMQ, where a publish to a queue goes by the default exchange, with the queue's name as the key."""
    run = checked(graves("direct", ("spoilt", "jobs"), ("seen", "other")))
    assert seen(run) == {"buried": 100} and set(run.ledger[run.ledger.channel == "spoilt"].death) == {"delivery limit"}
    run = checked(graves("fanout", ("spoilt",), ("seen",)))
    assert seen(run) == {"buried": 100, "seen": 100} and (run.ledger.deaths <= 1).all()


def test_a_letter_that_expired_does_not_come_to_its_queue_again_and_one_that_was_rejected_does():
    """RabbitMQ ends a cycle in which nobody ever rejects."""
    scenario = graves("fanout", ("spoilt",), ("seen",)).replace({
        "channels.spoilt.queue": {"ttl": 0.001, "dead_letter": "graves"}, "services.undertaker.handle": [{"work": 10}],
        "run.drain_limit": 10_000,
    })  # fmt: skip
    run = checked(scenario, conserving=False)
    spoilt = run.ledger[run.ledger.channel == "spoilt"]
    assert (spoilt.state == "expired").sum() == 99 and len(spoilt) == 100, "the circle is not gone round twice"
    assert seen(run) == {"seen": 100 + 99}
    failing = [{"work": "1ms"}, {"fail": {"probability": 0.5, "requeue": False}}, {"effect": "done"}]
    run = checked(graves("fanout", ("jobs",), handle=failing).replace({"run.duration": 4.005}))
    assert (run.effects.groupby("request").size() == 1).all() and len(run.effects) == 400, "again until it is done"
    assert proportion_agrees((run.ledger.state == "dead").sum(), len(run.ledger), 0.5)
