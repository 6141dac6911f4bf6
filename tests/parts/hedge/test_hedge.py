"""Hedging: a second attempt beside one that takes long; the first good answer counts."""

import numpy as np
import pytest

from evsim.results.requests import OK
from evsim.scenario import ScenarioError
from tests.support.cases import case, expected
from tests.support.nightly import by_day
from tests.support.statistics import agrees, mean_and_error
from tests.truth.measuring import checked
from tests.truth.systems import exponential, system


def hedged(after, back, requests, rate=100, call=None, workers=10_000, faults=(), **settings):
    step = {"call": {"service": "back", "hedge": {"after": after}, **(call or {})}}
    services = {"front": {"workers": 10_000, "handle": [step]},
                "back": {"workers": workers, "handle": back, **settings}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": rate}}}
    return system(services, workloads, (requests + 0.5) / rate, 0.0, faults=list(faults))


def calls(run):
    return run.spans[run.spans.service == "back"]


@pytest.mark.slow
def test_a_hedge_at_the_95th_percentile_costs_five_per_cent_and_cuts_the_tail():
    """An exponential server without queues; a second copy is sent when most have their answer."""
    delay, truth = case("HEDGE-p95")["parameters"]["delay"], expected("HEDGE-p95")
    found = {name: [] for name in ("extra requests", "mean", "p99", "p99.9")}
    for seed in range(12):
        run = checked(hedged(delay, [{"work": exponential(1)}], by_day(20_000, 10_000)), seed)
        took = run.tables.requests.response
        found["extra requests"].append((run.tables.rows["attempt"] > 1).sum() / len(took))
        found["mean"].append(took.mean())
        found["p99"].append(np.percentile(took, 99))
        found["p99.9"].append(np.percentile(took, 99.9))
    for name, values in found.items():
        assert agrees(values, truth[name], notices=0.1), name
    mean, error = mean_and_error(found["p99"])
    assert mean + 10 * error < truth["unhedged p99"]


def test_the_first_good_answer_counts_and_the_other_attempt_is_work_for_nothing():
    """The first attempt of each customer takes 1 s; the worker who hears of the second is free after 0.3 s."""
    scenario = hedged(0.2, [{"work": {"choice": [[0.5, "100ms"], [0.5, "1s"]]}}, {"effect": "row"}], 400, rate=1)
    run = checked(scenario, 1)
    both = calls(run)[calls(run).attempt == 2].obligation
    pairs = calls(run)[calls(run).obligation.isin(both)].groupby("obligation")
    assert len(pairs) > 150 and all(sorted(pair.verdict) == ["beaten", "done"] for _, pair in pairs)
    for _, pair in pairs:
        assert pair.born.max() - pair.born.min() == pytest.approx(0.2)
        assert pair.settled.max() == pair.settled.min() == pair.ended.min()
    response = set(np.round(run.tables.requests.response, 6))
    assert response == {0.1, 0.3, 1.0}
    assert run.summary()["effects_repeated"] == len(pairs), "the work is done twice, unless the callee is idempotent"
    assert run.summary()["wasted_work"] > 0.2


def test_an_idempotent_callee_does_it_once_though_it_is_asked_twice():
    back = [{"work": {"choice": [[0.5, "100ms"], [0.5, "1s"]]}}, {"effect": "row"}]
    run = checked(hedged(0.2, back, 200, rate=1, idempotent=True), 1)
    assert (calls(run).attempt == 2).sum() > 50
    assert run.summary()["effects_repeated"] == run.summary()["effects_missing"] == 0


def test_a_callee_that_drops_what_is_stale_takes_back_what_still_waits():
    """One worker, a second a piece, five at once: the hedges stand in line behind the first attempts."""
    scenario = hedged(0.5, [{"work": 1}], 5, rate=1, workers=1)
    scenario = scenario.replace({"workloads.customers.arrivals": {"burst": {"count": 5, "at": 1}}})
    run = checked(scenario.replace({"services.back.drop_stale": True}), 1)
    seconds = calls(run)[calls(run).attempt == 2]
    assert set(seconds.verdict) == {"beaten"}
    # A worker takes what is next before its last answer is heard, so both attempts of the last customer are worked.
    assert sorted(seconds.outcome) == ["ok"] + ["withdrawn"] * 4
    assert (calls(checked(scenario, 1)).outcome == "ok").all()


def test_a_failed_attempt_waits_for_the_other_and_both_failed_are_one_try():
    """Both attempts of a round fail: the first after 0.3 s, its hedge after 0.5 s; the second round likewise."""
    back, call = [{"work": 0.3}, {"fail": 1}], {"retry": {"attempts": 2, "backoff": "100ms"}}
    run = checked(hedged(0.2, back, 5, rate=0.5, call=call), 1)
    assert run.tables.requests.response == pytest.approx(0.5 + 0.1 + 0.5)
    first = calls(run)[calls(run).request == 0]
    assert (first.born - first.born.iloc[0]).tolist() == pytest.approx([0, 0.2, 0.6, 0.8])
    assert first.attempt.tolist() == [1, 2, 3, 4] and set(first.verdict) == {"error"}
    quick = checked(hedged(0.5, back, 5, rate=0.5, call=call), 1)  # fails before its hedge is due
    assert len(calls(quick)) == 10 and quick.tables.requests.response == pytest.approx(0.3 + 0.1 + 0.3)


def test_each_attempt_has_its_own_timeout():
    run = checked(hedged(0.4, [{"work": 10}], 3, rate=0.5, call={"timeout": 1}), 1)
    assert run.tables.requests.response == pytest.approx(1.4) and run.summary()["timeouts"] == 3
    assert (calls(run).settled - calls(run).born).tolist() == pytest.approx([1] * 6)


def test_a_hedge_takes_a_token_of_the_budget():
    call = {"retry": {"attempts": 1, "budget": {"ratio": 0.1, "burst": 5}}}
    run = checked(hedged(0.2, [{"work": 1}], 100, rate=1, call=call), 1)
    assert (calls(run).attempt == 2).sum() == 5 + 9  # the bucket was full when the first call came


def test_a_hedge_passes_breaker_and_bulkhead_like_any_call():
    run = checked(hedged(0.2, [{"work": 1}], 3, rate=0.5, call={"bulkhead": 1}), 1)
    assert calls(run)[calls(run).attempt == 2].reason.tolist() == ["bulkhead"] * 3
    assert run.summary()["completed"] == 3


def test_a_hedge_on_a_bus_goes_to_the_next_handler():
    ask = {"ask": {"bus": "address", "hedge": {"after": 0.2}}}
    services = {"front": {"workers": 10, "handle": [ask]},
                "slow": {"subscribe": "address", "handle": [{"work": 1}]},
                "quick": {"subscribe": "address", "handle": [{"work": 0.1}]}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 0.5}}}
    run = checked(system(services, workloads, 9, 0.0, channels={"address": "bus"}), 1)
    assert run.tables.requests.response == pytest.approx(0.3)  # the slow one is asked first, and the other one helps
    assert (run.spans.verdict == "beaten").sum() == 4


def test_the_diagram_says_which_attempt_was_faster():
    run = checked(hedged(0.2, [{"work": {"choice": [[0.5, "100ms"], [0.5, "1s"]]}}], 40, rate=1), 1)
    beaten = calls(run)[(calls(run).verdict == "beaten") & (calls(run).attempt == 1)].request.iloc[0]
    text = str(run.sequence(int(beaten)))
    assert "call, attempt 2" in text and "another attempt was faster" in text and "answer: too late" in text


@pytest.mark.parametrize("hedge", [{}, {"after": 0}, {"after": "soon"}, {"later": 1}])
def test_a_hedge_that_makes_no_sense_is_refused(hedge):
    with pytest.raises(ScenarioError, match="hedge"):
        hedged(1, [{"work": 1}], 1, call={"hedge": hedge})


def test_a_hedge_that_a_bulkhead_lets_in_as_the_first_attempt_ends_is_answered_once():
    """Two handlers on a bus in turns, a slow one and one that answers at once; there is room for one question."""
    question = {"bus": "news", "timeout": 1, "bulkhead": {"limit": 1, "queue": 1}, "hedge": {"after": 0.5}}
    services = {
        "front": {"handle": [{"ask": question}, {"effect": "told"}]},
        "slow": {"workers": 9, "subscribe": "news", "handle": [{"work": 2}]},
        "quick": {"workers": 9, "subscribe": "news", "handle": [{"effect": "heard"}]},
    }
    workloads = {"customers": {"target": "front", "arrivals": {"constant": 0.2}}}
    run = checked(system(services, workloads, 100, 0.0, channels={"news": "bus"}), 1)
    asked = run.spans[run.spans.kind == "call"]
    assert len(run.tables.requests.row) > 10 and (run.tables.requests.outcome == OK).all()
    assert (asked.groupby("attempt").verdict.unique().map(list)).to_dict() == {1: ["timeout"], 2: ["done"]}
    assert run.tables.requests.response == pytest.approx(1.0)  # the hedge waited for its turn from 0.5 s to 1 s
    assert (run.tables.requests.times_done == 1).all()
