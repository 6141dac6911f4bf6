"""`python -m benchmarks.guarded`: what the guards cost that one fault brings, as ratios of processor time.

A service, its callee or consumer and what lies between them run once as they are and once with a crash of a
millisecond at their end, in turns in one process. The fault does nothing; a system in which anything may break is
built with guards.
"""

import gc
import os
from statistics import median
from time import process_time

from evsim.scenario import Scenario

PAIRS, RATE, SECONDS = 11, 1000, 20
BETWEEN = {
    "call": ({"call": "back"}, {}, []),
    "queue": ({"publish": "jobs"}, {"jobs": {"queue": {}}}, [{"channel": "jobs"}]),
    "log": ({"publish": "jobs"}, {"jobs": {"log": {"partitions": 4}}}, [{"channel": "jobs"}]),
}


def scenario(between, broken):
    """Front and back with a call or a channel between them; `broken` crashes at the end, None never does."""
    step, channels, subscribe = BETWEEN[between]
    fault = {"crash": broken, "at": f"{SECONDS - 0.001}s", "for": "1ms"}
    return Scenario.from_dict(
        {
            "name": between,
            "workloads": {"page": {"target": "front", "arrivals": {"poisson": f"{RATE}/s"}}},
            "services": {
                "front": {"workers": 16, "handle": [{"work": {"exponential": "1ms"}}, step, {"reply": "thanks"}]},
                "back": {"workers": 8, "subscribe": subscribe, "handle": [{"work": {"exponential": "4ms"}}]},
            },
            "channels": channels,
            "network": {"latency": "1ms"},
            "faults": [fault] if broken else [],
            "run": {"duration": f"{SECONDS}s"},
        }
    )


def cost(design):
    """Seconds of processor time of one run."""
    gc.collect()
    begin = process_time()
    design.run(seed=1)
    return process_time() - begin


def ratio(between, broken):
    """The median of `PAIRS` pairs: with the fault, by without it."""
    plain, guarded = scenario(between, None), scenario(between, broken)
    cost(plain), cost(guarded)
    return median(cost(guarded) / cost(plain) for _ in range(PAIRS))


def main():
    print(f"{RATE * SECONDS} requests a run, medians of {PAIRS} pairs; load of the machine {os.getloadavg()[0]:.1f}")
    for between in BETWEEN:
        more = {broken: 100 * ratio(between, broken) - 100 for broken in ("front", "back")}
        print(f"{between:6}", *(f"  {broken} may crash: {percent:+.0f} %" for broken, percent in more.items()))


if __name__ == "__main__":
    main()
