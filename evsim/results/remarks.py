"""Remarks: what is noted during an attempt, by who works on it. They stand among the incidents, with a row as detail.

Of a call that is not tried again the incident has the row of the call: it is its caller who notes that.
"""

from dataclasses import dataclass
from functools import cache

from evsim.registry import modules

__all__ = ["NO_RETRY", "Remark", "remarks", "sentences"]

NO_RETRY = "no retry: budget spent"
_OURS = {NO_RETRY: "no other attempt: the retry budget is spent"}


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
    return _OURS | {kind: words for part in modules("words") for kind, words in part.REMARKS.items()}


def remarks(run):
    """The remarks of a run, in order of time."""
    known, parent, found = sentences(), run.rows["parent"], []
    for time, kind, _, about in run.records.incidents:
        if kind in known:
            row = int(parent[about]) if kind == NO_RETRY else about
            found.append(Remark(time, row, kind, known[kind], about))
    return found
