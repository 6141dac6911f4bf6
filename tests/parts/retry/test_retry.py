"""Trying again: how often, how long in between, and what is done twice."""

import numpy as np
import pytest

from evsim.results.endings import Outcome, Verdict
from tests.support.cases import case, expected
from tests.support.statistics import agrees, mean_and_error, proportion_agrees
from tests.truth.measuring import checked, rows_of
from tests.truth.systems import caller, system

GEOMETRIC = {"RETRY-geom-0.1-3": 30_000, "RETRY-geom-0.3-3": 20_000, "RETRY-geom-0.5-4": 10_000,
             "RETRY-geom-0.01-3": 45_000}  # fmt: skip


def attempts_of(run, service="back"):
    """How often each request of the only workload reached a service."""
    return np.bincount(run.tables.rows["request"][rows_of(run, service)], minlength=len(run.tables.requests.row))


@pytest.mark.parametrize("identifier", GEOMETRIC)
def test_a_call_is_tried_again_until_it_succeeds_or_has_no_try_left(identifier):
    p, truth, requests = case(identifier)["parameters"], expected(identifier), GEOMETRIC[identifier]
    scenario = caller({"retry": {"attempts": p["max_attempts"]}}, [{"fail": p["p"]}], requests)
    run = checked(scenario, 1)
    attempts, count = attempts_of(run), len(run.tables.requests.row)
    assert agrees(attempts, truth["mean attempts per call"])
    tries = rows_of(run, "back")
    failures = run.tables.rows["outcome"][tries] == Outcome.FAILED
    assert proportion_agrees(failures.sum(), len(tries), p["p"])  # each of them, whatever came before
    often = np.bincount(run.tables.rows["request"][tries], weights=failures, minlength=count)
    assert count - run.summary()["completed"] == (often == p["max_attempts"]).sum()
    assert truth["final success probability"] == pytest.approx(1 - p["p"] ** p["max_attempts"])
    assert proportion_agrees((attempts > 1).sum(), count, 1 - truth["success without retry"])


@pytest.mark.parametrize(("layers", "tries"), [(5, 3), (3, 4)])
def test_layers_that_all_retry_multiply_the_calls_at_the_bottom(layers, tries):
    services = {"bottom": {"workers": 10, "handle": [{"fail": 1}]}}
    below = "bottom"
    for layer in range(layers):
        call = {"service": below, "retry": {"attempts": tries}}
        below = f"layer-{layer}"
        services[below] = {"workers": 10, "handle": [{"call": call}]}
    workloads = {"customers": {"target": below, "arrivals": {"constant": 1}}}
    run = checked(system(services, workloads, 10.5, 0), 1)
    calls = expected("RETRY-layers", f"{layers} layers x {tries} tries")
    assert (attempts_of(run, "bottom") == calls).all()
    assert run.summary()["errors"] == len(run.tables.requests.row) == 10


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [("exponential", "no jitter"), ("full_jitter", "full jitter mean"),
                                             ("equal_jitter", "equal jitter mean")])  # fmt: skip
def test_a_call_that_always_fails_sleeps_the_sum_of_its_back_offs(kind, name):
    p, truth = case("RETRY-backoff-sum")["parameters"], expected("RETRY-backoff-sum", name)
    backoff = {kind: {"base": p["base"], "cap": p["cap"], "factor": 2}}
    scenario = caller({"retry": {"attempts": p["retries"] + 1, "backoff": backoff}}, [{"fail": 1}], 2000)
    slept = checked(scenario, 1).tables.requests.response
    if kind == "exponential":
        assert slept == pytest.approx(np.full(len(slept), truth), rel=1e-9)
    else:
        assert agrees(slept, truth, notices=0.05)
    windows = np.minimum(p["cap"], p["base"] * 2.0 ** np.arange(p["retries"]))
    spread = {"exponential": 0, "full_jitter": 1 / 12, "equal_jitter": 1 / 48}[kind] * (windows**2).sum()
    assert slept.var() == pytest.approx(spread, rel=0.15, abs=1e-9)


@pytest.mark.slow
def test_a_caller_on_a_lossy_link_can_not_know_whether_its_call_was_worked():
    """Request and reply are lost apart; the server works whenever a request arrives."""
    p, truth = case("NET-loss-retry")["parameters"], expected("NET-loss-retry")
    link = {"cable": {"between": ["front", "back"], "loss": p["loss"]}}
    call = {"timeout": "1s", "retry": {"attempts": 3}}
    scenario = caller(call, [{"effect": "charged"}], 60_000, network={"links": link})
    run = checked(scenario, 2)
    rows, count = run.tables.rows, len(run.tables.requests.row)
    back = [place.number for place in run.tables.places if place.service == "back"]
    tries = np.flatnonzero(np.isin(rows["place"], back))
    worked, heard = ~np.isnan(rows["started"][tries]), rows["verdict"][tries] == Verdict.DONE
    assert proportion_agrees(heard.sum(), len(tries), truth["P(try succeeds)"])
    in_vain = np.bincount(rows["request"][tries], weights=~heard, minlength=count)
    assert count - run.summary()["completed"] == (in_vain == 3).sum() > 20
    assert truth["P(call succeeds)"] == pytest.approx(1 - (1 - truth["P(try succeeds)"]) ** 3)
    unheard = "P(executed although caller saw failure on that try)"
    assert proportion_agrees((worked & ~heard).sum(), len(tries), truth[unheard])
    executions = np.bincount(rows["request"][tries[worked]], minlength=count)
    mean, error = mean_and_error(executions)
    assert error < 0.002
    assert abs(mean - truth["mean server executions"]) < 3.5 * error
    assert run.summary()["effects_repeated"] == (executions > 1).sum()


def test_twenty_round_trips_one_after_the_other_take_twenty_times_as_long():
    """RTT 30 ms, 1 ms of work a call, 20 calls: in turn, at once, or as one batch."""
    truth = expected("NET-latency")
    call, link = {"call": "back"}, {"cable": {"between": ["front", "back"], "latency": "15ms"}}
    designs = {
        "sequential": ([call] * 20, "1ms"),
        "parallel (no variance)": ([{"parallel": [call] * 20}], "1ms"),
        "one batched call (20x1ms work)": ([call], "20ms"),
    }
    for name, (handle, work) in designs.items():
        services = {"front": {"handle": handle}, "back": {"workers": 20, "handle": [{"work": work}]}}
        workloads = {"customers": {"target": "front", "arrivals": {"constant": 1}}}
        scenario = system(services, workloads, 10.5, 0, network={"links": link})
        assert checked(scenario).tables.requests.response * 1000 == pytest.approx(np.full(10, truth[name]))


def test_a_decorrelated_wait_is_at_most_three_times_the_wait_before():
    """The waits of one customer are one chain, whichever attempt asks for the next."""
    backoff = {"decorrelated": {"base": "10ms"}}
    run = caller({"retry": {"attempts": 9, "backoff": backoff}}, [{"fail": 1}], 200).run()
    spans = run.spans[run.spans.service == "back"]
    for _, tries in spans.groupby("request"):
        waits = tries.born.diff().dropna().to_numpy()
        assert len(waits) == 8 and (waits >= 0.01).all()
        assert (waits[1:] <= 3 * waits[:-1] + 1e-9).all()
