"""Work that was tried again, and work whose result nobody took."""

from evsim.results.endings import Outcome, Reason, Verdict
from tests.figures.averages import NONE

__all__ = ["amplifications", "wasted_work"]


def wasted_work(plain):
    """The share of worker time, held for counted customers by work that has ended, whose result nobody took."""
    held = lost = 0.0
    for row in plain.rows:
        if row.counted and row.leads == row.number and row.started is not None and row.ended is not None:
            held += row.ended - row.started
            lost += (row.ended - row.started) * _in_vain(plain, row)
    return lost / held if held else 0.0


def _in_vain(plain, row):
    taken = (row.verdict == Verdict.DONE or row.deleted_late) and (row.kind != "delivery" or row.outcome == Outcome.OK)
    if not taken and row.reason != Reason.TAKEN and row.outcome != Outcome.OPEN:
        return True
    return row.kind == "call" and _in_vain(plain, plain.rows[row.parent])


def amplifications(plain):
    """service -> counted attempts at it for each one that would be there without retries."""
    followed = {}
    found = {}
    for name in plain.scenario.services:
        mine = [row for row in plain.rows_at(name) if row.counted and (row.is_attempt or row.copy)]
        alone = sum(not _follows_from_a_retry(plain, row, followed) for row in mine)
        found[name] = len(mine) / alone if alone else NONE
    return found


def _follows_from_a_retry(plain, row, followed):
    if row.number not in followed:
        above = None
        if row.kind == "call":
            above = row.parent
        elif row.kind == "delivery":
            message = plain.messages[row.parent]
            while message.origin >= 0:  # copies of exchanges and dead letters: what the message itself follows from
                message = plain.messages[message.origin]
            above = message.cause
        again = row.attempt > 1 and row.is_attempt
        followed[row.number] = again or (
            above is not None and _follows_from_a_retry(plain, plain.rows[above], followed)
        )
    return followed[row.number]
