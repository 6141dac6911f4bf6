"""Delivery guarantees by name: each keeps its promise under crashes, on a log and on a queue."""

import numpy as np
import pytest

from evsim.results.endings import Outcome, Verdict
from evsim.scenario import Scenario, ScenarioError

CRASHES = [{"crash": "worker/1", "mtbf": {"exponential": 2}, "mttr": 0.5},
           {"crash": "worker/2", "mtbf": {"exponential": 3}, "mttr": 0.5}]  # fmt: skip
LOG, QUEUE = {"log": {"partitions": 8}}, "queue"


def system(guarantee, channel, **settings):
    """`worker` reads jobs, writes a row, publishes a fact and works on; `reader` reads the facts."""
    handle = [{"work": {"exponential": 0.02}}, {"effect": "row"}, {"publish": "facts"}, {"work": {"exponential": 0.02}}]
    worker = {"instances": 2, "workers": 2, "handle": handle, **settings}
    return Scenario.from_dict({
        "name": "promises",
        "workloads": {"customers": {"target": "front", "arrivals": {"poisson": 30}}},
        "services": {
            "front": {"workers": 10, "handle": [{"publish": "jobs"}]},
            "worker": {**worker, "subscribe": {"channel": "jobs", "guarantee": guarantee}},
            "reader": {"workers": 4, "subscribe": "facts", "handle": [{"effect": "fact"}]},
        },
        "channels": {"jobs": channel, "facts": {"log": {"partitions": 4}}},
        "network": {"latency": {"exponential": 0.002}},
        "faults": CRASHES,
        "run": {"duration": 60},
    })  # fmt: skip


def times(scenario, effect, seed=1):
    """For each request of a run: how often it has the effect."""
    run = scenario.run(seed=seed)
    run.audit()
    return run.tables.requests.times_done[run.tables.effect_names.index(effect)]


@pytest.mark.parametrize("channel", [LOG, QUEUE])
def test_at_most_once_loses_and_repeats_nothing(channel):
    rows = times(system("at_most_once", channel), "row")
    assert (rows == 0).any() and (rows <= 1).all()


@pytest.mark.slow
def test_a_slow_member_that_is_expelled_does_not_begin_with_what_it_could_not_commit():
    """One worker, several partitions: what waits behind a piece of work of 2 s goes to the member's successor alone."""
    slow = {"handle": [{"work": {"choice": [[0.9, 0.05], [0.1, 2]]}}, {"effect": "row"}], "workers": 1}
    data = system("at_most_once", LOG, **slow).replace({"faults": []}).to_dict()
    data["services"]["worker"]["subscribe"]["max_poll_interval"] = 1
    run = Scenario.from_dict(data).run(seed=1)
    assert run.audit()
    taken = (run.tables.rows["verdict"] == Verdict.REVOKED) & np.isnan(run.tables.rows["started"])
    assert taken.any() and (run.tables.rows["outcome"][taken] == Outcome.WITHDRAWN).all()
    assert (run.tables.requests.times_done[run.tables.effect_names.index("row")] <= 1).all()


@pytest.mark.parametrize("channel", [LOG, QUEUE])
def test_at_least_once_repeats_and_loses_nothing(channel):
    rows = times(system("at_least_once", channel), "row")
    assert (rows > 1).any() and (rows >= 1).all()


@pytest.mark.slow
@pytest.mark.parametrize("channel", [LOG, QUEUE])
def test_effectively_once_neither_loses_nor_repeats_as_far_as_its_store_remembers(channel):
    assert (times(system("effectively_once", channel, idempotent=True), "row") == 1).all()
    forgetful = system("effectively_once", channel, idempotent={"window": "1ms", "lookup": "1ms"})
    assert (times(forgetful, "row") > 1).any()


@pytest.mark.slow
def test_exactly_once_is_so_inside_the_logs_and_nowhere_else():
    scenario = system("exactly_once", LOG)
    assert (times(scenario, "fact") == 1).all()
    assert (times(scenario, "row") > 1).any()


def test_a_lookup_costs_its_time():
    """5 ms more of 45 ms of work: a ninth more of the worker's time, within the noise of what is not crashed."""
    calm = {"faults": []}
    busy = [system("effectively_once", LOG, idempotent={"lookup": lookup}).replace(calm).run(seed=1)
            .services["worker"]["sojourn_mean"] for lookup in ("0s", "5ms")]  # fmt: skip
    assert busy[1] > busy[0] + 0.0049


@pytest.mark.parametrize("guarantee, channel, settings, says", [
    ("exactly_once", QUEUE, {}, "a queue knows no transactions.*effectively_once with an idempotent service"),
    ("effectively_once", LOG, {}, "done once only by an idempotent service.*idempotent: true at services.worker"),
    ("twice", LOG, {}, "guarantee"),
])  # fmt: skip
def test_a_promise_that_cannot_be_kept_is_refused(guarantee, channel, settings, says):
    with pytest.raises(ScenarioError, match=says):
        system(guarantee, channel, **settings)


OTHER = [(LOG, {"commit": "after"}), (QUEUE, {"ack": "before"}), (QUEUE, {"prefetch": 3})]


@pytest.mark.parametrize("channel, other", OTHER)
def test_a_promise_is_made_once(channel, other):
    data = system("at_most_once", channel).to_dict()
    data["services"]["worker"]["subscribe"] |= other
    with pytest.raises(ScenarioError, match="says when|is never counted"):
        Scenario.from_dict(data)


@pytest.mark.slow
def test_a_promise_stands_above_what_a_product_does_by_itself():
    """Kafka's consumer commits every 5 s unless told otherwise."""
    kafka = {"log": {"like": "kafka", "partitions": 8}}
    assert (times(system("exactly_once", kafka), "fact") == 1).all()
    assert (times(system("at_most_once", kafka), "row") <= 1).all()


def test_a_bus_promises_nothing():
    with pytest.raises(ScenarioError, match="is not read with guarantee"):
        system("at_least_once", "bus")
