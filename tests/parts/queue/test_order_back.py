"""Messages that come back together are granted in their old order, also where another consumer is free at once."""

import evsim

HELD_EACH_SECOND = [0, 2, 4]  # slow and quick take turns while six messages come


def handed_out_again(queue, faults=()):
    """The numbers of the messages that `quick` gets after `slow` has lost them, in order."""
    scenario = evsim.Scenario.from_dict({
        "name": "back",
        "workloads": {"customers": {"target": "front", "arrivals": {"constant": "100/s"}}},
        "services": {
            "front": {"handle": [{"publish": "q"}]},
            "slow": {"workers": 1, "subscribe": [{"channel": "q", "prefetch": 3}], "handle": [{"work": "2s"}]},
            "quick": {"subscribe": [{"channel": "q", "prefetch": 1}], "handle": [{"work": "10ms"}]},
        },
        "channels": {"q": {"queue": queue}},
        "faults": list(faults),
        "run": {"duration": "60ms", "warmup": 0},
    })  # fmt: skip
    run = scenario.run()
    run.audit()
    spans = run.spans
    again = spans[(spans["service"] == "quick") & (spans["attempt"] > 1)].sort_values("leased")
    assert again["leased"].is_unique
    return again["parent"].tolist()


def test_what_a_crashed_consumer_held_is_handed_out_in_its_old_order():
    assert handed_out_again({}, [{"crash": "slow", "at": "59.9ms", "for": "5s"}]) == HELD_EACH_SECOND


def test_what_a_consumer_held_that_was_cut_off_is_handed_out_in_its_old_order():
    assert handed_out_again({"ack_timeout": "500ms"}) == HELD_EACH_SECOND
