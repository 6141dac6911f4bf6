"""A delivery that sets out while nobody is free wakes nobody; rows begin, wait and travel as if each did."""

import pytest

from evsim.scenario import Scenario
from tests.books.checks import assert_same_records

CHANNELS = {"log": ({"log": {"partitions": 64}}, {}), "queue": ({"queue": {}}, {"prefetch": 8})}
TIMES = {
    "at one moment": ({"constant": "10/s"}, "0.1s", "0.1s"),  # ends and arrivals are due together
    "by chance": ({"poisson": "12/s"}, {"exponential": "0.15s"}, {"exponential": "0.1s"}),
}


def system(channel, times):
    """Two workers who can do 10/s or 13/s, and 14/s or 12/s come."""
    kind, reads = CHANNELS[channel]
    arrivals, work, latency = TIMES[times]
    return Scenario.from_dict(
        {
            "name": "deliveries",
            "workloads": {
                "page": {"target": "front", "arrivals": arrivals},
                "telephone": {"target": "front", "arrivals": {"constant": "2/s"}},
            },
            "services": {
                "front": {"handle": [{"publish": {"channel": "events", "acks": 0}}, {"reply": "thanks"}]},
                "back": {
                    "workers": 2,
                    "subscribe": {"channel": "events", "retry": {"attempts": 3, "backoff": "50ms"}, **reads},
                    "handle": [{"work": work}, {"work": "50ms"}, {"fail": 0.05}],
                },
            },
            "channels": {"events": kind},
            "network": {"latency": latency},
            "run": {"duration": "20s"},
        }
    )


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_records_and_inventory_are_those_of_a_system_in_which_each_delivery_wakes_somebody(channel, times):
    scenario = system(channel, times)
    for until in (None, 0.3, 1, 2.05, 5.1, 9.9, 20):
        plain, guarded = (scenario.run(until=until, guarded=each) for each in (False, True))
        assert plain.audit()
        assert_same_records(plain, guarded, but=["worker"])
        assert plain.tables.inventory == guarded.tables.inventory


@pytest.mark.parametrize("channel", CHANNELS)
def test_some_of_them_wait_and_some_travel_when_a_run_is_cut_short(channel):
    cuts = [system(channel, "by chance").run(until=until).tables.inventory for until in range(5, 15)]
    assert any(each["waiting"] for each in cuts) and any(each["travelling"] for each in cuts)
