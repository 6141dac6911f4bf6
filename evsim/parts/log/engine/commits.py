"""Deliveries of a log that do not settle as the plain one does: a commit before the work, partitions with owners."""

from typing import Any

from evsim.engine.attempts import obligation
from evsim.engine.delivery import Delivery
from evsim.results.endings import Outcome

__all__ = ["EarlyCommitDelivery", "OwnedDelivery", "OwnedEarlyCommitDelivery"]


class _Early:
    """The commit leaves when the work begins."""

    acknowledge: Any
    kernel: Any
    subscriber: Any
    unless_copy: Any

    def begin(self, first):
        acknowledge, records, env = self.acknowledge, self.kernel.records, self.kernel.env

        def commit(row):
            records.note(records.replies, row, env._now)
            acknowledge(row)

        commit = self.unless_copy(commit)

        def begin(row):
            commit(row)
            first(row)

        return begin

    def after_work(self):
        return (self.subscriber.worked,)

    def has_begun(self, row):
        return self.kernel.records.rows.started[row] >= 0


class EarlyCommitDelivery(_Early, Delivery):
    """What fails or dies after it has begun is not done again: it is lost."""

    def failed(self, row):
        self.subscriber.dead(row)

    def died(self, row):
        if self.has_begun(row):
            self.subscriber.dead(row)
        else:
            super().died(row)


class OwnedDelivery(Delivery):
    """The lease ends when the member loses its partition: what it still does is real, and settles nothing.

    A way back to the last commit is no failure: only failures count towards the attempts that are allowed.
    """

    def __init__(self, kernel, place, subscriber):
        self.failures = {}  # first row of an obligation -> how often it failed
        super().__init__(kernel, place, subscriber)

    def after_work(self):
        return super().after_work() if self.subscriber.commits_at_once else (self.subscriber.worked,)

    def tries(self, row):
        first = obligation(self.kernel.records.rows, row)
        self.failures[first] = count = self.failures.get(first, 0) + 1
        return count

    def failed(self, row):
        if row in self.subscriber.stale:
            self.subscriber.stale_ended(row)
        else:
            self._failed(row)

    def died(self, row):
        if row in self.subscriber.stale:
            self.subscriber.stale_ended(row)
        else:
            self.subscriber.holder_died(row)

    def _lost(self, row):
        super()._lost(row)
        self.subscriber.lost_on_the_way(row)

    def withdrawn(self, row):
        """The instance stopped before it began."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, self.kernel.env._now
        self.died(row)

    def has_begun(self, row):
        """Whether the commit has left."""
        return False

    def go_back(self, row, verdict):
        """The lease of a row ends without success; the row of its next attempt."""
        self._settle(row, verdict)
        return self._next(row)


class OwnedEarlyCommitDelivery(_Early, OwnedDelivery):
    """Partitions with owners, and what fails or dies after it has begun is lost."""

    def _failed(self, row):
        self.subscriber.dead(row)
