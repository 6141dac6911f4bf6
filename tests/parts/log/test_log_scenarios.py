"""The built-in scenarios about logs: healthy at their own load, and what breaks at two to four times it."""

import pytest

from evsim import load, theory
from evsim.scenario.offered_load import holding_times
from tests.support.statistics import count_agrees
from tests.truth.systems import at


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", ["hot-partition", "rebalance-storm", "replay-history", "leader-failover"])
def test_each_is_healthy_at_its_own_load(name, seed):
    run = at(name, 1, seed=seed)
    figures = run.summary()
    for objective, value in run.scenario.objectives.items():
        kept = figures[objective] >= value if objective == "availability" else figures[objective] <= value
        assert kept, (objective, figures[objective])
    assert figures["duplicated"] == figures["lost"] == figures["pending"] == 0


@pytest.mark.slow
def test_a_hot_partition_falls_behind_while_the_others_wait_for_work():
    normal, busy = at("hot-partition", 1), at("hot-partition", 4)
    assert busy.services["warehouse"]["utilisation"] < 0.45
    ends = {}
    for run in (normal, busy):
        figures = run.partitions.frame.sort_values("published", ascending=False)
        hottest, others = figures.iloc[0], figures.iloc[1:]
        ends[run] = hottest.lag_max, others.lag_max.max()
        assert hottest.published / figures.published.sum() > 1 / 7
    found, spread = busy.services["warehouse"], busy.channels["order-placed", "warehouse"]
    assert found["idle_while_waiting"] > 0.99 and found["wait_behind_mean"] > 0.99 * found["wait_mean"]
    assert spread["busiest_share"] > 1 / 7 and spread["fairness"] < 0.7
    assert ends[normal][0] < 20 and ends[busy][0] > 10 * ends[busy][1] > 100
    assert ends[busy][1] < 30
    assert busy.summary()["completion_p99"] > 10 * normal.summary()["completion_p99"]
    more = at("hot-partition", 4, {"services.warehouse.instances": 4}.items())
    assert more.summary()["completion_p99"] == pytest.approx(busy.summary()["completion_p99"], rel=0.01)


@pytest.mark.slow
def test_members_that_are_expelled_for_being_slow_make_the_others_slower():
    patient = {"services.billing.subscribe.max_poll_interval": "5s"}.items()
    calm, storm, cured = at("rebalance-storm", 1), at("rebalance-storm", 3), at("rebalance-storm", 3, patient)

    def told(run):
        kinds = [kind for _, kind, *_ in run.records.incidents]
        return kinds.count("expel"), run.summary()["duplicated"], run.channels["reading", "billing"]["lag_max"]

    assert told(calm)[:2] == (0, 0) and told(cured)[:2] == (0, 0)
    expelled, repeated, behind = told(storm)
    assert expelled > 20 and repeated > 100 and behind > 10 * told(cured)[2]
    assert storm.summary()["completion_p99"] > 5 * cured.summary()["completion_p99"]
    assert storm.services["billing"]["utilisation"] < cured.services["billing"]["utilisation"]


def behind(run, time):
    """How many messages the search index has not indexed at a time."""
    ledger = run.ledger[run.ledger.subscription == "search-index"]
    return int(((ledger.appended <= time) & ~(ledger.settled <= time)).sum())


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_latecomer_catches_up_as_fast_as_it_has_time_to_spare(times):
    run = at("replay-history", times)
    scenario = run.scenario
    rate, workers = 100 * times, scenario.services["search-index"].workers
    capacity = workers / holding_times(scenario)["search-index"]
    caught_up = 30 + theory.catch_up(rate, capacity, 30).catch_up_time
    assert behind(run, 30.01) == pytest.approx(30 * rate, rel=0.05)
    for time in (40, 50, 59.9):
        left = max(0.0, (caught_up - time) * (capacity - rate))
        assert behind(run, time) == pytest.approx(left, abs=0.06 * 30 * rate)
    assert run.summary()["effects_missing"] == 0


@pytest.mark.slow
def test_a_latecomer_without_time_to_spare_never_catches_up():
    run = at("replay-history", 4)
    assert behind(run, 60) == pytest.approx(behind(run, 31), rel=0.1) and behind(run, 60) > 10_000
    assert run.channels["product-changed", "warehouse"]["lag_max"] < 100, "and nobody else moves"


FAILURE = {"leader_failure": "payment", "at": 20, "for": 20}


def failing(times, **publish):
    scenario = load("leader-failover").to_dict()
    scenario["faults"] = [FAILURE]
    scenario["workloads"]["customers"]["arrivals"] = {"poisson": 20 * times}
    scenario["services"]["checkout"]["handle"][1]["publish"] |= publish
    run = load("leader-failover").from_dict(scenario).run()
    assert run.audit()
    return run


@pytest.mark.slow
def test_an_election_costs_nobody_a_payment_until_those_who_wait_need_more_workers_than_there_are():
    normal, busy = failing(1), failing(3)
    told = normal.summary()
    assert told["availability"] == 1 and told["effects_missing"] == told["lost"] == told["duplicated"] == 0
    longest = normal.tables.requests.response.max()
    assert 2 < longest < 2.5, "somebody waited for the whole election"
    turned_away = busy.summary()
    assert turned_away["rejected"] > 20 and turned_away["effects_missing"] == turned_away["rejected"]
    assert turned_away["inconsistent"] == turned_away["lost"] == 0


@pytest.mark.slow
def test_a_leader_alone_loses_payments_that_customers_were_told_yes():
    runs = [failing(times, acks=1) for times in (2, 3)]
    lost = [run.summary()["lost"] for run in runs]
    few = "a payment takes a second; that some are lost, and not ten times as many, is the question"
    assert count_agrees(sum(lost), (40 + 60) * 0.05, notices=2.3, because=few) and sum(lost) > 0
    for run in runs:
        assert set(run.ledger[run.ledger.state == "lost"].cause) == {"leader"}
        gone = run.ledger[run.ledger.state == "lost"].request
        assert set(run.requests.outcome[gone]) == {"ok"}
