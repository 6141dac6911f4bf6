"""The rate limit: a token bucket refuses those for whom there is no token, and nobody else."""

import numpy as np
import pytest

from evsim import theory
from evsim.results.endings import Reason
from tests.support.statistics import agrees
from tests.truth.measuring import balanced, measure, refused
from tests.truth.systems import consumers, station, system


def bucket_by_hand(times, rate, burst):
    """Which of some arrivals find a token, each token counted from the last that was taken out of a full bucket."""
    admitted, since, used = [], 0.0, 0
    for time in times:
        # In whole tokens: those that were there, those that came since, less those that were used.
        filled = burst + (time - since) * rate - used
        if filled >= burst:
            since, used, filled = time, 0, burst
        admitted.append(filled >= 1 - 1e-9)
        used += admitted[-1]
    return np.array(admitted)


CHANGING = {"profile": [[0, 20], [20, 300], [40, 0], [60, 80]]}


@pytest.mark.parametrize("arrivals", [{"poisson": 100}, {"constant": 120}, CHANGING])
@pytest.mark.parametrize("limit", [{"rate": 100, "burst": 20}, {"rate": 60}, {"rate": "100/s", "burst": 1}])
def test_a_token_bucket_refuses_exactly_whom_one_by_hand_refuses(arrivals, limit):
    server = {"handle": [{"work": 0.001}], "workers": 50, "rate_limit": limit}
    scenario = system({"server": server}, {"page": {"target": "server", "arrivals": arrivals}}, 60, 0)
    run = balanced(scenario)
    settings = scenario.services["server"].rate_limit
    expected = bucket_by_hand(run.tables.rows["ready"], settings.rate, settings.burst)
    assert (~refused(run, Reason.RATE_LIMIT) == expected).all()
    assert expected.any() and not expected.all()
    assert run.summary()["rejected"] == (~expected).sum()
    admitted = np.sort(run.tables.rows["ready"][expected])
    for count in (1, 10, 100):  # so many in any window need burst + rate x window tokens
        windows = admitted[count:] - admitted[:-count]
        assert (windows * settings.rate + settings.burst >= count + 1 - 1e-6).all()


@pytest.mark.slow
@pytest.mark.parametrize("rate, burst", [(100, 1), (100, 5), (150, 3), (60, 10)])
def test_poisson_arrivals_are_refused_as_the_queue_of_missing_tokens_says(rate, burst):
    limit = {"rate_limit": {"rate": rate, "burst": burst}, "workers": 100}
    scenario = station(0.001, 100, 10_000, **limit)
    shares = measure(f"bucket {rate} {burst}", scenario, lambda run: {"refused": 1 - run.summary()["availability"]})
    assert agrees(shares["refused"], theory.token_bucket(100, rate, burst), notices=0.15)


def test_instances_share_one_bucket_and_deliveries_take_no_token():
    server = {"handle": [{"work": 0.001}], "instances": 4, "workers": 4, "rate_limit": {"rate": 10, "burst": 4}}
    run = balanced(system({"server": server}, {"page": {"target": "server", "arrivals": {"constant": 50}}}, 20, 0))
    assert run.summary()["completed"] == 4 + 10 * 20 - 1
    handle = [{"work": 0.001}, {"effect": "row"}]
    reading = consumers("queue", handle, {"constant": 50}, 20, warmup=0, rate_limit={"rate": 10})
    assert balanced(reading).summary()["effects_missing"] == 0
    assert any("services.worker.rate_limit: nobody calls it" in warning for warning in reading.warnings())


def test_a_message_on_a_bus_without_a_token_is_lost():
    scenario = consumers({"bus": {}}, [{"work": 0.001}], {"constant": 50}, 20, warmup=0, rate_limit={"rate": 10})
    run = balanced(scenario)
    turned = run.tables.rows["reason"] == Reason.RATE_LIMIT
    assert turned.sum() == run.summary()["lost"] == run.summary()["requests"] - 10 * 20
    assert not scenario.warnings()
