"""Batches: messages of one partition that a member takes and works on together, as a batch.

The first message of a batch *leads*: it travels, waits for a worker, has the luck, and ends; the others share its
times and its fate. Each has a row, an effect and a commit of its own.
"""

from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.commits import OwnedDelivery
from evsim.results.records import Outcome, Verdict

__all__ = ["BatchDelivery"]


class BatchDelivery(OwnedDelivery):
    """The edge of a group that reads in batches; ``subscriber.batches`` has the followers of each leader."""

    @property
    def batches(self):
        return self.subscriber.batches

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
        followers = self._share(leader)
        self.subscriber.worked(leader, followers)
        if self.subscriber.commits_at_once:
            for row in (leader, *followers):
                self.acknowledge(row)

    def _share(self, leader):
        """The followers of a leader whose work is over end as it did; they are its followers no more."""
        rows = self.kernel.records.rows
        followers = self.subscriber.batches.pop(leader, ())
        for row in followers:
            rows.outcome[row], rows.ended[row] = rows.outcome[leader], rows.ended[leader]
            rows.reason[row] = rows.reason[leader]
        return followers

    def failed(self, leader):
        """A batch fails as a whole."""
        batch = leader, *self._share(leader)
        if leader in self.subscriber.stale:
            self.subscriber.stale_ended(leader)
            return
        number = self.tries(leader)
        for row in batch:
            if number < self.attempts:
                self._settle(row, Verdict.GIVEN_BACK)
            else:
                self.give_up(row)
        if number < self.attempts:
            self.kernel.attempts.backing_off += len(batch)
            delay = self.backoff(leader, number)
            self.kernel.env.call_in(delay, self._all_again, batch, TIMEOUT)
            self.subscriber.backs_off(leader, delay)
        else:
            self.subscriber.dead(leader)

    def _copy(self, leader):
        copied, records = super()._copy(leader), self.kernel.records
        followers = self.batches[copied] = [self.kernel.attempts.copy(row) for row in self.batches.get(leader, ())]
        for row in followers:
            records.rows.ready[row] = records.rows.leased[row] = self.kernel.env._now
            records.batches.append((row, copied))
        return copied

    copy_ended = _share

    def _all_again(self, batch):
        self.kernel.attempts.backing_off -= len(batch)
        for row in reversed(batch[1:]):
            self.subscriber.put(self._next(row))
        self.subscriber.back(self._next(batch[0]))

    def died(self, leader):
        if leader in self.subscriber.stale:
            self._share(leader)
        elif self.kernel.records.rows.outcome[leader] != Outcome.LOST:
            self.subscriber.batches[leader] = self._share(leader)
        super().died(leader)

    def _lost(self, leader):
        super()._lost(leader)
        self.subscriber.batches[leader] = self._share(leader)
