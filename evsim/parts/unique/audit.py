"""Recount of unique effects: one for each key at most, and nobody was refused whose key was free."""

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario.handlers import walk

__all__ = ["CHECKS"]


def unique(books):
    run, rows, effects = books.run, books.rows, books.run.tables.effects
    written = {name: _unique_effects(service.handle) for name, service in run.scenario.services.items()}
    names = set().union(*written.values())
    if not names:
        return
    first, until = {}, {}  # (name, key) -> when it was taken, and when it was free again
    columns = (*(effects[each].tolist() for each in ("row", "name", "time")), run.tables.undone.tolist())
    for row, code, time, undone in zip(*columns, strict=True):
        name = run.tables.effect_names[code].written
        if name in names:
            entry = name, books.key_of(row)
            free = until.get(entry, -np.inf) <= time
            books.demand([free], f"{name} is unique, and was made twice for one key", [row])
            first.setdefault(entry, time)
            until[entry] = np.inf if undone != undone else undone
    failed = (rows["reason"] == Reason.TAKEN) & (rows["outcome"] == Outcome.FAILED)
    failed[rows["parent"][(books.kinds == "call") & (rows["verdict"] == Verdict.DECLINED)]] = False  # they were told no
    for row in np.flatnonzero(failed).tolist():
        mine = written[run.tables.places[rows["place"][row]].service]
        if mine:
            times = [first.get((name, books.key_of(row)), np.inf) for name in mine]
            books.demand([min(times) <= rows["ended"][row]], "refused as taken, and the key was free", [row])


def _unique_effects(handle):
    return {step.name for _, step, _ in walk(handle) if step.effects and "unique" in step.policies}


CHECKS = (unique,)
