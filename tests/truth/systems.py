"""The systems of the textbooks as scenarios: one function a system.

Rates are a second, times in seconds. `messages` is the expected number of arrivals; the first tenth of a run
is warm-up unless said otherwise.
"""

import csv
from statistics import NormalDist

from evsim import load
from evsim.scenario import Scenario
from evsim.ticks import LONGEST

WARM_UP = 0.1  # share of a run


def exponential(mean):
    return {"exponential": mean}


def cut_normal():
    """The service of qmodels' M/G/1: a standard normal cut to [0, 1.6], given by its quantiles."""
    normal = NormalDist()
    low, high = normal.cdf(0), normal.cdf(1.6)
    inner = [normal.inv_cdf(low + (high - low) * step / 2000) for step in range(1, 2000)]
    return {"empirical": [0.0, *inner, 1.6]}


def poisson(rate):
    return {"poisson": rate}


def system(services, workloads, duration, warmup=WARM_UP, folder=None, **parts):
    """Any system: `services` and `workloads` by name, `duration` in seconds, `warmup` as a share of it."""
    run = {
        "duration": duration,
        "warmup": warmup * duration,
        "max_rows": 20_000_000,
        "drain_limit": min(1000 * duration, (LONGEST - duration) // 1),
    }
    data = {"name": "system", "workloads": workloads, "services": services, "run": run, **parts}
    return Scenario.from_dict(data, folder)


def station(work, rate, messages, warmup=WARM_UP, faults=(), **settings):
    """One service, `server`, that works for the time `work`, and Poisson customers."""
    server = {"handle": [{"work": work}], **settings}
    customers = {"target": "server", "arrivals": poisson(rate)}
    return system({"server": server}, {"customers": customers}, messages / rate, warmup, faults=list(faults))


def timed(work, stamps, folder, keys=None, warmup=WARM_UP, **settings):
    """One service whose customers come at the times `stamps` (ascending from 0), from a file in `folder`."""
    arrivals = arrivals_from(folder, stamps, keys)
    server = {"handle": [{"work": work}], **settings}
    customers = {"target": "server", "arrivals": arrivals}
    return system({"server": server}, {"customers": customers}, float(stamps[-1]) + 1e-6, warmup, folder)


def arrivals_from(folder, stamps, keys=None):
    """Arrivals at the times `stamps`, with the `keys` if given: written to a file in `folder`."""
    with open(folder / "arrivals.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp"] if keys is None else ["timestamp", "key"])
        writer.writerows(zip(map(repr, map(float, stamps)), *([] if keys is None else [keys]), strict=True))
    return {"csv": "arrivals.csv"} if keys is None else {"csv": "arrivals.csv", "key": "key"}


def closed(users, think, work, duration, **settings):
    """Users who each wait for an answer of `server`, think, and come again."""
    server = {"handle": [{"work": work}], **settings}
    customers = {"target": "server", "arrivals": {"closed": {"users": users, "think": think}}}
    return system({"server": server}, {"customers": customers}, duration)


def pipeline(works, arrivals, duration, warmup=WARM_UP):
    """Stages joined by queues: `stage-1` is asked, each hands on, the last leaves the effect `done`."""
    services, channels = {}, {}
    for number, work in enumerate(works, 1):
        last = number == len(works)
        services[f"stage-{number}"] = {
            "handle": [{"work": work}, {"effect": "done"} if last else {"publish": f"queue-{number + 1}"}]
        }
        if number > 1:
            channels[f"queue-{number}"] = "queue"
            services[f"stage-{number}"]["subscribe"] = f"queue-{number}"
    workloads = {"customers": {"target": "stage-1", "arrivals": arrivals}}
    return system(services, workloads, duration, warmup, channels=channels)


def fan_out(branches, rate, messages, until="all", warmup=WARM_UP, room=10_000, **leaf):
    """`front`, with `room` for so many at once, asks each of the `branches` (names of services) at once.

    The leaves are services with the settings `leaf`.
    """
    calls = [{"call": name} for name in branches]
    services = {"front": {"workers": room, "handle": [{"parallel": {"branches": calls, "until": until}}]}}
    services |= dict.fromkeys(branches, leaf)
    workloads = {"customers": {"target": "front", "arrivals": poisson(rate)}}
    return system(services, workloads, messages / rate, warmup)


def caller(call, back, requests, rate=100, workers=10_000, **parts):
    """`front` makes one `call` of `back` for each of the requests; `back` is given by its steps."""
    services = {"front": {"workers": workers, "handle": [{"call": {"service": "back", **call}}]},
                "back": {"workers": workers, "handle": back}}  # fmt: skip
    workloads = {"customers": {"target": "front", "arrivals": {"constant": rate}}}
    return system(services, workloads, requests / rate, 0.0, **parts)


def consumers(channel, handle, arrivals, duration, warmup=WARM_UP, key=None, subscribe=None, folder=None,
              faults=(), **settings):  # fmt: skip
    """`front` publishes each request to `events`, a channel; `worker` handles the messages."""
    services = {
        "front": {"handle": [{"publish": "events"}]},
        "worker": {"subscribe": {"channel": "events", **(subscribe or {})}, "handle": handle, **settings},
    }
    customers = {"target": "front", "arrivals": arrivals, **({"key": key} if key else {})}
    return system(services, {"customers": customers}, duration, warmup, folder, channels={"events": channel},
                  faults=list(faults))  # fmt: skip


def at(name, times, changes=(), seed=1):
    """A run of a built-in scenario at so many times its load."""
    scenario = load(name)
    (workload,) = scenario.workloads
    path = f"workloads.{workload}.arrivals.poisson"
    rate = scenario.workloads[workload].arrivals.rate * times
    run = scenario.replace({path: rate, **dict(changes)}).run(seed=seed)
    assert run.audit()
    return run
