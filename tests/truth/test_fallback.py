"""Without an answer: other steps instead."""

import pytest

from evsim.scenario import Scenario, ScenarioError
from tests.support.statistics import proportion_agrees
from tests.truth.measuring import checked
from tests.truth.systems import system


@pytest.mark.slow
def test_a_fallback_takes_the_place_of_the_answer():
    """A tenth of the calls fail, and are answered from a cache that fails for three tenths of them."""
    call = {"service": "back", "on_error": {"fallback": [{"work": "1ms"}, {"call": "cache"}]}}
    services = {"front": {"workers": 10, "handle": [{"call": call}, {"effect": "answered"}]},
                "back": {"workers": 10, "handle": [{"fail": 0.1}, {"effect": "asked"}]},
                "cache": {"workers": 10, "handle": [{"fail": 0.3}, {"effect": "old answer"}]}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    run = checked(system(services, workloads, 300, 0.0), 1)
    customers, figures = len(run.tables.requests.row), run.summary()
    made = run.effects.effect.value_counts()
    assert proportion_agrees(customers - made["asked"], customers, 0.1)
    assert proportion_agrees(figures["errors"], customers, 0.1 * 0.3)
    assert made["answered"] == customers - figures["errors"]
    assert made["old answer"] == made["answered"] - made["asked"]
    assert figures["effects_missing"] == (customers - made["asked"]) + figures["errors"], "nobody was due an old answer"


@pytest.mark.parametrize(("on_error", "says"), [
    ("retry", "fail, ignore, {fallback: steps} or {compensate: steps}"), ({"fallback": []}, "fallback"),
    ({"fallback": [{"call": "nobody"}]}, "nobody"), ({"fallback": [{"call": "front"}]}, "cycle"),
])  # fmt: skip
def test_what_cannot_follow_is_refused(on_error, says):
    data = {"name": "x", "workloads": {"customers": {"target": "front", "arrivals": {"constant": 1}}},
            "services": {"front": {"handle": [{"call": {"service": "back", "on_error": on_error}}]},
                         "back": {"handle": [{"effect": "row"}]}}, "run": {"duration": 1}}  # fmt: skip
    with pytest.raises(ScenarioError, match=says):
        Scenario.from_dict(data)
