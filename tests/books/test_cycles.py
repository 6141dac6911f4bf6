"""A message that may come round a cycle of channels: what is due to its customer is what is done."""

from evsim.scenario import Scenario


def rounds(probability):
    """With some probability a message goes round once more; of those that stay, some bring a gift."""
    gift = {"maybe": {"probability": 0.5, "then": [{"effect": "gift"}]}}
    again = {"maybe": {"probability": probability, "then": [{"publish": "turn"}], "else": [gift]}}
    return Scenario.from_dict({
        "name": "rounds",
        "workloads": {"page": {"target": "front", "arrivals": {"constant": 20}}},
        "services": {
            "front": {"workers": 9, "handle": [{"publish": "turn"}]},
            "turner": {"workers": 9, "subscribe": "turn", "handle": [{"work": 0.001}, again]},
        },
        "channels": {"turn": "queue"},
        "run": {"duration": 50, "warmup": 0},
    })  # fmt: skip


def test_where_nothing_goes_wrong_each_customer_has_all_that_is_due_in_any_round():
    run = rounds(0.5).run()
    assert run.audit()
    assert 400 < len(run.effects) < 600, "half of a thousand"
    assert set(run.requests.effects) == {"all"}
