"""Who takes part: the reference first, then the subjects in the order of the table."""

from dataclasses import dataclass, field
from importlib import import_module

from .workloads import WORKLOADS


@dataclass(frozen=True)
class Implementation:
    """One row of the table.

    needs: the module that must be importable. share: the part of a workload's messages it runs (slow ones
    run fewer; the reference beside them runs as few). aims: the ratio to the reference that each workload
    should reach. grows: whether it needs more memory for more messages.
    """

    title: str
    module: str
    function: str
    needs: str
    workloads: tuple[str, ...]
    share: float = 1.0
    aims: dict[str, float] = field(default_factory=dict)
    grows: bool = True

    def load(self):
        """The function ``run(workload, messages, seed) -> Outcome``; ImportError if something is missing."""
        import_module(self.needs)
        return getattr(import_module(f"benchmarks.{self.module}"), self.function)


EVERY = tuple(WORKLOADS)
FULL = {"W1": 5.0, "W2": 5.0, "W3": 3.5, "W4": 3.5, "W4L": 3.0}
SUMMARY = {"W1": 8.0, "W2": 8.0, "W3": 5.0, "W4": 5.0}
ORDINARY = dict.fromkeys(EVERY, 0.95)

REFERENCE = "simpy"
IMPLEMENTATIONS = {
    "simpy": Implementation("idiomatic SimPy", "simpy_reference", "run", "simpy", EVERY),
    "evsim": Implementation("evsim, full records", "evsim_side", "run", "evsim.engine", EVERY, 1.0, FULL),
    "evsim-summary": Implementation(
        "evsim, summary records", "evsim_side", "run_summary", "evsim.engine", EVERY, 1.0, SUMMARY, grows=False
    ),
    "evsim-ordinary": Implementation(
        "SimPy code on evsim's environment",
        "evsim_side",
        "run_ordinary",
        "evsim.engine.environment",
        EVERY,
        1.0,
        ORDINARY,
    ),
    "ciw": Implementation("Ciw", "ciw_reference", "run", "ciw", EVERY[:4], 0.2),
    "salabim": Implementation("salabim", "salabim_reference", "run", "salabim", EVERY[:4], 0.1),
    "happysim": Implementation("happy-simulator", "happysim_reference", "run", "happysimulator", EVERY[:2], 0.2),
    "asyncflow": Implementation("AsyncFlow (nearest work)", "asyncflow_reference", "run", "asyncflow", EVERY[:3], 0.1),
}
