"""Recount of effects that are made only where nothing changed since a read: versions are counted again."""

import numpy as np

from evsim.results.endings import Outcome, Reason, Verdict
from evsim.scenario.handlers import walk

__all__ = ["CHECKS"]


def unchanged(books):
    """Who wrote had read the last version, and who was refused had not."""
    rows, reads = books.rows, books.run.records.reads
    if not reads:
        return
    mine, seen, history = _written(books.run), {}, {}  # (row, name) -> versions; (name, key) -> when it was made
    for _, row, name, version in reads:
        seen.setdefault((row, name), []).append(version)
    for row, name, time in _effects(books):
        made = history.setdefault((name, books.key_of(row)), [])
        if name in mine[rows["place"][row]]:
            known = len(made) in seen.get((row, name), ())
            books.demand([known], f"{name} was written over what was not read", [row])
        made.append(time)
    failed = (rows["reason"] == Reason.CONFLICT) & (rows["outcome"] == Outcome.FAILED)
    told = (books.kinds == "call") & (rows["reason"] == Reason.CONFLICT) & (rows["verdict"] != Verdict.DONE)
    failed[rows["parent"][told]] = False  # they were refused by whom they called
    for row in np.flatnonzero(failed).tolist():
        read = [name for name in mine[rows["place"][row]] if (row, name) in seen]
        later = [history.get((name, books.key_of(row)), [])[seen[row, name][-1] :] for name in read]
        changed = any(times and times[0] <= rows["ended"][row] for times in later)
        books.demand([changed or not read], "refused for a conflict, and nothing had changed", [row])


def _written(run):
    """For each place: the names of the effects that its handler makes if they are unchanged."""
    handles = [run.scenario.services[place.service].handle for place in run.tables.places]
    return [{step.name for _, step, _ in walk(handle) if step.effects and "if_unchanged" in step.policies}
            for handle in handles]  # fmt: skip


def _effects(books):
    """(row, name, time) of all effects, in the order in which they were made."""
    columns = books.run.tables.effects
    names = [books.run.tables.effect_names[code].written for code in columns["name"].tolist()]
    return zip(columns["row"].tolist(), names, columns["time"].tolist(), strict=True)


CHECKS = (unchanged,)
