"""The built-in scenarios about queues and exchanges: healthy at their own load, broken at two to four times it."""

import numpy as np
import pytest

from evsim import load, theory
from evsim.scenario.offered_load import holding_times
from tests.support.statistics import agrees
from tests.truth.systems import at

NAMES = ["slow-consumer", "prefetch-unfair", "poison-message", "topic-exchange"]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_each_is_healthy_at_its_own_load(name, seed):
    run = at(name, 1, seed=seed)
    figures = run.summary()
    assert all(figures[objective] <= limit for objective, limit in run.scenario.objectives.items())
    for trouble in ("duplicated", "lost", "dropped", "pending", "errors"):
        assert figures[trouble] == 0, trouble


@pytest.mark.slow
@pytest.mark.parametrize(("name", "times"), list(zip(NAMES, [2, 4, 2, 2], strict=True)))
def test_each_misses_its_objective_at_so_many_times_its_load(name, times):
    run = at(name, times)
    assert run.summary()["completion_p99"] > 2 * run.scenario.objectives["completion_p99"]


def capacity(scenario, service):
    """Messages a second; between two of them a worker waits for two hops of 1 ms: one is acknowledged, one comes."""
    return scenario.services[service].workers / (holding_times(scenario)[service] + 0.002)


# A slow consumer.

LIMITED = "channels.photos.queue"


@pytest.mark.slow
def test_a_queue_grows_by_what_its_consumer_cannot_do_and_nobody_who_publishes_notices():
    runs = [at("slow-consumer", 3, seed=seed) for seed in range(1, 9)]
    truth = theory.overload(60, capacity(runs[0].scenario, "resizer"), 60, 0)
    backlogs = [run.channels["photos", "resizer"]["lag_max"] for run in runs]
    assert agrees(backlogs, truth.backlog, notices=0.25)
    assert agrees([run.summary()["completion_p99"] for run in runs], truth.delay_max, notices=0.25)
    calm, run = at("slow-consumer", 1).summary(), runs[0].summary()
    assert run["response_p99"] == pytest.approx(calm["response_p99"], rel=0.1) and run["effects_missing"] == 0


@pytest.mark.parametrize(("overflow", "where"), [
    ("drop_head", "dropped"), ("reject_publish", "errors"), ("block", None),
])  # fmt: skip
def test_a_limit_bounds_the_delay_and_what_is_too_much_goes_elsewhere(overflow, where):
    """Of 60 a second, 32 can be done: the rest is dropped, refused, or waits outside."""
    run = at("slow-consumer", 3, {LIMITED: {"max_length": 100, "overflow": overflow}}.items())
    figures = run.summary()
    assert run.channels["photos", "resizer"]["lag_max"] <= 100 + 2 + 5, "and what is under way"
    done = capacity(run.scenario, "resizer") * 60 + 100
    found = {"dropped": (run.ledger.state == "dropped").sum(), "errors": (run.requests.outcome == "error").sum()}
    for trouble, count in found.items():
        expected = len(run.requests) - done if trouble == where else 0
        assert count == pytest.approx(expected, abs=3.5 * np.sqrt(done)), trouble
    if where:
        assert figures["completion_p99"] < 1.5 * 100 / capacity(run.scenario, "resizer")
    else:
        assert figures["response_p99"] > 30 and figures["effects_missing"] == 0, "customers wait instead"


# Prefetch.


@pytest.mark.slow
def test_what_one_instance_has_fetched_waits_for_it_while_others_are_idle():
    fair, near = {"services.worker.subscribe.prefetch": 1}, {"network.latency": 0}
    alone, shared = at("prefetch-unfair", 4), at("prefetch-unfair", 4, fair.items())
    unfair_at_once, fair_at_once = [
        at("prefetch-unfair", 4, each.items()).services["worker"] for each in (near, near | fair)
    ]
    assert unfair_at_once["idle_while_waiting"] > 0.4 and fair_at_once["idle_while_waiting"] < 1e-6
    assert unfair_at_once["wait_behind_mean"] > 0.4 * unfair_at_once["wait_mean"]
    assert abs(fair_at_once["wait_behind_mean"]) < 1e-9
    for run in (alone, shared):
        assert run.services["worker"]["utilisation"] < 0.9, "the work fits"
    waits = [run.services["worker"]["wait_mean"] for run in (alone, shared)]
    assert waits[0] > 3 * waits[1]
    assert shared.summary()["completion_p99"] < shared.scenario.objectives["completion_p99"]


# A poison message.


@pytest.mark.slow
def test_a_few_messages_that_always_fail_take_most_of_the_work():
    run, cured = at("poison-message", 3), at("poison-message", 3, {
        "channels.order-placed.queue.delivery_limit": 2,
    }.items())  # fmt: skip
    for each, deliveries in ((run, 21), (cured, 3)):
        ledger = each.ledger[each.ledger.channel == "order-placed"]
        dead = ledger[ledger.state == "dead"]
        assert (dead.attempts == deliveries).all() and len(dead) == pytest.approx(0.02 * len(ledger), rel=0.3)
        buried = each.ledger[each.ledger.channel == "broken-orders"]
        assert sorted(buried.origin) == sorted(dead.message) and (buried.death == "delivery limit").all()
    work = run.spans[run.spans.service == "warehouse"]
    held = (work.ended - work.started).groupby(work.outcome).sum()
    assert held["failed"] / held.sum() == pytest.approx(0.82, abs=0.04)
    needed = 90 * (0.98 * 0.02 + 0.02 * 21 * 0.22)
    assert needed > 8 > 2.5 * 90 * (0.98 * 0.02 + 0.02 * 3 * 0.22)
    assert run.summary()["completion_p99"] > 50 * cured.summary()["completion_p99"]


# A topic exchange.


@pytest.mark.slow
def test_who_binds_everything_falls_behind_alone():
    run = at("topic-exchange", 3)
    lag = {channel: figures["lag_max"] for (channel, _), figures in run.channels.items()}
    done = {channel: figures["published"] for (channel, _), figures in run.channels.items()}
    truth = theory.overload(108, capacity(run.scenario, "monitor"), 60, 0)
    error = 3.5 * np.sqrt((108 + 62) * 60)
    assert lag.pop("monitor-events") == pytest.approx(truth.backlog, abs=error) and max(lag.values()) < 50
    assert done["monitor-events"] == done["tracking-events"], "a parcel's events all begin with its word"
    others = done["billing-events"] / done["tracking-events"], done["complaint-events"] / done["tracking-events"]
    assert others == pytest.approx((0.2, 0.8 * 0.02), rel=0.25)
    narrow = at("topic-exchange", 3, {"channels.events.exchange.bindings.3.key": "*.lost.#"}.items())
    assert narrow.summary()["completion_p99"] < narrow.scenario.objectives["completion_p99"]
    for one, other in zip(at("topic-exchange", 1).tables.requests.response, run.tables.requests.response, strict=False):
        assert one < 0.1 and other < 0.1, "and whoever publishes notices nothing"


def test_a_typing_error_in_a_routing_key_is_seen_in_the_ledger():
    scenario = load("topic-exchange").replace({
        "channels.events.exchange.bindings.3.key": "*.lost.#",
        "services.gateway.handle.1.maybe.else.0.maybe.else.0.publish.routing_key": "parcels.scanned",
    })  # fmt: skip
    assert any("parcels.scanned leads nowhere" in each for each in scenario.warnings())
    figures = scenario.run().summary()
    assert figures["dropped"] / figures["requests"] == pytest.approx(0.8 * 0.98, abs=0.03)
    assert figures["availability"] == 1, "and everybody is told yes"
