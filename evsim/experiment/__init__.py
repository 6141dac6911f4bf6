"""Many runs: what one scenario does on average, and how two designs differ for the same customers."""

from evsim.experiment.compare import Comparison, compare
from evsim.experiment.crash import CrashCase, CrashMatrix, crash_matrix
from evsim.experiment.find import BreakEven, Found, break_even, find
from evsim.experiment.hysteresis import Hysteresis, hysteresis
from evsim.experiment.replicate import Replications, replicate
from evsim.experiment.statistics import Estimate

__all__ = [
    "BreakEven", "Comparison", "CrashCase", "CrashMatrix", "Estimate", "Found", "Hysteresis", "Replications",
    "break_even", "compare", "crash_matrix", "find", "hysteresis", "replicate",
]  # fmt: skip
