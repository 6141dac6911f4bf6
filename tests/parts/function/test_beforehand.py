"""What is said of functions before a run is what they do in it: how slow, how many, and who is turned away."""

import pytest

from tests.truth.measuring import balanced
from tests.truth.systems import poisson, system


def function(arrivals, work, duration=60, after=(), services=(), channels=None, **settings):
    """A function that customers ask, and what it does after its work."""
    its = {"function": settings, "handle": [{"work": work}, {"effect": "row"}, *after]}
    customers = {"customers": {"target": "api", "arrivals": arrivals}}
    return system({"api": its, **dict(services)}, customers, duration, 0, channels=channels or {})


def test_little_memory_makes_work_as_slow_before_a_run_as_in_it():
    """Eight times the 100 ms of work, beside a wait of 50 ms."""
    scenario = function(poisson(10), "100ms", after=[{"wait": "50ms"}], memory="128MiB", full_speed="1GiB")
    run = balanced(scenario)
    assert run.summary()["response_mean"] == pytest.approx(0.85)
    assert "If nobody ever waited it would be 850 ms." in str(run.theory())
    assert run.theory().predictions["api"].work == pytest.approx(0.85)
    few = scenario.replace({"services.api.function.most": 8})
    assert any("10/s of 850ms each keep 8.5 workers busy, and it has 8" in each for each in few.warnings())
    assert not scenario.warnings()


def test_a_burst_is_worked_off_by_all_environments_that_may_come():
    burst = {"burst": {"count": 500, "at": 1}}
    run = balanced(function(burst, "1s", init="100ms").replace({"run.drain_limit": "5s"}))
    assert not run.warnings and run.summary()["pending"] == 0 and run.ended_at < 65
    few = function(burst, "1s", most=5, when_full="wait").replace({"run.drain_limit": "5s"})
    assert any("the burst of customers is 100s of work for all its workers" in each for each in few.warnings())
    assert balanced(few).summary()["pending"] > 0


def test_where_too_many_come_callers_are_turned_away_and_messages_wait():
    full = function(poisson(100), "100ms", most=5)
    assert any(each.endswith("it has 5: some are turned away") for each in full.warnings())
    summary = balanced(full).summary()
    assert summary["rejected"] > 0.4 * summary["requests"]
    waits = full.replace({"services.api.function.when_full": "wait"})
    assert any(each.endswith("its queue will grow without end") for each in waits.warnings())
    assert balanced(waits).services["api"]["in_system_max"] > 1000


def test_more_than_the_rate_lets_in_are_turned_away_and_it_says_so():
    """Ten environments let in ten a second each, however short the work is."""
    for rate, says in (99.9, False), (100, False), (101, True), (150, True):
        scenario = function({"constant": rate}, "1ms", most=10, rate="10/s")
        warned = [
            f"{rate}/s come, and it takes 100/s at most: some are turned away" in each for each in scenario.warnings()
        ]
        assert warned == [True] * says
    run = balanced(scenario)
    assert run.services["api"]["throttled"] == pytest.approx(50 * 60 - 100, abs=2), "a bucket of 100 begins full"


def reader(most, **settings):
    """A function that publishes what it has done: 20 a second of 200 ms."""
    worker = {"workers": 3, "subscribe": "jobs", "handle": [{"work": {"exponential": "100ms"}}]}
    return function(poisson(20), {"exponential": "200ms"}, 300, [{"publish": "jobs"}, {"reply": "yes"}],
                    {"worker": worker}, {"jobs": "queue"}, most=most, **settings)  # fmt: skip


@pytest.mark.slow
def test_behind_a_function_that_turns_some_away_no_formula_tells_how_much_comes():
    """Of 4 at work on average 5 environments turn away 20 % (Erlang's loss), 20 almost nobody."""
    panel = balanced(reader(5)).theory()
    assert panel.predictions["worker"].formula is None
    assert panel.predictions["worker"].why[-1].startswith("api turns some away")
    assert panel.bottleneck.service == "api" and panel.bottleneck.saturates == pytest.approx(25)
    assert "If nobody ever waited" not in str(panel)
    for plenty in reader(20), reader(5, when_full="wait"):
        assert plenty.run().theory().predictions["worker"].formula == "M/M/3"
    limited = reader(20, rate="1/s")
    assert limited.run().theory().predictions["worker"].formula is None


def test_of_what_its_pollers_fetch_no_more_is_at_work_than_they_have_in_hand():
    """Twenty a second of 200 ms keep four busy; the platform would start a thousand environments."""
    reads = {"channel": "jobs", "pollers": {"concurrency": 3}}
    worker = {"function": {}, "subscribe": reads, "handle": [{"work": "200ms"}, {"effect": "job"}]}
    front = {"workers": 99, "handle": [{"publish": "jobs"}, {"reply": "yes"}]}
    people = {"people": {"target": "front", "arrivals": poisson(20)}}
    few = system({"front": front, "worker": worker}, people, 60, 0, channels={"jobs": {"queue": {"like": "sqs"}}})
    (said,) = few.warnings()
    assert said == (
        "services.worker: 20/s of 200ms each keep 4 workers busy, and at work are 3: its queue will grow without end"
    )
    assert balanced(few).services["worker"]["wait_mean"] < balanced(few).channels["jobs", "worker"]["age_max"]
    assert not few.replace({"services.worker.subscribe.0.pollers.concurrency": 5}).warnings()
