"""Runs of corners of parts of which records, figures and what the audit says are told, and no pictures; and windows
that many events meet at their very edges."""

from itertools import product
from pathlib import Path
from random import Random
from unittest.mock import patch

import pandas as pd

from evsim.parts.log.engine import group
from evsim.parts.window.aggregates import AGGREGATES
from evsim.parts.window.windows import Rules, Windows
from tests.house.same_records import fingerprint
from tests.snapshots.runs.systems import scenarios_of
from tests.snapshots.texts import table, tried

__all__ = ["SHORT_RUNS", "told_of_run"]

FILE = Path(__file__).with_suffix(".yaml")
TABLES = ("incidents", "services", "channels", "partitions")


def told_of_run(name, run):
    """(what, text) of what is counted in a run, and of what is said of it."""
    yield f"{name}: records", fingerprint(run)
    yield f"{name}: words", "\n".join(map(str, (*run.warnings, tried(run.audit), tried(run.theory))))
    yield f"{name}: summary", table(pd.Series(run.summary()))
    yield from ((f"{name}: {each}", table(getattr(run, each))) for each in TABLES)


def _runs():
    scenarios = list(scenarios_of(FILE))
    for scenario in scenarios:
        yield from told_of_run(scenario.name, scenario.run())
    with patch.object(group, "MANY", 2):  # partitions are many
        yield from told_of_run("the last one, frugal", scenarios[-1].run())


def _windows():
    """The panes of windows of one stream of whole times, by all rules that may differ."""
    chance = Random(1)
    events = [(chance.choice("ab"), max(0, number + chance.randint(-9, 2))) for number in range(60)]
    kinds = (("tumbling", 5, 0, 1), ("sliding", 6, 2, 0), ("session", 3, 0, 0))
    for kind, lateness, (early, late), on_time in product(
        kinds, (0, 4), ((None, 1), (2, 2), (1, None)), ("always", "if_new", "never")
    ):
        for one, other in ((True, False), (False, True)):
            rules = Rules(
                kind[0], kind[1], kind[2], kind[3], lateness, early, late,
                discarding=one, on_time=on_time, joins=other, late_joins=one,
            )  # fmt: skip
            yield f"windows of {rules}", str(_panes(Windows(rules, AGGREGATES["sum"]), events))


def _panes(windows, events):
    told, latest = [], 0
    for number, (key, time) in enumerate(events):
        late, panes = windows.add(key, time, number, number)
        latest = max(latest, time)
        if number % 3 == 0:
            panes += windows.advance(latest - 2)
        if number % 7 == 0:
            panes += windows.show_new()
        told += [
            late,
            *((each.window.key, each.window.start, each.window.end, each.kind, each.value) for each in panes),
        ]
    return told, len(windows)


SHORT_RUNS = {"short runs": _runs, "windows at their edges": _windows}
