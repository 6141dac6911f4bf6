"""Scenarios small enough to follow: the registration with about 300 customers, and a chain of services."""

from evsim.counting import digits
from evsim.scenario import Scenario, load, names

__all__ = ["chain", "lesson_size"]

TIMEOUT, RATE = "2s", 10  # customers a second


def lesson_size(scenario):
    """A registration, or its name ("classic", "events"), with about 300 customers: 10 a second for 30 s, in all.

    register has 8 workers, the database 2 (in all) that take 50 ms (busy 25 % of the time), the mailing
    list 2 that take 120 ms (60 %), a log 16 partitions; a call is given up after 2 s. No warm-up, no objective.
    """
    if isinstance(scenario, str):
        scenario = load(scenario if scenario in names() else f"registration-{scenario}")
    rates = {name: workload.arrivals.rate for name, workload in scenario.workloads.items()}
    changes = {
        **{
            f"workloads.{name}.arrivals.poisson": f"{digits(RATE * rate / sum(rates.values()))}/s"
            for name, rate in rates.items()
        },
        "services.register.workers": 8,
        "services.database.workers": max(1, 2 // scenario.services["database"].instances),
        "services.database.handle.0.work": {"exponential": "50ms"},
        "services.mailing-list.workers": 2,
        "services.mailing-list.handle.0.work": {"lognormal": {"mean": "120ms", "cv": 1}},
        "services.register.handle": _patient(scenario.to_dict()["services"]["register"]["handle"]),
        "run.duration": "30s",
        "run.warmup": "0s",
        "objectives": {},
    }
    parted = {name: channel.kind for name, channel in scenario.channels.items() if channel.partitioned}
    changes |= {f"channels.{name}.{kind}.partitions": 16 for name, kind in parted.items()}
    return scenario.replace(changes)


def _patient(steps):
    """The same steps, in which every call waits as long as calls do in lessons."""
    if isinstance(steps, list):
        return [_patient(step) for step in steps]
    ((kind, what),) = steps.items()
    if kind == "call":
        return {"call": what | {"timeout": TIMEOUT}}
    return {kind: _patient(what) if kind == "parallel" else what}


def chain(services, fails=0.01, work="50ms"):
    """A front that calls `services`, one after the other; each takes `work` on average and `fails` so often.

    About 300 customers come. A service leaves an effect, and has so many workers that hardly anybody waits.
    """
    names = [f"service-{number}" for number in range(1, services + 1)]
    steps = [{"work": {"exponential": work}}, {"fail": fails}]
    return Scenario.from_dict({
        "name": f"chain-of-{services}",
        "workloads": {"customers": {"target": "front", "arrivals": {"poisson": "10/s"}}},
        "services": {
            "front": {"workers": 64, "handle": [*({"call": name} for name in names), {"reply": "done"}]},
            **{name: {"workers": 8, "handle": [*steps, {"effect": f"step {name[8:]}"}]} for name in names},
        },
        "network": {"latency": {"exponential": "1ms"}},
        "run": {"duration": "30s"},
    })  # fmt: skip
