"""What is written about a balancer and about batches, and what is refused."""

import pytest

from evsim.scenario import Scenario, ScenarioError


def scenario(balance="round_robin", arrivals="1/s", **service):
    arrivals = {"poisson": arrivals} if isinstance(arrivals, str) else arrivals
    web = {"instances": 3, "balance": balance, "handle": [{"work": "1ms"}], **service}
    users = {"target": "web", "arrivals": arrivals}
    return Scenario.from_dict({"name": "any", "workloads": {"users": users}, "services": {"web": web},
                               "channels": {"news": "bus"}, "run": {"duration": "10s"}})  # fmt: skip


@pytest.mark.parametrize(
    ("balance", "written"),
    [("random", "balance: random"), ({"by": "random"}, "balance: random"),
     ({"by": "random", "health_check": "5s"}, "balance: {by: random, health_check: 5s}"),
     ({"by": "power_of_two", "choices": 3}, "balance: {by: power_of_two, choices: 3}")],
)  # fmt: skip
def test_a_balancer_is_written_as_short_as_can_be(balance, written):
    text = scenario(balance).to_yaml()
    assert written in text
    assert Scenario.from_yaml(text) == scenario(balance)


def test_to_share_an_inbox_needs_no_word_and_one_instance_no_balancer():
    assert "balance" not in scenario("shared").to_yaml()
    assert not scenario("random", instances=1).services["web"].is_balanced
    assert scenario("shared").replace({"services.web.balance": "random"}).services["web"].is_balanced


@pytest.mark.parametrize(
    ("balance", "path", "rule"),
    [("round-robin", "services.web.balance", "round_robin"),
     ({"by": "random", "choices": 3}, "services.web.balance.choices", "does not pick among so many"),
     ({"by": "random", "counts": "waiting"}, "services.web.balance.counts", "random counts nothing"),
     ({"by": "shared", "health_check": "1s"}, "services.web.balance.health_check", "nobody looks"),
     ({"by": "power_of_two", "choices": 1}, "services.web.balance.choices", "2"),
     ({"by": "random", "healthcheck": "1s"}, "services.web.balance.healthcheck", "health_check")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_plain_words(balance, path, rule):
    with pytest.raises(ScenarioError) as refused:
        scenario(balance)
    assert path in str(refused.value) and rule in str(refused.value), str(refused.value)


def test_a_handler_on_a_bus_is_not_balanced():
    with pytest.raises(ScenarioError, match="services.web.balance: news is a bus, which picks a handler itself"):
        scenario(subscribe="news")
    assert scenario("shared", subscribe="news")


@pytest.mark.parametrize(
    ("size", "rule"),
    [(0, "1"), ({"geometric": 0.5}, "1"), ({"geometrical": 5}, "geometric"), ("many", "whole number")],
)
def test_a_batch_has_a_size(size, rule):
    with pytest.raises(ScenarioError) as refused:
        scenario(arrivals={"batch": {"rate": "1/s", "size": size}})
    text = str(refused.value)
    assert "workloads.users.arrivals.batch.size" in text and rule in text, text


def test_batches_and_profiles_are_written_as_short_as_can_be():
    coach = {"batch": {"rate": "1/s", "size": {"fixed": 5}}}
    assert "batch: {rate: 1/s, size: 5}" in scenario(arrivals=coach).to_yaml()
    points = [["0s", "1/s"], ["5s", "2/s"]]
    short, long = {"profile": points}, {"profile": {"points": points}}
    assert scenario(arrivals=short) == scenario(arrivals=long)
    assert scenario(arrivals=long).to_dict()["workloads"]["users"]["arrivals"] == short


def test_a_warning_counts_the_customers_of_a_batch():
    crowded = scenario(arrivals={"batch": {"rate": "1000/s", "size": 4}})
    assert any("4000/s" in warning for warning in crowded.warnings())
