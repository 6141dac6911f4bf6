"""Obligations: of each thing that was to be done, its first attempt and its last one."""

import numpy as np

from evsim.results.endings import Reason, Verdict
from evsim.results.table import NUMBERS

__all__ = ["deleted_late", "last_attempts"]


def last_attempts(rows):
    """For each row that is an obligation: (its rows, the rows of their last attempts; no copies of the link's)."""
    first = rows["first"]
    obligations = np.flatnonzero(first < 0).astype(NUMBERS)
    last = np.arange(len(first), dtype=NUMBERS)
    later = np.flatnonzero((first >= 0) & (rows["verdict"] != Verdict.COPY))
    last[first[later]] = later  # attempts are born in order, so the last one written wins
    return obligations, last[obligations]


def deleted_late(rows):
    """(what was visible again and never received, the attempts before whose late acknowledgements settled it)."""
    never = np.flatnonzero(rows["reason"] == Reason.LATE_DELETE)
    if not len(never):
        return never, never
    number = np.maximum(rows["attempt"], 1)
    owner = np.where(rows["first"] < 0, np.arange(len(number)), rows["first"])
    theirs = np.flatnonzero(np.isin(owner, owner[never]) & (rows["verdict"] != Verdict.COPY))
    found = dict(zip(zip(owner[theirs].tolist(), number[theirs].tolist(), strict=True), theirs.tolist(), strict=True))
    pairs = zip(owner[never].tolist(), (number[never] - 1).tolist(), strict=True)
    return never, np.array([found[pair] for pair in pairs])
