"""Work that was tried again, and work for nothing."""

import math

import pytest

from tests.support.cases import case, expected
from tests.support.statistics import agrees
from tests.truth.measuring import measure
from tests.truth.systems import caller, consumers, exponential, system


def service(name, run):
    return run.services[name]


# Retries.


@pytest.mark.parametrize(("layers", "tries"), [(5, 3), (3, 4)])
def test_layers_that_all_retry_amplify_the_load_of_the_bottom(layers, tries):
    """Each caller counts its own tries, and the service at the bottom has their product."""
    services = {"bottom": {"workers": 10, "handle": [{"fail": 1}]}}
    below = "bottom"
    for layer in range(layers):
        handle = [{"call": {"service": below, "retry": {"attempts": tries}}}]
        below = f"layer-{layer}"
        services[below] = {"workers": 10, "handle": handle}
    workloads = {"customers": {"target": below, "arrivals": {"constant": 1}}}
    run = system(services, workloads, 10.5, 0).run()
    bottom = expected("RETRY-layers", f"{layers} layers x {tries} tries")
    assert run.summary()["retry_amplification"] == service("bottom", run)["retry_amplification"] == bottom
    for depth, name in enumerate(reversed(run.scenario.services)):
        assert service(name, run)["retry_amplification"] == tries**depth
        assert service(name, run)["attempts_mean"] == (tries if depth else 1)
    count = sum(tries**depth for depth in range(layers + 1))  # of rows for each request
    attempts = sum(tries**depth for depth in range(layers))  # calls, each with so many tries
    assert run.summary()["retries"] == 10 * (count - 1 - attempts)


@pytest.mark.slow
def test_a_call_that_fails_at_random_is_amplified_by_its_mean_number_of_attempts():
    p, truth = case("RETRY-geom-0.5-4")["parameters"], expected("RETRY-geom-0.5-4")
    scenario = caller({"retry": {"attempts": p["max_attempts"]}}, [{"fail": p["p"]}], 1000)
    found = measure("amplification", scenario, lambda run: run.summary() | service("back", run))
    assert agrees(found["retry_amplification"], truth["mean attempts per call"])
    assert found["attempts_mean"] == found["retry_amplification"]


def test_messages_of_a_handler_that_runs_again_are_amplified_and_their_dead_letters_too():
    """`worker` publishes and fails, three times for each message; each news dies once, after two tries."""
    services = {
        "front": {"handle": [{"publish": "jobs"}]},
        "worker": {
            "subscribe": {"channel": "jobs", "retry": {"attempts": 3}},
            "handle": [{"publish": "news"}, {"fail": 1}],
        },
        "reader": {
            "subscribe": {"channel": "news", "retry": {"attempts": 2}, "dead_letter": "letters"},
            "handle": [{"fail": 1}],
        },
        "clerk": {"subscribe": "letters", "handle": [{"work": 0.01}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
    channels = dict.fromkeys(["jobs", "news", "letters"], "queue")
    run = system(services, workloads, 10.5, 0, channels=channels).run()
    assert run.audit()
    found = {name: service(name, run)["retry_amplification"] for name in services}
    assert found == {"front": 1, "worker": 3, "reader": 6, "clerk": 3}
    assert {name: service(name, run)["arrivals"] for name in services} == {
        "front": 10, "worker": 30, "reader": 60, "clerk": 30}  # fmt: skip
    assert run.summary()["retry_amplification"] == 6


def test_without_retries_nothing_is_amplified():
    run = caller({}, [{"fail": 0.5}], 100).run()
    assert run.summary()["retry_amplification"] == service("back", run)["attempts_mean"] == 1
    assert run.summary()["retries"] == 0


def test_where_nobody_came_there_is_nothing_to_amplify():
    run = caller({}, [{"work": 1}], 100).replace({"workloads.customers.arrivals": {"constant": 0.001}}).run()
    assert math.isnan(run.summary()["retry_amplification"])
    assert math.isnan(service("back", run)["attempts_mean"])
    assert run.summary()["wasted_work"] == 0


# Work for nothing.


def test_a_timeout_wastes_the_wait_of_the_caller_and_all_the_work_of_the_callee():
    """Exponential work S of mean 1, timeout 1. Held: E[min(S, 1)] and E[S]; wasted if S > 1: 1 and E[S | S > 1] = 2."""
    scenario = caller({"timeout": 1}, [{"work": exponential(1)}, {"effect": "row"}], 2000)
    found = measure("timeouts", scenario, lambda run: run.summary())
    late = math.exp(-1)
    assert agrees(found["wasted_work"], 3 * late / (1 - late + 1))


@pytest.mark.slow
def test_a_retry_wastes_the_work_of_the_attempts_that_failed():
    """A share p of the attempts fails after its work; the caller, who waits for all, is half of the time held."""
    call = {"retry": {"attempts": 60}}
    found = measure("failures", caller(call, [{"work": 0.001}, {"fail": 2 / 3}], 1000), lambda run: run.summary())
    assert agrees(found["wasted_work"], 1 / 3)


def test_calls_of_wasted_work_are_wasted_however_well_they_end():
    """front waits 1 s in vain; middle works 2 s, of which bottom 1.5 s, and nobody takes what they found."""
    services = {
        "front": {"handle": [{"call": {"service": "middle", "timeout": 1}}]},
        "middle": {"handle": [{"work": 0.5}, {"call": "bottom"}]},
        "bottom": {"handle": [{"work": 1.5}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 0.1}}}
    run = system(services, workloads, 35, 0).run()
    assert run.summary()["timeouts"] == 3
    assert run.summary()["wasted_work"] == 1
    well = run.scenario.replace({"services.front.handle.0.call.timeout": 2.5}).run()
    assert well.summary()["wasted_work"] == 0


@pytest.mark.parametrize(("ack", "share"), [("after", 0.5 / (0.5 + 3)), ("before", 0.5 / (0.5 + 2))])
def test_a_crash_wastes_the_work_in_hand(ack, share):
    """Three messages of 1 s of work, at 10, 20 and 30 s; the second is 0.5 s old when its worker dies.

    Acknowledged after the work it is worked again; acknowledged before, it is lost.
    """
    scenario = consumers("queue", [{"work": 1}, {"effect": "row"}], {"constant": 0.1}, 35, 0, subscribe={"ack": ack},
                         faults=[{"crash": "worker", "at": 20.5, "for": 1}])  # fmt: skip
    run = scenario.run()
    assert run.audit()
    assert run.summary()["wasted_work"] == pytest.approx(share)
    assert run.summary()["lost"] == (ack == "before")


def test_of_two_handlings_of_a_message_one_is_wasted():
    """A lease of 1.2 s for work of 1 s, the first time of 1.5 s: it ends too late, and the second handling counts."""
    slow = {"slowdown": "worker", "factor": 1.5, "at": 9, "for": 2}
    scenario = consumers({"queue": {"visibility_timeout": 1.2}}, [{"work": 1}, {"effect": "row"}], {"constant": 0.1},
                         15, 0, workers=2, faults=[slow])  # fmt: skip
    run = scenario.run()
    assert run.audit()
    assert run.summary()["effects_repeated"] == 1
    assert run.services["worker"]["arrivals"] == 2
    assert run.summary()["wasted_work"] == pytest.approx(1.5 / 2.5)


def test_the_work_of_a_message_is_not_wasted_because_its_senders_was():
    services = {
        "front": {"handle": [{"publish": "jobs"}, {"work": 1}, {"fail": 1}]},
        "worker": {"subscribe": "jobs", "handle": [{"work": 3}, {"effect": "row"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 0.1}}}
    run = system(services, workloads, 35, 0, channels={"jobs": "queue"}).run()
    assert run.summary()["wasted_work"] == pytest.approx(1 / 4)
