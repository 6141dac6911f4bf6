"""Many runs: what one scenario does on average, and how two designs differ for the same customers."""

from evsim.experiment.compare import Comparison, compare
from evsim.experiment.crash import CrashCase, CrashMatrix, crash_matrix
from evsim.experiment.distribution_fit import Fit, fit
from evsim.experiment.find import BreakEven, Found, break_even, find
from evsim.experiment.hysteresis import Hysteresis, hysteresis
from evsim.experiment.replicate import Replications, replicate
from evsim.experiment.sensitivity import Sensitivity, sensitivity
from evsim.experiment.statistics import Estimate
from evsim.experiment.sweep import Sweep, sweep
from evsim.experiment.warm_up import WarmUp, batch_means, warm_up

__all__ = [
    "BreakEven", "Comparison", "CrashCase", "CrashMatrix", "Estimate", "Fit", "Found", "Hysteresis", "Replications",
    "Sensitivity", "Sweep", "WarmUp", "batch_means", "break_even", "compare", "crash_matrix", "find", "fit",
    "hysteresis", "replicate", "sensitivity", "sweep", "warm_up",
]  # fmt: skip
