"""Calibration: what a run on real processes says of this machine, and the scenario that has it.

A model has no machine: its hops take what the file says, and its work what was drawn. Here a hop takes the time of a
system call or two, a sleep ends late, and a row has to be written. Each is measured in the run itself, and becomes one
constant: the latency of the network, and a step of work more at the end of each handler.
"""

from dataclasses import dataclass

import numpy as np

from evsim.results.records import Outcome
from evsim.scenario.errors import Problem, ScenarioError
from evsim.ticks import SECOND

__all__ = ["TOLERABLE", "Calibration", "calibrate", "refuse_if_busy"]

TOLERABLE = 2e-3  # seconds that a sleep may be late, on average, until times say more of the machine than of the design


@dataclass(frozen=True)
class Calibration:
    """What was measured of the machine, in seconds.

    ``overshoot``: how late a sleep ended, on average, and ``overshoot_p99``; ``hop``: one way from process to process;
    ``overhead``: service -> what its handler took beyond its work and waiting for others, on average.
    """

    overshoot: float
    overshoot_p99: float
    hop: float
    overhead: dict

    def __str__(self):
        own = ", ".join(f"{name} {_in_ms(overhead)}" for name, overhead in self.overhead.items())
        return (
            f"sleeps end {_in_ms(self.overshoot)} late (p99 {_in_ms(self.overshoot_p99)}), one way between processes "
            f"takes {_in_ms(self.hop)}; beyond its work a handler takes: {own}"
        )

    @property
    def why_not(self):
        """Why its times are compared with nothing, where it is too busy."""
        return (
            f"a sleep ended {_in_ms(self.overshoot)} late on average, and more than {_in_ms(TOLERABLE)} says more of "
            "the machine than of the design; stop what else runs here, or lower the load, and run it again"
        )

    @property
    def too_busy(self):
        """Whether the machine had too much else to do for times to be compared."""
        return not self.overshoot <= TOLERABLE

    def apply(self, scenario):
        """The scenario with these constants in place of those that it had for the network."""
        changes = {"network.latency": {"constant": _written(self.hop)}} if self.hop == self.hop else {}
        for name, overhead in self.overhead.items():
            steps = list(scenario.value(f"services.{name}.handle"))
            last = len(steps) - scenario.services[name].handle[-1].replies
            changes[f"services.{name}.handle"] = [*steps[:last], {"work": _written(overhead)}, *steps[last:]]
        return scenario.replace(changes)


def calibrate(run, slept):
    """The :class:`Calibration` of a run; slept: ``(row, planned, took)`` of each sleep, in nanoseconds.

    row: its number in the records.
    """
    rows, messages = run.tables.rows, run.tables.messages
    rows_slept, planned, took = np.array(slept, dtype=float).reshape(-1, 3).T
    late = (took - planned) / SECOND if len(slept) else np.zeros(1)
    sent = messages["appended"] - messages["published"]
    hops = [rows["ready"] - rows["born"], rows["arrived"] - rows["leased"], sent]
    ok = rows["outcome"] == Outcome.OK
    own = rows["ended"] - rows["started"]
    np.subtract.at(own, rows_slept.astype(int), planned / SECOND)
    calls = np.flatnonzero((rows["settled"] == rows["settled"]) & _are_calls(run))
    np.subtract.at(own, rows["parent"][calls], (rows["settled"] - rows["born"])[calls])
    np.subtract.at(own, messages["cause"], _or_nothing(messages["acknowledged"] - messages["published"]))
    service = np.array([place.service for place in run.tables.places])[rows["place"]]
    overhead = {
        name: max(float(np.mean(own[ok & (service == name)])), 0.0)
        for name in run.scenario.services
        if (ok & (service == name)).any() and not _has_branches(run, name)
    }
    return Calibration(float(np.mean(late)), float(np.percentile(late, 99)), _middle_of(hops, rows, run), overhead)


def refuse_if_busy(calibration):
    """Raise :exc:`ScenarioError` where the machine had too much else to do."""
    if calibration.too_busy:
        raise ScenarioError([Problem("", calibration.why_not)])


def _are_calls(run):
    return np.array([place.is_call for place in run.tables.places])[run.tables.rows["place"]]


def _has_branches(run, service):
    """Whether a handler waits for several things at once, so that its own time cannot be told by subtraction."""
    return any(step.together for step in run.scenario.services[service].handle)


def _or_nothing(times):
    return np.where(np.isnan(times), 0.0, times)


def _middle_of(hops, rows, run):
    """The median of the times of all hops: in an outage some messages wait for the other end to come back."""
    times = np.concatenate(hops)
    delivered = np.array([place.is_delivery for place in run.tables.places])[rows["place"]]
    times[: len(delivered)][delivered] = np.nan  # at the broker they are ready when they are born
    return float(np.nanmedian(times)) if np.isfinite(times).any() else float("nan")


def _in_ms(seconds):
    return f"{seconds * 1e3:.2f} ms"


def _written(seconds):
    return f"{seconds * 1e6:.3f}us"
