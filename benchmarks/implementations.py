"""Who takes part: the reference first, then the subjects in the order of the table."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Implementation:
    """One row of the table.

    needs: the module that must be importable. share: the part of a workload's messages it runs (slow ones
    run fewer; the reference beside them runs as few). aims: the ratio to the reference that each workload
    should reach.
    """

    title: str
    module: str
    function: str
    needs: str
    workloads: str
    share: float = 1.0
    aims: Callable[[str], float | None] = lambda workload: None

    def load(self):
        """The function ``run(workload, messages, seed) -> Outcome``; ImportError if something is missing."""
        import_module(self.needs)
        return getattr(import_module(f"benchmarks.{self.module}"), self.function)


EVERY = "W1 W2 W3 W4 W4L"
FULL = {"W1": 5.0, "W2": 5.0, "W3": 3.5, "W4": 3.5, "W4L": 3.0}
SUMMARY = {"W1": 8.0, "W2": 8.0, "W3": 5.0, "W4": 5.0}

REFERENCE = "simpy"
IMPLEMENTATIONS = {
    "simpy": Implementation("idiomatic SimPy", "simpy_reference", "run", "simpy", EVERY),
    "evsim": Implementation("evsim, full records", "evsim_side", "run", "evsim.engine", EVERY, 1.0, FULL.get),
    "evsim-summary": Implementation(
        "evsim, summary records", "evsim_side", "run_summary", "evsim.engine", EVERY, 1.0, SUMMARY.get
    ),
    "evsim-ordinary": Implementation(
        "SimPy code on evsim's environment", "evsim_side", "run_ordinary", "evsim.engine.environment", EVERY,
        1.0, lambda workload: 0.95,
    ),
    "ciw": Implementation("Ciw", "ciw_reference", "run", "ciw", "W1 W2 W3 W4", 0.2),
    "salabim": Implementation("salabim", "salabim_reference", "run", "salabim", "W1 W2 W3 W4", 0.1),
    "happysim": Implementation(
        "happy-simulator", "happysim_reference", "run", "happysimulator", "W1 W2", 0.2
    ),
    "asyncflow": Implementation(
        "AsyncFlow (nearest work)", "asyncflow_reference", "run", "asyncflow", "W1 W2 W3", 0.1
    ),
}
