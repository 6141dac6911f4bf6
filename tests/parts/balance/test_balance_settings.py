"""What is written about a balancer, and what is refused."""

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
    assert not scenario("random", instances=1).services["web"].own_inboxes
    assert scenario("shared").replace({"services.web.balance": "random"}).services["web"].own_inboxes


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


def test_a_balancer_needs_somebody_who_is_always_there():
    scaled = scenario("random", instances=1).replace({"services.web.autoscale": {"by": "length", "target": 2}})
    assert scaled.services["web"].own_inboxes
    with pytest.raises(ScenarioError, match="services.web.balance: the instances of web come when they are called for"):
        scaled.replace({"services.web.autoscale.least": 0})
