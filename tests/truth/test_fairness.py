"""Who waits although somebody is free, and how evenly the work is spread."""

import math

import pytest

from evsim.results.fairness import jain
from evsim.scenario import Scenario
from tests.support.statistics import COARSER, agrees
from tests.truth.measuring import measure
from tests.truth.systems import exponential, station


def jobs(channel, duration=20, burst=4, faults=(), **worker):
    """A burst of messages for one service."""
    services = {
        "front": {"workers": burst, "handle": [{"publish": {"channel": "jobs", "key": "same"}}]},
        "worker": {"subscribe": "jobs", "handle": [{"work": 1}], **worker},
    }
    customers = {"target": "front", "arrivals": {"burst": burst}}
    return Scenario.from_dict({"name": "jobs", "workloads": {"customers": customers}, "services": services,
                               "channels": {"jobs": channel}, "run": {"duration": duration},
                               "faults": list(faults)})  # fmt: skip


def figures(scenario):
    return scenario.run().services["worker"]


SLOW = [{"slowdown": "worker/1", "factor": 3, "at": 0}]  # takes 3 s, the other one 1 s


def test_what_a_slow_instance_has_fetched_waits_while_the_other_is_free():
    """Two of four messages each: the slow one's second starts at 3 s, and the fast one is free from 2 s on."""
    found = figures(jobs("queue", instances=2, subscribe={"channel": "jobs", "prefetch": "unlimited"}, faults=SLOW))
    assert (found["wait_mean"], found["wait_behind_mean"]) == (1, 1 / 4)
    assert found["idle_while_waiting"] == pytest.approx(1 / 3)
    assert (found["busiest_share"], found["fairness"]) == (6 / 8, pytest.approx(8**2 / (2 * (6**2 + 2**2))))


def test_with_prefetch_1_the_fast_instance_takes_what_the_slow_one_would_have_kept():
    found = figures(jobs("queue", instances=2, faults=SLOW))
    assert (found["wait_mean"], found["wait_behind_mean"], found["idle_while_waiting"]) == (3 / 4, 0, 0)
    assert found["busiest_share"] == 1 / 2


def test_messages_of_one_key_wait_behind_each_other_however_many_workers_there_are():
    run = jobs({"log": {"partitions": 8}}, workers=8).run()
    found, spread = run.services["worker"], run.channels["jobs", "worker"]
    assert (found["wait_mean"], found["wait_behind_mean"], found["idle_while_waiting"]) == (1.5, 1.5, 1)
    assert (spread["busiest_share"], spread["fairness"]) == (1, 1 / 8)


def test_nobody_is_free_in_a_crash_or_an_outage_and_nobody_waits_on_a_hop():
    away = [{"crash": "worker/1", "at": 0, "for": 10}, {"outage": "worker/2", "at": 0, "for": 4}]
    crashed = figures(jobs("queue", instances=2, faults=away))
    assert crashed["wait_mean"] == 5.5 and crashed["wait_behind_mean"] == 0
    far = jobs("queue", burst=1).replace({"network.latency": 1})
    assert figures(far)["wait_mean"] == 1 and figures(far)["wait_behind_mean"] == 0


@pytest.mark.slow
def test_two_lines_of_which_one_is_empty_a_fifth_of_the_time():
    """Two M/M/1 queues at 0.8: who waits 4 s sees the other server idle for a fifth of it.

    Somebody waits with probability 1 - (1 - 0.8^2)^2, and the other one is idle with 2 x 0.8^2 x 0.2.
    """
    apart = station(exponential(1), 1.6, 40_000, instances=2, balance="random")
    names = ("wait_behind_mean", "idle_while_waiting", "fairness")
    found = measure("two lines", apart, lambda run: {name: run.services["server"][name] for name in names},
                    conserving=False)  # fmt: skip
    assert agrees(found["wait_behind_mean"], 0.2 * 4, notices=0.15)
    assert agrees(found["idle_while_waiting"], 2 * 0.64 * 0.2 / (1 - 0.36**2))
    assert 1 - min(found["fairness"]) < 0.001 * COARSER**2
    shared = apart.replace({"services.server.balance": "shared"}).run().services["server"]
    assert shared["wait_mean"] > 1 and abs(shared["wait_behind_mean"]) < 1e-9 and shared["idle_while_waiting"] < 1e-9


def test_jains_index_is_1_for_equals_and_1_nth_for_one_who_has_all():
    assert jain([3, 3, 3]) == 1 and jain([0, 7, 0, 0]) == 1 / 4 and jain([1, 2, 3]) == 36 / (3 * 14)
    assert math.isnan(jain([0, 0]))
