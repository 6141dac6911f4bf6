"""What one run of one implementation hands back, and the statistics by which runs are compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

FEWEST = 10  # batches from which a standard error is worth something
SIGMAS = 4  # beyond this two means differ


@dataclass(frozen=True)
class Outcome:
    """A finished run. `read`, called when the clock has stopped, gives the messages and a wait a row.

    `comparable` is False where the implementation can only do similar work, so that its waits differ.
    """

    read: Callable[[], tuple[int, Sequence[float]]]
    comparable: bool = True


def batch_means(values: Sequence[float], size: int) -> list[float]:
    """Means of consecutive batches: nearly independent, where single waits in a queue are not."""
    return [fmean(values[start : start + size]) for start in range(0, len(values) - size + 1, size)]


def verdict(workload, subject: list[dict], reference: list[dict]) -> str:
    """Whether the measured runs of a subject have the physics of the reference: "agrees", or what is wrong.

    Rows a message must be what the workload says, within 5 standard errors; mean waits must be within 4
    standard errors of the difference, from batch means over all runs.
    """
    if any("waits" not in run for run in subject):
        return "not comparable"
    messages = sum(run["messages"] for run in subject)
    rows = sum(run["rows"] for run in subject) / messages
    if abs(rows - workload.rows) > 5 * sqrt(workload.rows_variance / messages) + 1e-9:
        return f"DIFFERS: {rows:.4f} rows a message, not {workload.rows:.4f}"
    ours, theirs = pooled(subject), pooled(reference)
    if not ours or not theirs:
        return "too short to tell"
    error = sqrt(ours[1] ** 2 + theirs[1] ** 2)
    if abs(ours[0] - theirs[0]) > SIGMAS * error:
        return f"DIFFERS: mean wait {ours[0]:.4g} s, not {theirs[0]:.4g} s (standard error {error:.2g})"
    return "agrees"


def against_theory(workload, reference: list[dict]) -> str:
    """The same for the reference itself: its mean wait, and whether theory says so too."""
    found = pooled(reference)
    if not found:
        return "too short to tell"
    mean, error = found
    if workload.theory is None:
        return f"{mean:.4g} s"
    wrong = abs(mean - workload.theory) > SIGMAS * error
    return f"{'DIFFERS: ' if wrong else ''}{mean:.4g} s (theory {workload.theory:.4g})"


def pooled(runs: list[dict]) -> tuple[float, float] | None:
    """Mean wait over all runs and its standard error; None where there are too few batches."""
    waits = [wait for run in runs for wait in run["waits"]]
    if len(waits) < FEWEST:
        return None
    return fmean(waits), stdev(waits) / sqrt(len(waits))
