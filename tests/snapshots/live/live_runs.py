"""What is measured of live runs, and predicted for them; runs of a model with a machine's constants stand in."""

from evsim.testbed.prediction import LivePrediction
from tests.snapshots.telling import plain
from tests.testbed.test_measuring import FLOWS, MACHINE, SHORT, SLOW_WAYS, found_in

__all__ = ["LIVE_RUNS"]

FAULTS = {
    "calm": [], "down": [{"crash": "mailing-list", "at": "5s", "for": "4s"}],
    "slow": lambda name: [{"latency": SLOW_WAYS[name], "add": "100ms", "at": "5s", "for": "4s"}],
}  # fmt: skip


def _measured():
    for name in FLOWS:
        for what, faults in FAULTS.items():
            found = found_in(name, faults=faults(name) if callable(faults) else faults)
            yield f"{name}, {what}", plain(f"{found}\n{found!r}")
        yield f"{name}, as calibrated", MACHINE[name].apply(FLOWS[name].replace(SHORT)).to_yaml()


def _predicted():
    for name, scenario in FLOWS.items():
        short = scenario.replace(SHORT | {"run.duration": "5s"})
        for what, other in (("as it was", {}), ("slower", {"services.register.handle.0.work": "52ms"})):
            run = short.replace(other).run(seed=5)
            found = LivePrediction(run, short, runs=3, jobs=1, overshoot=0.53e-3)
            yield f"{name}, {what}", plain(f"{found}\n{found.rows}\n{found._repr_html_()}")


LIVE_RUNS = {"measured": _measured, "predicted": _predicted}
