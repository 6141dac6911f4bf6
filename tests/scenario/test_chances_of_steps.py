"""How often a handling comes to each of its steps, before anything runs."""

import pytest

from evsim.scenario import Scenario
from evsim.scenario.offered_load import reached_steps


def test_each_step_is_reached_as_often_as_chance_leads_to_it():
    branch = {"probability": 0.25, "then": [{"effect": "then"}, {"fail": 0.5}, {"effect": "rare"}],
              "else": [{"effect": "else"}]}  # fmt: skip
    handle = [{"effect": "first"}, {"maybe": branch}, {"fail": 0.2}, {"effect": "last"},
              {"parallel": [[{"effect": "left"}], [{"effect": "right"}]]}]  # fmt: skip
    scenario = Scenario.from_dict({
        "name": "chances",
        "workloads": {"people": {"target": "desk", "arrivals": {"batch": {"rate": 5, "size": {"geometric": 2.4}}}}},
        "services": {"desk": {"handle": handle}},
        "run": {"duration": "1s"},
    })  # fmt: skip
    found = {step.name: chance for step, chance in reached_steps(scenario.services["desk"].handle) if step.effects}
    assert found == pytest.approx(
        {"first": 1, "then": 0.25, "rare": 0.125, "else": 0.75, "last": 0.8, "left": 0.8, "right": 0.8}
    )
    assert scenario.workloads["people"].arrivals.customers_per_second == pytest.approx(12)
