"""Runs whose figures, after a warm-up, differ by each kind of thing that may be counted wrongly: records and tables."""

from pathlib import Path

import numpy as np
import pandas as pd

from evsim.results.downtime import downtimes
from evsim.results.outcomes import CustomerOutcomes
from tests.house.same_records import fingerprint
from tests.snapshots.runs.systems import brief, scenarios_of
from tests.snapshots.texts import table, tried

__all__ = ["RUN_FIGURES"]

FILE = Path(__file__).with_suffix(".yaml")
TABLES = ("services", "channels", "partitions", "phases")
FRAMES = ("requests", "spans", "ledger", "effects")
LAST = 3  # requests whose way is told
MOMENTS = (1.25, 2.0, 2.0625)  # in seconds


def _told(scenario):
    run = scenario.run()
    yield "records", fingerprint(run)
    yield "words", "\n".join(map(str, (*run.warnings, tried(run.audit))))
    yield "figures", "\n".join([table(pd.Series(run.summary())), *(table(getattr(run, name)) for name in TABLES)])
    yield from ((name, table(getattr(run, name))) for name in FRAMES)
    yield "traces", "\n\n".join(str(run.trace(number, name)) for name, number in _chosen(run))
    yield "customers", "\n".join(_customers(run))
    yield "messages", "\n".join(_messages(run))
    yield "instances", "\n".join(_instances(run))
    yield "summary records", tried(brief, scenario)
    if any(channel.breaks for channel in scenario.channels.values()):
        yield "pipeline", f"{run.pipeline} {run.pipeline.statuses} {run.pipeline.pipefail}"


def _customers(run):
    """What is said of each, in the end and as things stood at some moments; and how many are alike."""
    for at in (None, *MOMENTS):
        told = CustomerOutcomes.of(run, at)
        everybody = np.arange(len(told.told))
        odd = [(name, int(who.sum())) for name, (_, who) in told.odd_kinds().items()]
        yield f"{at}: {told.alike(everybody)} {odd}"
        yield from map(told.words, everybody.tolist())


def _messages(run):
    for number in range(len(run.tables.messages["published"])):
        sendings = [(each.sent, each.arrived, each.fate, each.told) for each in run.tables.sendings[number]]
        yield f"{number}: {sendings} {run.tables.sendings.confirmed_from(number)}"
    yield f"{run.tables.causes} {run.tables.row_items.tolist()}"


def _instances(run):
    for name, its in run.tables.capacity.items():
        there = [(its.at(at), its.instances(at)) for at in MOMENTS]
        yield f"{name}: {its.count} {its.most} {there} {downtimes(run, name)}"


def _chosen(run):
    """Some requests of each workload, from the middle on."""
    for name, its in run.requests.groupby("workload", sort=False):
        yield from ((name, number) for number in its["request"].tolist()[len(its) // 2 :][:LAST])


def _runs():
    for scenario in scenarios_of(FILE):
        yield from ((f"{scenario.name}: {what}", told) for what, told in _told(scenario))


RUN_FIGURES = {"figures of runs": _runs}
