"""Runs of corners of parts of which the first moments are not measured, where much happens at the same moment: records,
every figure, and what parts draw."""

from pathlib import Path

from evsim.parts.pollers.audit import ways
from evsim.parts.window.step_history import histories
from tests.snapshots.runs.short_runs import told_of_run
from tests.snapshots.runs.systems import scenarios_of
from tests.snapshots.telling import written
from tests.snapshots.texts import rounded, table

__all__ = ["MEASURED_PARTS"]

FILE = Path(__file__).with_suffix(".yaml")
MOMENT, BEGIN, END = 1.75, 1.0, 2.0  # of a picture that is asked for a part of a run


def _told():
    for scenario in scenarios_of(FILE):
        run, name = scenario.run(), scenario.name
        yield from told_of_run(name, run)
        yield f"{name}: phases", table(run.phases)
        yield from ((f"{name}: {what}", rounded(written(scene))) for what, scene in _pictures(run))


def _pictures(run):
    """(what, picture) of each window, and of those who poll for each function."""
    for each in histories(run):
        yield f"windows of {each.name}", run.plot.scene("windows", service=each.name)
        yield f"windows of {each.name} by then", run.plot.scene("windows", service=each.name, until=MOMENT)
        yield f"workers of {each.name}", run.plot.scene("backpressure", service=each.name)
        yield (
            f"workers of {each.name} for a time",
            run.plot.scene("backpressure", service=each.name, begin=BEGIN, end=END),
        )
    for channel, service, _ in ways(run):
        yield f"pollers of {channel} for {service}", run.plot.scene("pollers", channel=channel, service=service)


MEASURED_PARTS = {"measured parts": _told}
