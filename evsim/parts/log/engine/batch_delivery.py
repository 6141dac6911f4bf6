"""Batches of a log: messages of one partition that a member takes and works on together; each has its commit."""

from evsim.engine.batch_handling import BatchHandling
from evsim.engine.environment import TIMEOUT
from evsim.parts.log.engine.commits import OwnedDelivery
from evsim.results.endings import Outcome, Verdict

__all__ = ["BatchDelivery"]


class BatchDelivery(BatchHandling, OwnedDelivery):
    """The edge of a group that reads in batches."""

    def _worked(self, leader):
        followers = self.share(leader)
        self.subscriber.worked(leader, followers)
        if self.subscriber.commits_at_once:
            for row in (leader, *followers):
                self.acknowledge(row)

    def failed(self, leader):
        """A batch fails as a whole."""
        batch = leader, *self.share(leader)
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

    def _all_again(self, batch):
        self.kernel.attempts.backing_off -= len(batch)
        for row in reversed(batch[1:]):
            self.subscriber.put(self._next(row))
        self.subscriber.back(self._next(batch[0]))

    def died(self, leader):
        if leader in self.subscriber.stale:
            self.share(leader)
        elif self.kernel.records.rows.outcome[leader] != Outcome.LOST:
            self.subscriber.batches[leader] = self.share(leader)
        super().died(leader)
