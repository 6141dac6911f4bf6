"""Runs on real processes for tests, and what their ledgers say."""

import signal

import numpy as np
import pytest

import evsim
from evsim.results.endings import Verdict
from evsim.testbed.brokers import a_broker

__all__ = ["LOAD", "SHARED", "effects_of", "live_run", "needs", "shared_queue_run", "told_yes"]

LOAD = {"workloads.register-page.arrivals": {"poisson": "20/s"}, "run.seed": 3, "run.warmup": "0s"}
JOB = {"workers": 2, "subscribe": "jobs", "handle": [{"work": {"exponential": "30ms"}}, {"effect": "done"}]}
SHARED = {
    "name": "shared",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "30/s"}}},
    "services": {
        "desk": {"workers": 8, "handle": [{"publish": "jobs"}, {"reply": "noted"}]},
        "first": JOB,
        "second": JOB,
    },
    "channels": {"jobs": {"queue": {}}},
    "run": {"duration": "3s", "seed": 2},
}


def needs(broker):
    """Skip where a broker is not there."""
    try:
        a_broker(broker)
    except evsim.ScenarioError as refusal:
        pytest.skip(str(refusal))


def live_run(name, kill=(), broker="mini"):
    """Three seconds of the registration, at a load that two busy processors carry."""
    needs(broker)
    return evsim.live(evsim.load(name).replace(LOAD), seconds=3, kill=kill, broker=broker)


def shared_queue_run(broker, *further):
    """Two services share a queue; one is killed, the other is stopped (where that can be), and further faults."""
    needs(broker)
    faults = [{"crash": "first", "at": "0.5s", "for": "0.3s"}]
    if hasattr(signal, "SIGSTOP"):
        faults.append({"pause": "second", "at": "1.2s", "for": "0.4s"})
    return evsim.live(evsim.Scenario.from_dict(SHARED | {"faults": [*faults, *further]}), broker=broker)


def effects_of(run, name):
    """For each request: how many effects of a name it has."""
    effects, names = run.tables.effects, run.tables.effect_names
    mine = effects["row"][effects["name"] == names.index(name)]
    return np.bincount(run.tables.row_requests[mine], minlength=len(run.tables.requests.row))


def told_yes(run):
    """For each request: whether its customer was told yes."""
    return run.tables.rows["verdict"][run.tables.requests.row] == Verdict.DONE
