"""Work that was tried again, and work for nothing: what they follow from is followed down the calls and messages."""

import numpy as np

from evsim.results.batches import followers
from evsim.results.endings import Outcome, Reason, Verdict
from evsim.results.obligations import deleted_late
from evsim.ticks import elapsed

__all__ = ["amplifications", "caused_by_retries", "held_time", "retried", "wasted_share", "wasted"]


def wasted(run):
    """For each row: whether its work was for nothing: nobody took its result, or that of the work which asked for it.

    Nobody takes what failed, died, was given up or was taken from its holder; of a delivery that was acknowledged
    early, the work has to end well too. A no to whoever comes second (a unique effect) is a result. Work for a message
    is not for nothing because its sender's was.
    """
    rows = run.tables.rows
    called, delivered = _kinds(run.tables)
    taken = rows["verdict"] == Verdict.DONE
    taken[delivered] &= rows["outcome"][delivered] == Outcome.OK
    taken |= rows["reason"] == Reason.TAKEN
    taken[deleted_late(rows)[1]] = True
    return _followed(~taken & (rows["outcome"] != Outcome.OPEN), called, rows["parent"])


def retried(rows):
    """For each row: whether it is an attempt beyond the first.

    A copy is none, nor is what was visible again and nobody received before it was deleted.
    """
    return (rows["attempt"] > 1) & (rows["verdict"] != Verdict.COPY) & (rows["reason"] != Reason.LATE_DELETE)


def wasted_share(run, held):
    """The share of the worker time that rows `held`, of work that has ended, that was for nothing."""
    total = held.sum()
    return float(held[wasted(run)].sum() / total) if total else 0.0


def held_time(run, counted):
    """For each row, the worker time that it held (s), where it is `counted` and has ended; else 0."""
    rows = run.tables.rows
    held = elapsed(rows["ended"], rows["started"])
    held[np.isnan(held) | ~counted | followers(run)] = 0.0
    return held


def caused_by_retries(tables):
    """For each row: whether it would not be there without retries: it is one, or whoever asked for it, or sent it, was.

    Copies and dead letters follow from what their message does.
    """
    rows, messages = tables.rows, tables.messages
    again = retried(rows)
    if not again.any():
        return again
    called, delivered = _kinds(tables)
    sender = messages["cause"].copy()
    for message in np.flatnonzero(messages["origin"] >= 0).tolist():  # after what they come from
        sender[message] = sender[messages["origin"][message]]
    above = np.where(called, rows["parent"], -1)
    above[delivered] = sender[rows["parent"][delivered]]
    return _followed(again, above >= 0, above)


def amplifications(run, counted):
    """service -> of `counted` rows, attempts at it for each that would be there without retries; NaN if none would."""
    place, counted = run.tables.rows["place"], counted & (run.tables.rows["reason"] != Reason.LATE_DELETE)
    alone = counted & ~run.tables.caused_by_retries
    names = list(run.scenario.services)
    service = np.array([names.index(each.service) for each in run.tables.places] + [len(names)])[place]
    every, without = (np.bincount(service[rows], minlength=len(names)).tolist() for rows in (counted, alone))
    return {name: every[code] / without[code] if without[code] else float("nan") for code, name in enumerate(names)}


def _kinds(tables):
    """For each row: whether it is a call, whether it is a delivery."""
    kinds, place = np.array([place.kind for place in tables.places] + ["delivery"]), tables.rows["place"]
    return (kinds == "call")[place], (kinds == "delivery")[place]


def _followed(marked, follows, above):
    """`marked`, and every row that `follows` the one `above` it, down from there."""
    marked, lower = marked.copy(), np.flatnonzero(follows)
    while len(lower):
        lower = lower[~marked[lower]]
        new = marked[above[lower]]
        if not new.any():
            break
        marked[lower[new]] = True
    return marked
