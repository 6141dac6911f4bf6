"""Open work: what has not come to its end, and what was written down for a moment that was never reached."""

from evsim.results.endings import Fate, Outcome, Verdict

__all__ = ["OpenWork"]


class OpenWork:
    """What is open in a running system with these channels. rolled_back: rows settled eagerly, and too early."""

    def __init__(self, kernel, channels):
        self.kernel, self.channels, self.rolled_back = kernel, channels, []

    def count(self):
        """Leases, executions and messages under way that have not come to their end."""
        records, now = self.kernel.records, self.kernel.env._now
        row, message = records.rows.column, records.messages.column
        unfinished = row("verdict") == Verdict.OPEN
        unfinished |= row("outcome") == Outcome.OPEN
        unfinished |= row("settled") >= now
        unfinished &= row("born") >= 0  # the columns grow ahead of the rows
        under_way = message("fate") == Fate.OPEN
        under_way &= ~(message("appended") >= 0)
        under_way &= message("published") >= 0
        hidden = sum(len(channel.hidden()) for channel in self.channels.values())
        return int(unfinished.sum() + under_way.sum()) + hidden + self.kernel.attempts.backing_off

    def settled_eagerly(self):
        """Rows that were settled for a moment still to come."""
        return self._rows("settled")

    def _rows(self, moment):
        """The rows for which a moment is written down that is still to come."""
        rows = self.kernel.records.rows
        return rows.chosen(rows.column(moment) >= self.kernel.env._now)

    def roll_back(self):
        """Take back what was written down for a moment that this run did not reach."""
        rows = self.kernel.records.rows
        for row in self._rows("arrived").tolist():
            rows.arrived[row] = float("nan")
        self.rolled_back = self.settled_eagerly().tolist()
        for row in self.rolled_back:
            rows.settled[row], rows.verdict[row] = float("nan"), Verdict.OPEN
