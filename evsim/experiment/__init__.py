"""Many runs: what one scenario does on average, and how two designs differ for the same customers."""

from evsim.experiment.compare import Comparison, compare
from evsim.experiment.crash import Crash, CrashMatrix, crash_matrix
from evsim.experiment.replicate import Replications, replicate
from evsim.experiment.statistics import Estimate

__all__ = ["Comparison", "Crash", "CrashMatrix", "Estimate", "Replications", "compare", "crash_matrix", "replicate"]
