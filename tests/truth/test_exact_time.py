"""Time is exact: what adds up to a limit is at the limit, to the nanosecond, early in a run and late."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evsim.engine.environment import ExactEnvironment
from evsim.results.endings import Verdict
from evsim.results.records import Records
from evsim.scenario import Scenario, ScenarioError
from evsim.ticks import LONGEST, SECOND, elapsed, ticks
from tests.support.nightly import by_day


def system(services, arrivals, duration, channels=None, latency=0, faults=(), run=None, **workload):
    return Scenario.from_dict({
        "name": "exact",
        "workloads": {"customers": {"target": "front", "arrivals": arrivals, **workload}},
        "services": services,
        "channels": channels or {},
        "network": {"latency": latency},
        "faults": list(faults),
        "run": run or {"duration": duration},
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


def waiting(arrivals, duration, patience, steps, latency=0):
    front = {"workers": 1000, "handle": work(*steps)}
    return system({"front": front}, arrivals, duration, latency=latency, patience=patience)


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
        assert counts(calling(arrivals, "10s", late).run(guarded=guarded)) == (999, bad)
    for late, bad in (("300ms", 0), ("299.999999ms", 999)):
        scenario = waiting(arrivals, "10s", late, ("100ms", "200ms"))
        assert counts(scenario.run(guarded=guarded)) == (999, bad)


def test_an_acknowledgement_at_the_end_of_its_lease_counts():
    steps = ("100ms", "100ms", "100ms")
    for visibility, revoked in (("300ms", 0), ("299.999999ms", 19)):
        run = queued({"constant": 0.2}, "100s", {"visibility_timeout": visibility}, steps).run()
        assert run.audit() and (run.tables.rows["verdict"] == Verdict.REVOKED).sum() == revoked


@pytest.mark.parametrize(("rate", "refused"), [(200, 999), (100, 0)])
def test_who_comes_when_another_one_leaves_finds_the_place_free(rate, refused):
    scenario = system({"front": {"limit": 0, "handle": work("10ms")}}, {"constant": rate}, 2000 / rate)
    assert counts(scenario.run()) == (1999, refused)


def test_a_million_seconds_later_time_is_as_exact():
    late = {"constant": 0.001}
    for timeout, bad in (("12ms", 0), ("11.999999ms", 1000)):
        assert counts(calling(late, 1_000_001, timeout).run()) == (1000, bad)
    run = waiting({"burst": {"count": 10, "at": 1_000_000.123456789}}, 1_000_001, None, ("100ms", "200ms")).run()
    assert set(run.tables.requests.arrived) == {1_000_000.123456789} and set(run.tables.requests.response) == {0.3}


# Random sums. Nanoseconds, or whole milliseconds, as people write them.

PIECES = st.integers(2, 500_000_000) | st.integers(1, 500).map(lambda ms: ms * 1_000_000)
MOMENTS = st.integers(0, 10**15)  # up to a million seconds


def late_call(arrivals, duration, limit, steps, latency):
    return counts(calling(arrivals, duration, limit, steps, latency).run())[1]


def late_request(arrivals, duration, limit, steps, latency):
    return counts(waiting(arrivals, duration, limit, steps, latency).run())[1]


def late_acknowledgement(arrivals, duration, limit, steps, latency):
    run = queued(arrivals, duration, {"visibility_timeout": limit}, steps, latency).run()
    assert run.audit()
    return int((run.tables.rows["verdict"] == Verdict.REVOKED).sum())


def late_grant(arrivals, duration, limit, steps, latency):
    """The second of two messages is granted when the first one is acknowledged."""
    run = queued({"burst": {**arrivals["burst"], "count": 2}}, duration, {"ttl": limit}, steps, latency).run()
    assert run.audit()
    return run.summary()["expired"]


@pytest.mark.parametrize("late", [late_call, late_request, late_acknowledgement, late_grant])
@settings(max_examples=by_day(15, 5), deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=4), st.just(0) | PIECES, MOMENTS)
def test_whatever_adds_up_to_a_limit_is_in_time_and_a_nanosecond_more_is_not(late, steps, link, at):
    total = sum(steps) + 2 * link
    arrivals, duration = {"burst": {"count": 1, "at": at / SECOND}}, (at + 10**9) / SECOND
    case = [step / SECOND for step in steps], link / SECOND
    assert late(arrivals, duration, total / SECOND, *case) == 0
    assert late(arrivals, duration, (total - 1) / SECOND, *case) > 0


def test_every_moment_of_a_run_is_a_whole_number_of_ticks(monkeypatch):
    """Also where something slows down, waits in turns, backs off, or is drawn: nothing in the engine is in seconds."""
    seen, close = [], Records.close

    def look(records):
        for name in records.tables:
            table = getattr(records, name)
            seen.extend(table.column(each).copy() for each, kind in table.types.items() if kind == "d")
        seen.append(np.array([time for time, *_ in records.incidents]))
        return close(records)

    monkeypatch.setattr(Records, "close", look)
    third = 1 / 3
    services = {
        "front": {"handle": [{"call": {"service": "back", "timeout": 7 * third, "on_error": "ignore", "retry": {
            "attempts": 3, "backoff": {"decorrelated": {"base": third / 7, "cap": third}}}}}]},
        "back": {"workers": 3, "contention": {"sigma": 0.07, "kappa": 0.013},
                 "handle": work({"exponential": third / 5})},
    }  # fmt: skip
    faults = [{"slowdown": "back", "at": third, "for": 2 * third, "factor": 1.7},
              {"latency": ["front", "back"], "at": 2.2 * third, "for": third, "factor": 3.3},
              {"crash": "back", "mtbf": third, "mttr": third / 9}]  # fmt: skip
    scenario = system(services, {"poisson": 70}, 20 * third, latency={"exponential": third / 90}, faults=faults)
    assert scenario.run().audit()
    moments = np.concatenate(seen)
    moments = moments[~np.isnan(moments)]
    assert len(moments) > 1000 and (moments == np.rint(moments)).all() and moments.max() > SECOND


# Seconds, for those who write and read.


def test_a_simpy_process_counts_in_seconds_beside_the_engine():
    env, seen = ExactEnvironment(), []

    def student():
        for _ in range(3):
            yield env.timeout(0.1)
        seen.append((env.now, env.peek()))

    env.process(student())
    env.call_in(ticks(0.3), lambda _: seen.append(env.now))
    late = env.event()
    late._ok, late._value = True, None
    env.schedule(late, delay=0.7)
    env.run(until=0.5)
    assert seen == [0.3, (0.3, 0.5)] and env.now == 0.5  # the engine first, then SimPy's events
    env.run()
    assert env.now == 0.7


@given(st.integers(0, int(LONGEST * SECOND)), st.integers(0, int(LONGEST * SECOND)))
def test_every_tick_of_a_run_has_a_number_of_seconds_of_its_own(one, other):
    early, late = sorted((one, other))
    assert ticks(late / SECOND) == late
    assert elapsed(late / SECOND, early / SECOND) == (late - early) / SECOND


def test_what_is_set_or_not_stays_so_and_any_time_is_at_least_a_tick():
    assert [ticks(each) for each in (None, inf, 0, 1e-12, 0.0205)] == [None, inf, 0, 1, 20_500_000]


def test_a_run_ends_while_time_can_be_told_exactly():
    front = {"front": {"handle": work(1)}}
    assert system(front, {"constant": 1}, LONGEST).run_settings.end == LONGEST
    with pytest.raises(ScenarioError, match="run.duration: .*must end within 4194304 s"):
        system(front, {"constant": 1}, LONGEST + 1)
    with pytest.raises(ScenarioError, match="run.drain_limit: .*must end within 4194304 s"):
        system(front, {"constant": 1}, 10, run={"duration": 10, "drain_limit": LONGEST})
