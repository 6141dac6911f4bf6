"""Runs of corners of parts of which the first moments are not measured, where much happens at the same moment: records,
every figure, and what parts draw."""

from pathlib import Path

import pandas as pd

from evsim import Scenario
from evsim.parts.pollers.audit import ways
from evsim.parts.window.step_history import histories
from tests.house.same_records import fingerprint
from tests.snapshots.telling import written
from tests.snapshots.texts import rounded, table, tried

__all__ = ["MEASURED_PARTS"]

FILE = Path(__file__).with_suffix(".yaml")
TABLES = ("incidents", "services", "channels", "partitions", "phases")
MOMENT, BEGIN, END = 1.75, 1.0, 2.0  # of a picture that is asked for a part of a run


def _scenarios():
    for text in FILE.read_text(encoding="utf-8").split("\n---\n"):
        yield Scenario.from_yaml(text)


def _told():
    for scenario in _scenarios():
        run, name = scenario.run(), scenario.name
        yield f"{name}: records", fingerprint(run)
        yield f"{name}: words", "\n".join(map(str, (*run.warnings, tried(run.audit), tried(run.theory))))
        yield f"{name}: summary", table(pd.Series(run.summary()))
        yield from ((f"{name}: {each}", table(getattr(run, each))) for each in TABLES)
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
