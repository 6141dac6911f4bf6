"""Attempts: further rows for an obligation, which shares its own row with the first; each has luck of its own."""

from evsim.engine.backoff import waits
from evsim.engine.random_streams import Label
from evsim.results.endings import Verdict
from evsim.results.records import LATER

__all__ = ["Attempts", "attempt_number", "obligation"]


def obligation(rows, row):
    """The row of the obligation of an attempt: that of its first attempt."""
    if rows.luck[row] < LATER:
        return row
    first = rows.first[row]
    return row if first < 0 else first


def attempt_number(rows, row):
    """Which attempt at its obligation a row is: 1, 2 ... Who has the luck of a request itself is the first."""
    return 1 if rows.luck[row] < LATER else max(rows.attempt[row], 1)


class Attempts:
    """Makes further rows. backing_off: how many deliveries wait for their next attempt."""

    def __init__(self, kernel):
        self.kernel, self.backing_off = kernel, 0

    def copy(self, row):
        """A second row for the attempt `row`, made by the link: it is worked like the first, and settles nothing."""
        rows = self.kernel.records.rows
        copied = next(rows.new)
        for column in (rows.place, rows.round, rows.parent, rows.attempt):
            column[copied] = column[row]
        rows.first[copied] = obligation(rows, row)
        rows.luck[copied] = self.kernel.streams.later(rows.luck[row], Label.COPY())
        rows.born[copied] = self.kernel.env._now
        rows.verdict[copied] = Verdict.COPY
        return copied

    def next(self, row):
        """A new row for another attempt at the obligation of `row`, born now."""
        kernel, rows = self.kernel, self.kernel.records.rows
        following, place, first = next(rows.new), rows.place[row], obligation(rows, row)
        number = attempt_number(rows, row) + 1
        rows.place[following], rows.parent[following] = place, rows.parent[row]
        rows.first[following], rows.attempt[following] = first, number
        if kernel.graph.cyclic:
            rows.round[following] = rows.round[row]
        label = Label.ATTEMPT(number, kernel.graph.places[place].level)
        rows.luck[following] = kernel.streams.later(rows.luck[first], label)
        rows.born[following] = kernel.env._now
        return following

    def backoff(self, retry, place):
        """How long to wait before another attempt at what is asked or handed out at a place."""
        rows, streams = self.kernel.records.rows, self.kernel.streams
        chances = streams.uniforms("back-off", place.workload, place.source, place.service, place.ordinal)
        return waits(retry, chances, rows, lambda row: rows.luck[obligation(rows, row)])

    def publishing_backoff(self, retry, site):
        """How long to wait before a message of a publish step is sent again."""
        messages, streams = self.kernel.records.messages, self.kernel.streams
        chances = streams.uniforms("back-off", *site.purpose)
        return waits(retry, chances, messages, lambda message: messages.luck[message])
