"""What goes wrong: availability of chains and pairs, breakdowns, outages and the backlog they leave."""

from math import comb

import numpy as np
import pytest

from tests.support.cases import case, expected
from tests.support.statistics import agrees, proportion_agrees
from tests.truth.measuring import checked, column, measure
from tests.truth.systems import exponential, poisson, station, system


def unavailable(run):
    """``(requests without a good answer, requests)``."""
    return run.summary()["requests"] - run.summary()["completed"], run.summary()["requests"]


# Availability.


@pytest.mark.parametrize(("length", "requests"), [(1, 120_000), (3, 40_000), (5, 25_000), (10, 12_000),
                                                    (30, 5_000), (100, 2_500)])  # fmt: skip
def test_a_chain_of_calls_is_available_when_each_of_its_services_is(length, requests):
    p = case("AVAIL-series")["parameters"]
    broken = {"fail": 1 - p["a"]}
    names = [f"service-{number}" for number in range(length)]
    services = {name: {"workers": 500, "handle": [broken, {"call": below}]}
                for name, below in zip(names, names[1:], strict=False)}  # fmt: skip
    services[names[-1]] = {"workers": 500, "handle": [broken]}
    workloads = {"customers": {"target": names[0], "arrivals": {"constant": 100}}}
    run = checked(system(services, workloads, requests / 100, 0), length)
    failed, count = unavailable(run)
    assert proportion_agrees(failed, count, 1 - expected("AVAIL-series", str(length)), error_below=0.12)


def test_of_two_replicas_asked_at_once_one_is_almost_always_there():
    leaf = {"workers": 500, "handle": [{"fail": 0.01}]}
    step = {"parallel": {"branches": [{"call": "a"}, {"call": "b"}], "until": "any"}}
    services = {"front": {"workers": 500, "handle": [step]}, "a": leaf, "b": leaf}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(services, workloads, 2500, 0), 7))
    assert proportion_agrees(failed, count, 1 - expected("AVAIL-parallel", "2 x .99 any"), error_below=0.25)


@pytest.mark.parametrize(("needed", "of", "up", "requests"),
                         [(2, 3, 0.99, 60_000), (3, 5, 0.9, 5000), (3, 5, 0.99, 5000)])  # fmt: skip
def test_a_quorum_is_there_as_often_as_the_binomial_says(needed, of, up, requests):
    names = [f"replica-{number}" for number in range(of)]
    step = {"parallel": {"branches": [{"call": name} for name in names], "until": needed}}
    replica = {"workers": 500, "handle": [{"fail": 1 - up}]}
    services = {"front": {"workers": 500, "handle": [step]}} | dict.fromkeys(names, replica)
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(services, workloads, requests / 100, 0), 7))
    truth = 1 - sum(comb(of, number) * up**number * (1 - up) ** (of - number) for number in range(needed, of + 1))
    if up == 0.99:
        assert 1 - truth == pytest.approx(expected("AVAIL-parallel", f"{needed}-of-{of} at .99"), abs=1e-8)
    if truth > 1e-4:
        assert proportion_agrees(failed, count, truth, error_below=0.25)
    else:
        assert failed <= 2  # one in a hundred thousand


def test_a_quorum_fails_as_soon_as_it_can_no_longer_be():
    """The first two of three fail after 1 ms and 2 ms; the third would succeed after a second."""
    branches = [[{"work": "1ms"}, {"fail": 1}], [{"work": "2ms"}, {"fail": 1}], [{"work": "1s"}, {"effect": "vote"}]]
    services = {"front": {"workers": 5, "handle": [{"parallel": {"branches": branches, "until": 2}}]}}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 10}}}
    run = checked(system(services, workloads, 1.05, 0))
    assert run.summary()["errors"] == 10 and run.tally.response == pytest.approx(0.002)
    assert run.summary()["effects_missing"] == 10, "what no longer matters is not done"


def test_a_service_that_fails_at_random_is_down_for_its_share_of_the_time():
    """In hours: 2000 outages; a request every five hours sees one with the probability of being down."""
    outage = {"outage": "server", "mtbf": exponential(720), "mttr": exponential(1)}
    truth = expected("AVAIL-parallel", "MTBF 720h MTTR 1h")
    scenario = station("0s", 0.2, 300_000, warmup=0, faults=[outage])
    run = checked(scenario, 3)
    failed, count = unavailable(run)
    assert proportion_agrees(failed, count, 1 - truth, inflation=1.2)
    begun = [(end - begin, begin) for begin, kind, _, end in run.records.incidents if kind == "outage"]
    assert len(begun) == pytest.approx(run.window / 721, rel=3.5 * (1 / 2000) ** 0.5)
    assert np.mean([length for length, _ in begun]) == pytest.approx(1, rel=3.5 * (1 / 2000) ** 0.5)


def test_an_order_taken_by_events_is_accepted_more_often_than_one_that_calls_everybody():
    """Five services with .999 each; the broker's .9999 is that of the link to it, both ways."""
    truth = expected("AVAIL-sync-vs-event")
    broken = {"fail": 0.001}
    others = [f"service-{number}" for number in range(4)]
    called = {"api": {"workers": 500, "handle": [broken, *({"call": name} for name in others)]}}
    called |= {name: {"workers": 500, "handle": [broken]} for name in others}
    workloads = {"customers": {"target": "api", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(called, workloads, 300, 0), 1))
    assert proportion_agrees(failed, count, 1 - truth["sync"])

    told = {"api": {"workers": 500, "handle": [broken, {"publish": {"channel": "orders", "timeout": "1s"}}]}}
    told |= {
        name: {"workers": 500, "subscribe": "orders", "handle": [broken, {"effect": name}]} for name in others
    }
    link = {"broker": {"between": ["api", "orders"], "loss": 1 - 0.9999**0.5}}
    scenario = system(told, workloads, 800, 0, channels={"orders": {"log": {"partitions": 50}}},
                      network={"links": link})  # fmt: skip
    run = checked(scenario, 1, conserving=False)
    failed, count = unavailable(run)
    assert proportion_agrees(failed, count, 1 - truth["event-driven"], error_below=0.12)
    done = run.tally.present[run.tally.outcome == 1]
    assert (done == len(others)).all()  # the others work later, and try again until it is done


# Breakdowns.


@pytest.mark.parametrize(("identifier", "duration"), [("BREAK-anytime", 5_000), ("BREAK-slow", 30_000)])
def test_a_server_that_pauses_at_random_has_the_queue_of_its_breakdowns(identifier, duration):
    """It pauses whether busy or idle, and goes on where it was."""
    p, truth = case(identifier)["parameters"], expected(identifier)
    pause = {"pause": "server", "mtbf": exponential(1 / p["fail"]), "mttr": exponential(1 / p["repair"])}
    scenario = station(exponential(1 / p["mu"]), p["lam"], duration * p["lam"], faults=[pause])

    def figures(run):
        server = run.service_figures["server"]
        paused = sum(min(end, run.measured_until) - begin
                     for begin, kind, _, end in run.records.incidents if kind == "pause")  # fmt: skip
        return {
            "L": server["in_system_mean"],
            "W": server["sojourn_mean"],
            "up": 1 - paused / run.measured_until,
        }

    found = measure(identifier, scenario, figures, conserving=False)
    if identifier == "BREAK-slow":
        assert agrees(found["L"], truth, error_below=0.05)
    else:
        assert agrees(found["L"], truth["L"], error_below=0.04)
        assert agrees(found["W"], truth["W"], error_below=0.04)
        assert agrees(found["up"], truth["availability"], error_below=0.01)


def test_a_server_that_breaks_only_at_work_has_the_queue_of_its_completion_times():
    """Work is cut into exponential pieces, each of which ends with the job or with a breakdown."""
    p, truth = case("BREAK-busy-only")["parameters"], expected("BREAK-busy-only")
    piece = {"work": exponential(1 / (p["mu"] + p["fail"]))}
    breaks = p["fail"] / (p["mu"] + p["fail"])
    steps = [piece]
    for _ in range(3):  # a fourth breakdown in one job: one job in a hundred million
        steps = [
            piece,
            {"maybe": {"probability": breaks, "then": [{"wait": exponential(1 / p["repair"])}, *steps]}},
        ]
    services = {"server": {"handle": steps}}
    workloads = {"customers": {"target": "server", "arrivals": poisson(p["lam"])}}

    def figures(run):
        server = run.service_figures["server"]
        load = p["lam"] / p["mu"] * (1 + p["fail"] / p["repair"])
        more = column(run, "server", "ended") - column(run, "server", "started")
        return {
            "L": server["in_system_mean"],
            "W": server["sojourn_mean"],
            "load": more.sum() / run.window - load,
        }

    found = measure("BREAK-busy-only", system(services, workloads, 4_000), figures)
    assert agrees(found["L"], truth["L"], error_below=0.05)
    assert agrees(found["W"], truth["W"], error_below=0.05)
