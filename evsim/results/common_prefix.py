"""Two runs with the same past: where their records part, and the proof that they are the same before."""

from dataclasses import dataclass

import numpy as np

from evsim.counting import digits
from evsim.results.endings import Fate

__all__ = ["PrefixError", "Shared", "common_prefix"]

# A column is certain by the time named here; one that is not named, when the entry is over. A table that is not named
# has a time, and is certain at once.
BORN = {"rows": "born", "messages": "published", "instances": "born"}
OVER = {"rows": ("ended", "settled"), "messages": ("acknowledged",), "instances": ("ended",)}
CERTAIN = {
    "rows": {"parent": "born", "first": "born", "attempt": "born", "worker": "started", "outcome": "ended",
             "verdict": "settled"},
    "messages": {"channel": "published", "key": "published", "partition": "published", "route": "published",
                 "cause": "published", "origin": "published", "offset": "appended"},
    "instances": {"service": "born", "instance": "born"},
}  # fmt: skip
# Lists of (time, ...), each entry certain at its time; of checkpoints and of what waits for credit, more comes later,
# and a pane is there when its message is.
LISTS = (
    "incidents", "removals", "shown", "uncommitted", "ownership", "reads", "decisions", "events", "panes", "watermarks",
    "resets", "checkpoints", "pressed", "pollers",
)  # fmt: skip


class PrefixError(AssertionError):
    """The past of a branch is not that of its run. The message names the first difference."""


@dataclass(frozen=True)
class Shared:
    """What two runs have in common up to the moment ``at`` (s): how many of each table's first entries.

    The first ``rows`` rows, ``messages``, ``effects`` and ``incidents`` were there before ``at`` in both runs.
    What comes after them, and what became of those that were still open, may differ.
    """

    at: float
    rows: int
    messages: int
    effects: int
    incidents: int


def common_prefix(run, other, at):
    """The :class:`Shared` past of two runs up to `at`; :exc:`PrefixError` if their records differ before.

    The past is what a run that ends at `at` has written. An entry is in it if it was born before `at`, a time
    if it lies before `at`, any other column if it was certain before `at` (an outcome is when the work has
    ended). So a row that was open at `at` has the same beginning in both runs, and in each its own end. A
    fault at `at` comes before everything else at that moment: nothing that happens at `at` is past.
    """
    counts = {name: _same_table(name, run, other, at) for name in run.records.tables}
    many = {name: _same_list(name, run, other, at) for name in LISTS}
    return Shared(at, counts["rows"], counts["messages"], counts["effects"], many["incidents"])


def _same_list(name, run, other, at):
    """How many entries of a list of (time, ...) two runs share before `at`."""
    known = KNOWN.get(name, lambda entry, at: entry)
    these, those = (
        [known(each, at) for each in getattr(one.records, name) if _written(name, each, one) < at]
        for one in (run, other)
    )
    for number, (this, that) in enumerate(zip(these, those, strict=False)):
        if this != that:
            raise PrefixError(_difference(at, f"{name} {number}", this, that))
    if len(these) != len(those):
        raise PrefixError(_difference(at, f"number of {name}", len(these), len(those)))
    return len(these)


def _written(name, entry, run):
    """When an entry of a list was written down."""
    return run.tables.messages["published"][entry[1]] if name == "panes" else entry[0]


def _known_checkpoint(entry, at):
    """What is certain of a checkpoint before `at`: how much it has, as soon as its barriers have come together."""
    began, aligned, done, service, seen = entry
    return began, service, (aligned, seen) if aligned < at else None, done if done < at else None


def _known_wait(entry, at):
    """What is certain before `at` of work that waits for credit."""
    began, ended, row = entry
    return began, row, ended if ended < at else None


KNOWN = {"checkpoints": _known_checkpoint, "pressed": _known_wait}


def _same_table(name, run, other, at):
    """How many entries of a table two runs share before `at`."""
    these, those = (_columns(name, one) for one in (run, other))
    born = BORN.get(name, "time")
    here, there = (int((columns[born] < at).sum()) for columns in (these, those))
    if here != there:
        raise PrefixError(_difference(at, f"number of {name}", here, there))
    known = {time: _known(these, those, (time,), here, at) for time in these if these[time].dtype.kind == "f"}
    over = _known(these, those, OVER.get(name, ("time",)), here, at)
    for column in these:
        this, that = these[column][:here], those[column][:here]
        if column in known:
            this, that = (np.where(times < at, times, np.inf) for times in (this, that))
            differs = this != that
        else:
            differs = (this != that) & known.get(CERTAIN.get(name, {}).get(column), over)
        if (name, column) == ("messages", "appended"):
            differs[[message for message in _taken_back(run, other, at) if message < here]] = False
        if (name, column) == ("messages", "fate"):  # what was kept may be lost with its leader at any time
            differs &= (this != Fate.TRUNCATED) & (that != Fate.TRUNCATED)
        if differs.any():
            row = int(differs.argmax())
            what = f"{column} of {name.removesuffix('s')} {row}"
            raise PrefixError(_difference(at, what, this[row], that[row]))
    return here


def _columns(name, run):
    """The columns of a table, with the request of each entry where that is known."""
    with_request = {"rows": run.tables.rows, "messages": run.tables.messages}
    return with_request.get(name) or getattr(run.records, name).columns()


def _known(these, those, times, count, at):
    """For each of the first entries: whether all of these times lie before `at` in both runs."""
    known = np.ones(count, dtype=bool)
    for columns in (these, those):
        for time in times:
            known &= columns[time][:count] < at
    return known


def _taken_back(run, other, at):
    """Messages that a log had before `at` and then refused after all, in either run: it lost them with its leader."""
    told = [incident for each in (run, other) for incident in each.records.incidents]
    return {message for time, kind, _, message in told if kind == "message refused" and time >= at}


def _difference(at, what, this, that):
    """One sentence about a difference."""
    return f"the past before {digits(at)} s is not the same: {what}: {this} in the run, {that} in its branch"
