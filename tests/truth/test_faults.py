"""What goes wrong: availability of chains and pairs, breakdowns, outages and the backlog they leave."""

from math import comb

import numpy as np
import pytest

from tests.support.cases import case, expected
from tests.support.nightly import mostly_at_night
from tests.support.statistics import agrees, count_agrees, proportion_agrees
from tests.truth.measuring import checked, column, measure
from tests.truth.systems import exponential, poisson, station, system


def unavailable(run):
    """``(requests without a good answer, requests)``."""
    return run.summary()["requests"] - run.summary()["completed"], run.summary()["requests"]


# Availability.


@pytest.mark.slow
@pytest.mark.parametrize("length", mostly_at_night([1, 3, 5, 10, 30, 100], 3, 30))
def test_a_chain_of_calls_is_available_when_each_of_its_services_is(length):
    """Counted where failures are common: in each chain two of five requests fail; the case holds the formula."""
    up, requests = 0.6 ** (1 / length), 2000
    assert case("AVAIL-series")["parameters"]["a"] ** length == pytest.approx(expected("AVAIL-series", str(length)))
    broken = {"fail": 1 - up}
    names = [f"service-{number}" for number in range(length)]
    services = {name: {"workers": 500, "handle": [broken, {"call": below}]}
                for name, below in zip(names, names[1:], strict=False)}  # fmt: skip
    services[names[-1]] = {"workers": 500, "handle": [broken]}
    workloads = {"customers": {"target": names[0], "arrivals": {"constant": 100}}}
    run = checked(system(services, workloads, requests / 100, 0), length)
    failed, count = unavailable(run)
    assert proportion_agrees(failed, count, 0.4)


def test_of_two_replicas_asked_at_once_one_is_almost_always_there():
    assert expected("AVAIL-parallel", "2 x .99 any") == pytest.approx(1 - 0.01**2)
    leaf = {"workers": 500, "handle": [{"fail": 0.2}]}
    step = {"parallel": {"branches": [{"call": "a"}, {"call": "b"}], "until": "any"}}
    services = {"front": {"workers": 500, "handle": [step]}, "a": leaf, "b": leaf}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(services, workloads, 150, 0), 7))
    assert proportion_agrees(failed, count, 0.2**2)


def quorum(needed, of, up):
    return sum(comb(of, number) * up**number * (1 - up) ** (of - number) for number in range(needed, of + 1))


@pytest.mark.slow
@pytest.mark.parametrize(("needed", "of", "up"), [(2, 3, 0.8), (3, 5, 0.7), (3, 5, 0.9)])
def test_a_quorum_is_there_as_often_as_the_binomial_says(needed, of, up):
    """Counted where it fails often; the case, where it hardly ever does, holds the formula."""
    requests = 60_000 if up == 0.9 else 6000
    names = [f"replica-{number}" for number in range(of)]
    step = {"parallel": {"branches": [{"call": name} for name in names], "until": needed}}
    replica = {"workers": 500, "handle": [{"fail": 1 - up}]}
    services = {"front": {"workers": 500, "handle": [step]}} | dict.fromkeys(names, replica)
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(services, workloads, requests / 100, 0), 7))
    assert proportion_agrees(failed, count, 1 - quorum(needed, of, up))
    assert quorum(needed, of, 0.99) == pytest.approx(expected("AVAIL-parallel", f"{needed}-of-{of} at .99"), abs=1e-8)


def test_a_quorum_fails_as_soon_as_it_can_no_longer_be():
    """The first two of three fail after 1 ms and 2 ms; the third would succeed after a second."""
    branches = [[{"work": "1ms"}, {"fail": 1}], [{"work": "2ms"}, {"fail": 1}], [{"work": "1s"}, {"effect": "vote"}]]
    services = {"front": {"workers": 5, "handle": [{"parallel": {"branches": branches, "until": 2}}]}}
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 10}}}
    run = checked(system(services, workloads, 1.05, 0))
    assert run.summary()["errors"] == 10 and run.tables.requests.response == pytest.approx(0.002)
    assert run.summary()["effects_missing"] == 10, "what no longer matters is not done"


@pytest.mark.slow
def test_a_service_that_fails_at_random_is_down_for_its_share_of_the_time():
    """In hours: 2000 outages; a request every five hours fails if it comes in one."""
    outage = {"outage": "server", "mtbf": exponential(720), "mttr": exponential(1)}
    truth = expected("AVAIL-parallel", "MTBF 720h MTTR 1h")
    scenario = station("0s", 0.2, 300_000, warmup=0, faults=[outage])
    run = checked(scenario, 3)
    failed, count = unavailable(run)
    begun = np.array([(begin, end) for begin, kind, _, end in run.records.incidents if kind == "outage"])
    before, after = (np.searchsorted(begun[:, side], run.tables.requests.arrived, "right") for side in (0, 1))
    assert failed == (before > after).sum() > 300
    assert count_agrees(len(begun), count / 0.2 / 721)
    assert agrees(begun[:, 1] - begun[:, 0], 1, notices=0.15)
    assert truth == pytest.approx(720 / 721)


@pytest.mark.slow
def test_an_order_taken_by_events_is_accepted_more_often_than_one_that_calls_everybody():
    """Five services; the broker's availability is that of the link to it, both ways. The case is one of rare failures.

    Counted are frequent ones, of a fiftieth at each place.
    """
    truth, up = expected("AVAIL-sync-vs-event"), 0.98
    assert truth["sync"] == pytest.approx(0.999**5) and truth["event-driven"] == pytest.approx(0.999 * 0.9999)
    broken = {"fail": 1 - up}
    others = [f"service-{number}" for number in range(4)]
    called = {"api": {"workers": 500, "handle": [broken, *({"call": name} for name in others)]}}
    called |= {name: {"workers": 500, "handle": [broken]} for name in others}
    workloads = {"customers": {"target": "api", "arrivals": {"constant": 100}}}
    failed, count = unavailable(checked(system(called, workloads, 60, 0), 1))
    assert proportion_agrees(failed, count, 1 - up**5)

    told = {"api": {"workers": 500, "handle": [broken, {"publish": {"channel": "orders", "timeout": "1s"}}]}}
    told |= {name: {"workers": 500, "subscribe": "orders", "handle": [broken, {"effect": name}]} for name in others}
    link = {"broker": {"between": ["api", "orders"], "loss": 1 - up**0.5}}
    scenario = system(told, workloads, 120, 0, channels={"orders": {"log": {"partitions": 50}}},
                      network={"links": link})  # fmt: skip
    run = checked(scenario, 1, conserving=False)
    failed, count = unavailable(run)
    assert proportion_agrees(failed, count, 1 - up * up)
    done = run.tables.requests.present[run.tables.requests.outcome == 1]
    assert (done == len(others)).all()  # the others work later, and try again until it is done


# Breakdowns.


@pytest.mark.slow
@pytest.mark.parametrize(("identifier", "duration"), [("BREAK-anytime", 5_000), ("BREAK-slow", 30_000)])
def test_a_server_that_pauses_at_random_has_the_queue_of_its_breakdowns(identifier, duration):
    """It pauses whether busy or idle, and goes on where it was."""
    p, truth = case(identifier)["parameters"], expected(identifier)
    pause = {"pause": "server", "mtbf": exponential(1 / p["fail"]), "mttr": exponential(1 / p["repair"])}
    scenario = station(exponential(1 / p["mu"]), p["lam"], duration * p["lam"], faults=[pause])

    def figures(run):
        server = run.services["server"]
        paused = sum(min(end, run.tables.measured_until) - begin
                     for begin, kind, _, end in run.records.incidents if kind == "pause")  # fmt: skip
        return {
            "L": server["in_system_mean"],
            "W": server["sojourn_mean"],
            "up": 1 - paused / run.tables.measured_until,
        }

    found = measure(identifier, scenario, figures, conserving=False)
    if identifier == "BREAK-slow":
        assert agrees(found["L"], truth, notices=0.25)
    else:
        assert agrees(found["L"], truth["L"], notices=0.2)
        assert agrees(found["W"], truth["W"], notices=0.2)
        assert agrees(found["up"], truth["availability"], notices=0.05)


@pytest.mark.slow
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
        server = run.services["server"]
        load = p["lam"] / p["mu"] * (1 + p["fail"] / p["repair"])
        more = column(run, "server", "ended") - column(run, "server", "started")
        return {
            "L": server["in_system_mean"],
            "W": server["sojourn_mean"],
            "load": more.sum() / run.tables.window - load,
        }

    found = measure("BREAK-busy-only", system(services, workloads, 4_000), figures)
    assert agrees(found["L"], truth["L"], notices=0.25)
    assert agrees(found["W"], truth["W"], notices=0.25)
