"""What is written about batches of customers, and what is refused."""

import pytest

from evsim.scenario import Scenario, ScenarioError


def scenario(arrivals):
    web = {"instances": 3, "handle": [{"work": "1ms"}]}
    users = {"target": "web", "arrivals": arrivals}
    return Scenario.from_dict({"name": "any", "workloads": {"users": users}, "services": {"web": web},
                               "run": {"duration": "10s"}})  # fmt: skip


@pytest.mark.parametrize(
    ("size", "rule"),
    [(0, "1"), ({"geometric": 0.5}, "1"), ({"geometrical": 5}, "geometric"), ("many", "whole number")],
)
def test_a_batch_has_a_size(size, rule):
    with pytest.raises(ScenarioError) as refused:
        scenario({"batch": {"rate": "1/s", "size": size}})
    text = str(refused.value)
    assert "workloads.users.arrivals.batch.size" in text and rule in text, text


def test_batches_and_profiles_are_written_as_short_as_can_be():
    coach = {"batch": {"rate": "1/s", "size": {"fixed": 5}}}
    assert "batch: {rate: 1/s, size: 5}" in scenario(coach).to_yaml()
    points = [["0s", "1/s"], ["5s", "2/s"]]
    short, long = {"profile": points}, {"profile": {"points": points}}
    assert scenario(short) == scenario(long)
    assert scenario(long).to_dict()["workloads"]["users"]["arrivals"] == short


def test_a_warning_counts_the_customers_of_a_batch():
    crowded = scenario({"batch": {"rate": "1000/s", "size": 4}})
    assert any("4000/s" in warning for warning in crowded.warnings())
