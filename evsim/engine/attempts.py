"""Attempts: further rows for an obligation, which shares its own row with the first; each has luck of its own."""

from evsim.engine.random_streams import Label
from evsim.results.records import Verdict

__all__ = ["copy_of", "next_attempt", "obligation"]


def obligation(rows, row):
    """The row of the obligation of an attempt: that of its first attempt."""
    return row if rows.first[row] < 0 else rows.first[row]


def copy_of(system, row):
    """A second row for the attempt `row`, made by the link: it is worked like the first, and settles nothing."""
    rows = system.records.rows
    copied = rows.new()
    for column in (rows.place, rows.round, rows.parent, rows.attempt):
        column[copied] = column[row]
    rows.first[copied] = obligation(rows, row)
    rows.luck[copied] = system.luck.later(rows.luck[row], Label.COPY())
    rows.born[copied] = system.env._now
    rows.verdict[copied] = Verdict.COPY
    return copied


def next_attempt(system, row):
    """A new row for another attempt at the obligation of `row`, born now."""
    rows = system.records.rows
    following = rows.new()
    number = max(rows.attempt[row], 1) + 1
    first = obligation(rows, row)
    rows.place[following], rows.round[following] = rows.place[row], rows.round[row]
    rows.parent[following], rows.first[following] = rows.parent[row], first
    rows.attempt[following] = number
    label = Label.ATTEMPT(number, system.places[rows.place[row]].level)
    rows.luck[following] = system.luck.later(rows.luck[first], label)
    rows.born[following] = system.env._now
    return following
