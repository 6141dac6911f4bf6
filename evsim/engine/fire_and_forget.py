"""One way: messages that nobody acknowledges and nobody sends again, as on a bus or a pipe.

What is handed over is gone from the channel. It ends when its handling ends, or at once where it is lost.
"""

from typing import Any

from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["FireAndForget", "lose"]


def lose(rows, row, outcome, reason, now):
    """The message of `row` never came to be handled."""
    rows.outcome[row], rows.reason[row], rows.ended[row] = outcome, reason, now
    if rows.verdict[row] != Verdict.COPY:
        rows.verdict[row], rows.settled[row] = Verdict.LOST, now


class FireAndForget:
    """The edge of one place that gets such messages.

    freed: called with the row whose handling has ended, well or not, to give its credit back; None where there is none.
    """

    batches = reported = None  # nothing is read in batches
    arrived: Any  # what brings a row to its inbox
    answer = None  # a reply has nobody to go to
    settling = frozenset()  # nothing that comes later can settle a row

    def __init__(self, kernel, place, refusable, freed=None):
        self.kernel, self.place, self.refusable, self.freed = kernel, place, refusable, freed
        self.copying = any(fault.does.copies for fault in kernel.scenario.faults)
        self.inbound = set()  # heap functions that bring a row to the inbox
        self.ended = (self._done(),) if freed is None else (self._done(), freed)

    def tune(self):
        """Nothing is tried again, however often somebody would."""

    def _done(self):
        rows, env = self.kernel.records.rows, self.kernel.env
        settled, verdict, good = rows.settled, rows.verdict, Verdict.DONE

        def done(row):
            settled[row] = env._now
            verdict[row] = good

        def done_unless_copy(row):
            if verdict[row] != Verdict.COPY:
                done(row)

        return done_unless_copy if self.copying else done

    def copy(self, row):
        """What the link makes of a row besides: it settles nothing."""
        rows, copied = self.kernel.records.rows, self.kernel.attempts.copy(row)
        rows.ready[copied] = rows.leased[copied] = self.kernel.env._now
        return copied

    def begin(self, entry):
        """What a row does when it gets a worker, given its handler."""
        return entry

    def failed(self, row):
        """The handler failed, or died."""
        rows = self.kernel.records.rows
        if rows.verdict[row] != Verdict.COPY:
            rows.verdict[row], rows.settled[row] = Verdict.LOST, self.kernel.env._now
        if self.freed is not None:
            self.freed(row)

    died = failed

    def refuse(self, row, reason):
        """The inbox does not take it."""
        lose(self.kernel.records.rows, row, Outcome.REFUSED, reason, self.kernel.env._now)

    def lost(self, row):
        """The link lost it."""
        lose(self.kernel.records.rows, row, Outcome.LOST, Reason.LINK, self.kernel.env._now)
