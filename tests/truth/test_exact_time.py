"""Time is exact: what adds up to a limit is at the limit, to the nanosecond, early in a run and late."""

import pytest

from evsim.results.records import Verdict
from evsim.run import simulate
from evsim.scenario import Scenario


def system(services, arrivals, duration, channels=None, latency=0, **workload):
    return Scenario.from_dict({
        "name": "exact",
        "workloads": {"customers": {"target": "front", "arrivals": arrivals, **workload}},
        "services": services,
        "channels": channels or {},
        "network": {"latency": latency},
        "run": {"duration": duration},
    })  # fmt: skip


def work(*times):
    return [{"work": time} for time in times]


def calling(arrivals, duration, timeout, steps=("10ms",), latency="1ms"):
    """`front` calls `back`; its customers are as near as their services are."""
    services = {
        "front": {"workers": 1000, "handle": [{"call": {"service": "back", "timeout": timeout}}]},
        "back": {"workers": 1000, "handle": work(*steps)},
    }
    return system(services, arrivals, duration, latency=latency)


def waiting(arrivals, duration, patience, steps):
    return system({"front": {"workers": 1000, "handle": work(*steps)}}, arrivals, duration, patience=patience)


def queued(arrivals, duration, queue, steps, latency=0):
    """`front` publishes to `jobs`, which one `worker` reads."""
    services = {
        "front": {"workers": 1000, "handle": [{"publish": {"channel": "jobs", "acks": 0}}]},
        "worker": {"subscribe": "jobs", "handle": work(*steps)},
    }
    return system(services, arrivals, duration, {"jobs": {"queue": queue}}, latency)


def counts(run):
    run.audit()
    summary = run.summary()
    return summary["requests"], summary["errors"] + summary["timeouts"] + summary["rejected"]


@pytest.mark.parametrize("guarded", [False, True])
def test_an_answer_that_is_at_its_deadline_counts(guarded):
    arrivals = {"constant": 100}
    for late, bad in (("12ms", 0), ("11.999999ms", 999)):
        assert counts(simulate(calling(arrivals, "10s", late), guarded=guarded)) == (999, bad)
    for late, bad in (("300ms", 0), ("299.999999ms", 999)):
        scenario = waiting(arrivals, "10s", late, ("100ms", "200ms"))
        assert counts(simulate(scenario, guarded=guarded)) == (999, bad)


def test_an_acknowledgement_at_the_end_of_its_lease_counts():
    steps = ("100ms", "100ms", "100ms")
    for visibility, revoked in (("300ms", 0), ("299.999999ms", 19)):
        run = simulate(queued({"constant": 0.2}, "100s", {"visibility_timeout": visibility}, steps))
        assert run.audit() and (run.rows["verdict"] == Verdict.REVOKED).sum() == revoked


@pytest.mark.parametrize(("rate", "refused"), [(200, 999), (100, 0)])
def test_who_comes_when_another_one_leaves_finds_the_place_free(rate, refused):
    scenario = system({"front": {"limit": 0, "handle": work("10ms")}}, {"constant": rate}, 2000 / rate)
    assert counts(simulate(scenario)) == (1999, refused)


def test_a_million_seconds_later_time_is_as_exact():
    late = {"constant": 0.001}
    for timeout, bad in (("12ms", 0), ("11.999999ms", 1000)):
        assert counts(simulate(calling(late, 1_000_001, timeout))) == (1000, bad)
    run = simulate(waiting({"burst": {"count": 10, "at": 1_000_000.123456789}}, 1_000_001, None, ("100ms", "200ms")))
    assert set(run.tally.arrived) == {1_000_000.123456789} and set(run.tally.response) == {0.3}
