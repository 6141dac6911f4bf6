"""Batches: messages that one reader takes and works on together.

The first message of a batch *leads*: it travels, waits for a worker, has the luck, and ends; the others share its times
and its fate. Each has a row, an effect and a settlement of its own.
"""

from evsim.engine.delivery import Delivery
from evsim.results.endings import Reason

__all__ = ["BatchHandling"]


class BatchHandling(Delivery):
    """Of the edge of a reader that takes several: ``subscriber.batches`` has the followers of each leader."""

    def __init__(self, kernel, place, subscriber):
        super().__init__(kernel, place, subscriber)
        self.batches, self.reported = subscriber.batches, subscriber.item_failures
        self.blamed = {}  # who leads -> which of its batch failed, and all with it

    def begin(self, first):
        rows, batches = self.kernel.records.rows, self.subscriber.batches

        def begin(leader):
            for row in batches.get(leader, ()):
                rows.started[row], rows.worker[row] = rows.started[leader], rows.worker[leader]
            first(leader)

        return begin

    def after_work(self):
        return (self._worked,)

    def _worked(self, leader):
        """The work on a batch has ended well."""
        raise NotImplementedError

    def share(self, leader):
        """The followers of a leader whose work is over end as it did; they are its followers no more."""
        rows = self.kernel.records.rows
        followers = self.subscriber.batches.pop(leader, ())
        reason, blamed = rows.reason[leader], self.blamed.pop(leader, None)
        for row in followers:
            rows.outcome[row], rows.ended[row] = rows.outcome[leader], rows.ended[leader]
        for row in (leader, *followers):
            rows.reason[row] = reason if blamed in (None, row) else Reason.BATCH
        return followers

    def _copy(self, leader):
        copied, records = super()._copy(leader), self.kernel.records
        followers = self.batches[copied] = [self.kernel.attempts.copy(row) for row in self.batches.get(leader, ())]
        for row in followers:
            records.rows.ready[row] = records.rows.leased[row] = self.kernel.env._now
            records.batches.append((row, copied))
        return copied

    def copy_ended(self, leader):
        self.share(leader)

    def _lost(self, leader):
        super()._lost(leader)
        self.subscriber.batches[leader] = self.share(leader)
