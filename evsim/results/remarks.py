"""Remarks: what a part notes about one attempt. They stand among the incidents, with the row as their detail."""

from dataclasses import dataclass
from functools import cache

from evsim.registry import modules

__all__ = ["NO_RETRY", "Remark", "remarks", "sentences"]

NO_RETRY = "no retry: budget spent"
_OURS = {NO_RETRY: "no other attempt: the retry budget is spent"}


@dataclass(frozen=True)
class Remark:
    """What a part noted of the attempt `row` at `time` (seconds): its `kind`, and the same in `words` for readers."""

    time: float
    row: int
    kind: str
    words: str


@cache
def sentences():
    """kind of remark -> words for readers, of all parts."""
    return _OURS | {kind: words for part in modules("words") for kind, words in part.REMARKS.items()}


def remarks(run):
    """The remarks of a run, in order of time."""
    known = sentences()
    return [Remark(time, row, kind, known[kind]) for time, kind, _, row in run.records.incidents if kind in known]
