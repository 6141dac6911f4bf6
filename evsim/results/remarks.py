"""Remarks: what is noted during an attempt, by who works on it. They stand among the incidents, with a row as detail.

What a caller notes of one of its calls has the row of the call there: the part names such kinds in ``BY_CALLERS``.
"""

from dataclasses import dataclass
from functools import cache

from evsim.registry import modules

__all__ = ["Remark", "by_callers", "remarks", "sentences"]


@dataclass(frozen=True)
class Remark:
    """What was noted in the attempt `row` at `time` (seconds): its `kind`, and the same in `words` for readers.

    about: the call of `row` that it is about, or `row` itself.
    """

    time: float
    row: int
    kind: str
    words: str
    about: int


@cache
def sentences():
    """kind of remark -> words for readers, of all parts."""
    return {kind: words for part in modules("words") for kind, words in part.REMARKS.items()}


@cache
def by_callers():
    """The kinds of remarks that a caller makes, of one of its calls."""
    return frozenset().union(*(getattr(part, "BY_CALLERS", ()) for part in modules("words")))


def remarks(run):
    """The remarks of a run, in order of time."""
    known, calls, parent, found = sentences(), by_callers(), run.tables.rows["parent"], []
    for time, kind, _, about in run.records.incidents:
        if kind in known:
            row = int(parent[about]) if kind in calls else about
            found.append(Remark(time, row, kind, known[kind], about))
    return found
