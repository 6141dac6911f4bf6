"""Bounded inboxes and concurrency: who is refused, and how little the service distribution matters."""

import numpy as np
import pytest

from tests.support.cases import case, expected
from tests.support.nightly import mostly_at_night, nightly
from tests.support.statistics import COARSER, agrees, mean_and_error
from tests.truth.measuring import measure, number_in, rows_of
from tests.truth.systems import exponential, station, system

pytestmark = pytest.mark.slow


def figures(run):
    summary, server = run.summary(), run.services["server"]
    return {
        "loss": summary["rejected"] / summary["requests"],
        "throughput": server["completed"] / run.tables.window,
        "L": server["in_system_mean"],
        "W": server["sojourn_mean"],
        "Wq": server["wait_mean"],
        "utilisation": server["utilisation"],
    }


@pytest.mark.parametrize(("identifier", "messages"), [("MM1K-9-10", 20_000), ("MM1K-12-10", 15_000),
                                                       ("MM1K-15-20", 10_000)])  # fmt: skip
def test_a_full_inbox_refuses_the_share_of_mm1k(identifier, messages):
    p, truth = case(identifier)["parameters"], expected(identifier)
    found = measure(identifier, station(exponential(1 / p["mu"]), p["lam"], messages, limit=p["K"] - 1), figures)
    assert agrees(found["loss"], truth["loss probability"], notices=0.15)
    assert agrees(found["throughput"], truth["accepted throughput"], notices=0.05)
    assert agrees(found["L"], truth["L"])
    assert agrees(found["W"], truth["W accepted"])
    assert agrees(found["utilisation"], truth["utilisation"], notices=0.05)


def test_ten_workers_with_ten_waiting_places_refuse_the_share_of_mmck():
    p, truth = case("MMcK-10-20")["parameters"], expected("MMcK-10-20")
    scenario = station(exponential(1), p["lam"], 15_000, workers=p["c"], limit=p["K"] - p["c"])
    found = measure("MMcK", scenario, figures)
    assert agrees(found["loss"], truth["loss probability"], notices=0.15)
    assert agrees(found["throughput"], truth["throughput"], notices=0.05)
    assert agrees(found["Wq"], truth["Wq accepted"])
    assert agrees(found["L"], truth["L"], notices=0.05)


INSENSITIVE = {
    "exponential": exponential(1),
    "constant": "1s",
    "bursty": {"hyperexponential": {"mean": 1, "cv": 3}},
    "heavy": {"lognormal": {"mean": 1, "cv": 2}},
    "uniform": {"uniform": [0, 2]},
}


@pytest.mark.parametrize("shape", mostly_at_night(INSENSITIVE, "constant", "bursty"))
def test_without_waiting_places_only_the_mean_of_the_service_matters(shape):
    p, truth = case("ErlangB-10-10")["parameters"], expected("ErlangB-10-10")
    scenario = station(INSENSITIVE[shape], p["offered_load"], 8_000, workers=p["servers"], limit=0)
    found = measure(shape, scenario, figures)
    assert agrees(found["loss"], truth, notices=0.15)


@pytest.mark.parametrize(("identifier", "shape", "messages", "error"), [
    ("ErlangB-5-5", "exponential", 10_000, 0.1),
    ("ErlangB-50-50", "bursty", 15_000, 0.25),
    pytest.param("ErlangB-60-50", "constant", 15_000, 0.25, marks=nightly),
    pytest.param("ErlangB-100-85", "heavy", 60_000, 0.25, marks=nightly),
])  # fmt: skip
def test_a_service_without_waiting_places_refuses_the_share_of_erlang_b(identifier, shape, messages, error):
    p, truth = case(identifier)["parameters"], expected(identifier)
    scenario = station(INSENSITIVE[shape], p["offered_load"], messages, workers=p["servers"], limit=0)
    found = measure(identifier, scenario, figures, shorter=2)
    assert agrees(found["loss"], truth, notices=error)


def test_a_concurrency_limit_of_a_thousand_throttles_half_of_twice_the_load():
    p, truth = case("SIMFAAS-limit")["parameters"], expected("SIMFAAS-limit")
    scenario = station(exponential(p["S"]), p["lam"], 50_000, 0.2, workers=p["limit"], limit=0)
    found = measure("SIMFAAS-limit", scenario, figures, 8, shorter=2)
    assert agrees(found["loss"], truth["Erlang B (steady state)"], notices=0.02)
    assert agrees(found["L"], truth["Erlang B carried"], notices=0.0025)


@pytest.mark.parametrize("shape", mostly_at_night(["exponential", "constant", "heavy"], "heavy"))
def test_the_number_running_without_a_limit_is_poisson_whatever_the_service(shape):
    p, truth = case("MMinf")["parameters"], expected("MMinf")
    work = {
        "exponential": exponential(0.5),
        "constant": "500ms",
        "heavy": {"lognormal": {"mean": 0.5, "cv": 2}},
    }

    def concurrency(run):
        shares = number_in(run, "server")
        numbers = np.arange(len(shares))
        mean = (numbers * shares).sum()
        found = {
            "mean": mean,
            "variance": (numbers**2 * shares).sum() - mean**2,
            "P(N<=50)": shares[:51].sum(),
        }
        for label in ("p95", "p99", "p99.9"):
            number = truth[f"{label} of N"]
            found |= {f"below {label}": shares[:number].sum(), f"up to {label}": shares[: number + 1].sum()}
        return found

    found = measure(f"MMinf {shape}", station(work[shape], p["lam"], 25_000, workers=1000), concurrency)
    assert agrees(found["mean"], truth["mean concurrency"], notices=0.05)
    assert agrees(found["variance"], truth["variance"], notices=0.25)
    assert agrees(found["P(N<=50)"], truth["P(N<=50)"])
    for label, level in (("p95", 0.95), ("p99", 0.99), ("p99.9", 0.999)):
        below, below_error = mean_and_error(found[f"below {label}"])
        up_to, error = mean_and_error(found[f"up to {label}"])
        assert max(below_error, error) < 0.3 * COARSER * (1 - level)
        assert below - 3.5 * below_error < level < up_to + 3.5 * error


@pytest.mark.parametrize(("held", "rate"), [("2 s", 150), ("50 ms", 6000)])
def test_a_pool_of_threads_answers_as_many_as_it_has_threads_in_the_time_each_is_held(held, rate):
    """Offered one and a half times that, the pool is full from 2 s on."""
    truth = expected("THREADPOOL", held)
    services = {"server": {"workers": 200, "handle": [{"work": held}]}}
    workloads = {"customers": {"target": "server", "arrivals": {"constant": rate}}}

    def answered(run):
        ended = run.tables.rows["ended"][rows_of(run, "server")]
        return {"rate": ((ended >= 3) & (ended < 5)).sum() / 2}

    found = measure("THREADPOOL", system(services, workloads, 5, 0), answered, 1, shorter=1)
    assert found["rate"] == [truth]
