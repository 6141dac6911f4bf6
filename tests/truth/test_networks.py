"""Several services: pipelines, networks of queues, closed loops, fan-out and fork-join."""

import numpy as np
import pytest

from tests.support.cases import case, expected
from tests.support.nightly import by_day, mostly_at_night, nightly
from tests.support.statistics import COARSER, agrees, proportion_agrees
from tests.truth.measuring import checked, column, measure, steady
from tests.truth.systems import closed, exponential, fan_out, pipeline, poisson, station, system

pytestmark = pytest.mark.slow


def in_system(run, service):
    return run.services[service]["in_system_mean"]


def arrival_rate(run, service):
    return len(column(run, service, "ready")) / run.tables.window


def until_done(run):
    """Mean seconds from a request's arrival to its effect `done`."""
    return run.summary()["completion_mean"]


# Pipelines and open networks.


def test_each_stage_of_a_pipeline_of_queues_is_an_mm1_of_its_own():
    p, truth = case("TANDEM-3")["parameters"], expected("TANDEM-3")
    stages = [exponential(1 / rate) for rate in p["mu"]]

    def figures(run):
        whole = run.summary()
        result = {name: whole[f"completion_{name}"] for name in ("mean", "p50", "p95", "p99")}
        stays = {f"stage-{n}": run.services[f"stage-{n}"]["sojourn_mean"] for n in (1, 2, 3)}
        return result | stays | {"in system": sum(in_system(run, f"stage-{n}") for n in (1, 2, 3))}

    found = measure("TANDEM-3", pipeline(stages, poisson(p["lam"]), 15_000 / p["lam"]), figures, shorter=3)
    for name, error in (("mean", 0.125), ("p50", 0.1), ("p95", 0.2), ("p99", 0.25)):
        assert agrees(found[name], truth[name], notices=error)
    for number, stay in enumerate(truth["per-stage W"], 1):
        assert agrees(found[f"stage-{number}"], stay, notices=0.15)
    assert agrees(found["in system"], p["lam"] * truth["mean"], notices=0.15)


def cafe(duration, warmup=0.1):
    """Cold food or hot food, then the till: customers choose by chance, and move on through queues."""
    p = case("JACKSON-cafe")["parameters"]
    to_till = {"publish": "to-till"}
    cold, hot, till = ({"work": exponential(1 / rate)} for rate in p["mu"])
    choice = {"probability": p["routing"][0][1], "then": [{"publish": "to-hot"}], "else": [to_till]}
    services = {
        "cold": {"workers": 1, "handle": [cold, {"maybe": choice}]},
        "hot": {"workers": 2, "subscribe": "to-hot", "handle": [hot, to_till]},
        "till": {"workers": 2, "subscribe": "to-till", "handle": [till, {"effect": "done"}]},
    }
    workloads = {
        "first-cold": {"target": "cold", "arrivals": poisson(p["ext"][0])},
        "first-hot": {"target": "hot", "arrivals": poisson(p["ext"][1])},
    }
    return system(services, workloads, duration, warmup, channels={"to-hot": "queue", "to-till": "queue"})


def test_the_cafe_has_the_product_form_of_jackson():
    truth = expected("JACKSON-cafe")

    def figures(run):
        names = ("cold", "hot", "till")
        rates = {f"rate of {name}": arrival_rate(run, name) for name in names}
        return rates | {f"L{n}": in_system(run, name) for n, name in enumerate(names, 1)} | {"time": until_done(run)}

    found = measure("JACKSON-cafe", cafe(12_000), figures)
    for name, rate in zip(("cold", "hot", "till"), truth["node arrival rates"], strict=True):
        assert agrees(found[f"rate of {name}"], rate, notices=0.05)
    for node in ("L1", "L2", "L3"):
        assert agrees(found[node], truth[node])
    assert agrees(found["time"], truth["mean time in system"])


def test_the_cafe_serves_as_many_in_three_hours_as_another_program():
    """Those who came to the till before minute 180 and left it by minute 200, from an empty start."""
    truth = expected("CIW-cafe")

    def figures(run):
        return {"served": ((column(run, "till", "ready") < 180) & (column(run, "till", "ended") <= 200)).sum()}

    found = measure("CIW-cafe", cafe(200, warmup=0), figures, by_day(200), shorter=1)["served"]
    both = np.hypot(np.std(found, ddof=1) / np.sqrt(len(found)), truth["SE"])
    assert both < 0.01 * COARSER * truth["400 trials here"]
    assert abs(np.mean(found) - truth["400 trials here"]) < 3.5 * both


def test_a_loop_through_api_and_database_has_the_rates_of_the_traffic_equations():
    p, truth = case("JACKSON-loop")["parameters"], expected("JACKSON-loop")
    again = {"probability": p["p_back"], "then": [{"publish": "back"}], "else": [{"effect": "done"}]}
    services = {
        "api": {
            "subscribe": "back",
            "handle": [{"work": exponential(1 / p["mu"][0])}, {"publish": "onward"}],
        },
        "database": {
            "subscribe": "onward",
            "handle": [{"work": exponential(1 / p["mu"][1])}, {"maybe": again}],
        },
    }
    workloads = {"customers": {"target": "api", "arrivals": poisson(p["ext"])}}
    scenario = system(services, workloads, 6_000 / p["ext"], channels={"back": "queue", "onward": "queue"})

    def figures(run):
        return {
            "lambda API": arrival_rate(run, "api"),
            "lambda DB": arrival_rate(run, "database"),
            "L API": in_system(run, "api"),
            "L DB": in_system(run, "database"),
            "mean time in system": until_done(run),
        }

    found = measure("JACKSON-loop", scenario, figures, 10)
    for name, value in truth.items():
        assert agrees(found[name], value, notices=0.15)


def test_who_comes_back_at_once_shares_the_queue_with_new_customers():
    p, truth = case("FEEDBACK")["parameters"], expected("FEEDBACK")
    again = {"probability": p["p"], "then": [{"publish": "again"}], "else": [{"effect": "done"}]}
    services = {"server": {"subscribe": "again", "handle": [{"work": exponential(1 / p["mu"])}, {"maybe": again}]}}
    workloads = {"customers": {"target": "server", "arrivals": poisson(p["lam"])}}
    scenario = system(services, workloads, 12_000 / p["lam"], channels={"again": "queue"})

    def figures(run):
        return {
            "effective load": run.services["server"]["utilisation"],
            "more load": run.services["server"]["utilisation"] - truth["effective load"],
            "mean passes": len(column(run, "server", "ready")) / run.tables.requests.cohort.sum(),
            "L": in_system(run, "server"), "total W per message": until_done(run),
        }  # fmt: skip

    found = measure("FEEDBACK", scenario, figures, 16)
    assert agrees(found["effective load"], truth["effective load"], notices=0.05)
    assert agrees(found["mean passes"], truth["mean passes"], notices=0.05)
    for name in ("L", "total W per message"):
        assert agrees(steady(found, name, ["more load"]), truth[name], notices=0.175)


# Closed loops.


@pytest.mark.parametrize("users", mostly_at_night([1, 5, 10, 11, 20, 50], 5, 11, 50))
def test_users_who_wait_for_their_answers_see_the_response_of_the_closed_loop(users):
    p = case("CLOSED-sweep")["parameters"]
    scenario = closed(users, exponential(p["think"]), exponential(p["service"]), 8_000)

    def figures(run):
        return {
            "R": run.summary()["response_mean"], "X": run.summary()["throughput"],
            "busy": run.services["server"]["utilisation"], "there": in_system(run, "server"),
        }  # fmt: skip

    found = measure(f"CLOSED-{users}", scenario, figures)
    assert agrees(found["R"], expected("CLOSED-sweep", str(users)), notices=0.075)
    if users == 10:
        truth = expected("CLOSED-10")
        assert agrees(found["R"], truth["response R"])
        assert agrees(found["X"], truth["throughput"], notices=0.05)
        assert agrees(found["busy"], truth["server utilisation"], notices=0.05)
        assert agrees(found["there"], truth["mean clients waiting or in service"])


def test_one_user_who_waits_never_sees_the_queue_that_an_open_stream_makes():
    """Both keep the server four fifths busy: coordinated omission."""
    truth = expected("OPEN-vs-CLOSED")

    def figures(run):
        summary = run.summary()
        busy = run.services["server"]["utilisation"]
        return {"mean": summary["response_mean"], "p99": summary["response_p99"], "busy": busy}

    alone = measure("OPEN-vs-CLOSED 1", closed(1, exponential(0.025), exponential(0.1), 800), figures)
    assert agrees(alone["busy"], 0.8, notices=0.05)
    assert agrees(alone["mean"], truth["closed(1) mean"], notices=0.05)
    assert agrees(alone["p99"], truth["closed(1) p99"])
    stream = measure("OPEN-vs-CLOSED", station(exponential(0.1), 8, 20_000), figures, shorter=2)
    assert agrees(stream["busy"], 0.8, notices=0.05)
    assert agrees(stream["mean"], truth["open mean"], notices=0.15)
    assert agrees(stream["p99"], truth["open p99"], notices=0.25)


# Fan-out and fork-join.


def answers(run):
    summary = run.summary()
    return {name: summary[f"response_{name}"] for name in ("mean", "p50", "p99")}


@pytest.mark.parametrize(("width", "requests"), mostly_at_night([(2, 3000), (10, 1500), (100, 1100)], (10, 1500)))
def test_a_fan_out_answers_with_its_slowest_call(width, requests):
    """All calls go to one service: each has luck of its own."""
    leaf = {"workers": 10_000, "handle": [{"work": exponential(1)}]}
    scenario = fan_out(["leaf"] * width, 100, requests, warmup=0, **leaf)
    found = measure(f"FANOUT-{width}", scenario, answers, 20 if width < 100 else 8, shorter=1)
    for name, value in expected(f"FANOUT-exp-{width}").items():
        assert agrees(found[name], value)


@pytest.mark.parametrize(("until", "name"), [("any", "1 of 3"), (2, "2 of 3"), ("all", "3 of 3")])
def test_a_write_to_three_replicas_waits_for_the_first_the_second_or_the_last(until, name):
    truth = expected("QUORUM-3")
    leaf = {"workers": 1000, "handle": [{"work": exponential(1)}]}
    found = measure(name, fan_out(["a", "b", "c"], 100, 2500, until, **leaf), answers, shorter=2)
    assert agrees(found["mean"], truth[name], notices=0.05)
    assert agrees(found["p99"], truth["p99 " + name.replace(" ", "")])


@pytest.mark.parametrize(("leaves", "probability", "requests"), [
    (1, 0.01, 45_000), (100, 0.01, 3000), pytest.param(2000, 1e-4, 300, marks=nightly),
])  # fmt: skip
def test_the_more_leaves_the_more_requests_meet_a_slow_one(leaves, probability, requests):
    name = "n=1" if leaves == 1 else f"n={leaves},p={'.01' if leaves == 100 else '1e-4'}"
    leaf = {
        "workers": 30_000,
        "handle": [{"work": {"choice": [[1 - probability, "10ms"], [probability, "2s"]]}}],
    }
    scenario = fan_out(["leaf"] * leaves, 100, requests, warmup=0, **leaf)
    run = checked(scenario, leaves, conserving=False)
    slow = run.tables.requests.response > 1
    power = {"notices": 0.65, "because": "a request with 2000 leaves has 2001 rows"} if leaves == 2000 else {}
    assert proportion_agrees(slow.sum(), len(slow), expected("TAIL-63", name), **power)


@pytest.mark.parametrize(("load", "messages"), [("0.5", 6_000), ("0.8", 12_000)])
def test_two_branches_of_a_fork_wait_for_each_other_as_long_as_theory_says(load, messages):
    leaf = {"handle": [{"work": exponential(1)}]}
    scenario = fan_out(["left", "right"], float(load), messages, **leaf)

    def figures(run):
        more = {name: run.services[name]["utilisation"] - float(load) for name in ("left", "right")}
        return answers(run) | more

    found = measure(f"FORKJOIN2-{load}", scenario, figures)
    assert agrees(steady(found, "mean", ["left", "right"]), expected(f"FORKJOIN2-{load}"))


def test_ten_branches_of_a_fork_take_as_long_as_a_long_run_of_another_program():
    leaf = {"handle": [{"work": exponential(1)}]}
    scenario = fan_out([f"branch-{n}" for n in range(10)], 0.5, 8_000, **leaf)
    truth, found = expected("FORKJOIN10"), measure("FORKJOIN10", scenario, answers, 10)["mean"]
    assert agrees(found, truth["simulated here 1e7"], notices=0.05)
    assert abs(np.mean(found) / truth["Nelson-Tantawi approximation"] - 1) < 0.05
