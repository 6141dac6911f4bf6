"""What is worked out before a run, of what comes to whom and how long it takes, is what a run without waiting measures.

Random systems of constant times, in which nobody ever waits for a worker, and nothing is left to chance.
"""

from collections import Counter
from random import Random

import pytest

from evsim.experiment.predicted_answer import response_mean
from evsim.experiment.predicted_waits import with_flow
from evsim.scenario import Scenario
from evsim.scenario.handlers import all_steps
from evsim.scenario.offered_load import answer_times, arrival_rates, holding_times
from tests.figures.averages import mean
from tests.figures.plain import Plain

RATE, SECONDS, WORKERS, HOP = 2, 20, 40, 0.003
SERVICES = [f"s{number}" for number in range(5)]  # each asks, and publishes to, those after it alone


def system(random):
    channels, services = {}, {}
    for number, name in enumerate(SERVICES):
        steps = [{"work": random.randrange(1, 9) / 100}]
        for _ in range(random.randrange(3) if number < len(SERVICES) - 1 else 0):
            steps.append(_step(random, number, channels))
        place = random.randrange(1, len(steps) + 1)
        if random.random() < 0.4:
            steps.insert(place, {"reply": "soon"})
        services[name] = {"workers": WORKERS, "handle": steps}
    for name, reader in channels.items():
        services[reader].setdefault("subscribe", []).append({"channel": name, "prefetch": WORKERS})
    links = {"near": {"between": [SERVICES[0], SERVICES[1]], "latency": 0.001}}
    return Scenario.from_dict({
        "name": "beforehand",
        "workloads": {"all": {"target": SERVICES[0], "arrivals": {"constant": RATE}}},
        "services": services, "channels": dict.fromkeys(channels, "queue"),
        "network": {"latency": HOP, "links": links}, "run": {"duration": SECONDS, "warmup": 0},
    })  # fmt: skip


def _step(random, number, channels):
    others, several = SERVICES[number + 1 :], random.choice([{}, {"items": 3}])
    kind = random.choice(["call", "publish", "publish", "both"])
    if kind == "both" and len(others) > 1:
        return {"parallel": [{"call": each} for each in random.sample(others, 2)]}
    if kind == "publish":
        channel = f"to-{number}-{len(channels)}"
        channels[channel] = random.choice(others)
        return {"publish": {"channel": channel, **several, **random.choice([{}, {"acks": 0}])}}
    at_once = random.choice([{}, {"max_concurrency": 2}, {"max_concurrency": "unlimited"}]) if several else {}
    return {"call": {"service": random.choice(others), **several, **at_once}}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_what_comes_to_whom_and_for_how_long_is_what_a_run_measures(part):
    told = Counter()
    for seed in range(part, 120, 2):
        scenario = system(Random(seed))
        plain = Plain(scenario.run())
        customers = [row for row in plain.rows if row.kind == "request"]
        rates, held, answers = arrival_rates(scenario), holding_times(scenario), answer_times(scenario)
        flow, predicted = with_flow(scenario.complete)
        for name in SERVICES:
            rows = plain.rows_at(name)
            assert len(rows) / len(customers) * RATE == pytest.approx(rates[name]), (seed, name)
            if not rows:
                continue
            took = mean([row.ended - row.started for row in rows])
            assert took == pytest.approx(held[name]), (seed, name)
            if name in predicted:
                found = predicted[name]
                assert (found.rate, found.held) == pytest.approx((rates[name], held[name])), (seed, name)
                assert found.saturates == pytest.approx(WORKERS * RATE / (rates[name] * held[name])), (seed, name)
        response = mean([row.settled - row.born for row in customers])
        assert answers[SERVICES[0]] + 2 * HOP == pytest.approx(response), seed
        said, why = response_mean(scenario, flow, predicted)
        assert said is None or said == pytest.approx(response, rel=1e-3), (seed, why)
        told["answer"] += said is not None
        told["answer with several messages"] += said is not None and any(map(_sends_several, _asked(scenario)))
    assert told["answer"] > 1 and told["answer with several messages"] > 0, told


def _asked(scenario):
    """The steps of who is asked for the answer."""
    steps, names = [], [SERVICES[0]]
    for name in names:
        mine = list(all_steps(scenario.services[name].handle))
        steps += mine
        names += [step.service for step in mine if step.asks]
    return steps


def _sends_several(step):
    return step.kind == "publish" and step.times.most > 1 and step.acks


@pytest.mark.parametrize(("batch", "whole", "each"), [(4, 0.8, 0.1), (5, 0.0, 0.2), (3, 0.6, 0.0)])
def test_of_a_full_batch_each_message_has_its_share(batch, whole, each):
    """What is done for all of a batch is shared, what is done for each message is not: sixty messages."""
    steps = [*([{"work": whole}] if whole else []), {"for_each": [{"work": each}, {"effect": "row"}]}]
    scenario = Scenario.from_dict({
        "name": "full",
        "workloads": {"all": {"target": "desk", "arrivals": {"burst": 60}}},
        "services": {"desk": {"workers": 60, "handle": [{"publish": "jobs"}]},
                     "clerk": {"subscribe": {"channel": "jobs", "batch": batch}, "handle": steps}},
        "channels": {"jobs": "queue"}, "run": {"duration": 1, "drain_limit": 60},
    })  # fmt: skip
    batches = {}
    for row in Plain(scenario.run()).rows_at("clerk"):
        batches.setdefault(row.leads, []).append(row)
    full = [rows[0].ended - rows[0].started for rows in batches.values() if len(rows) == batch]
    assert len(full) > 10
    assert mean(full) / batch == pytest.approx(holding_times(scenario)["clerk"])
