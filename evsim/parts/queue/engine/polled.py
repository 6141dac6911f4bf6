"""Deliveries of a queue whose consumers poll it and hold no connection to it (as with SQS).

Nobody sees a consumer fail or die: what it had is invisible until its time is over, unless it says something else
itself. Where the queue `deletes_late`, an acknowledgement that comes after that time still settles the message as long
as nobody has received it since: its receipt is the newest.
"""

from math import inf

from evsim.parts.queue.engine.queue_deliveries import EarlyDelivery, LeasedDelivery, SilentDelivery
from evsim.results.endings import FINAL, Verdict
from evsim.scenario.retry import Retry

__all__ = ["POLLED"]


class PolledDelivery(LeasedDelivery):
    """Acknowledged after the work, by a consumer that tells the queue nothing else unless it is told to."""

    def tune(self):
        backoff, place, subscription = self.kernel.attempts.backoff, self.place, self.subscriber.subscription
        self.attempts = self.subscriber.attempts
        written, retry = subscription.change_visibility, subscription.retry
        self.own_attempts = retry.attempts if retry else inf
        if written is not None:
            self.change = backoff(Retry(attempts=2, backoff=written), place)
        else:
            self.change = backoff(retry, place) if retry and retry.backoff.base else None

    def _acknowledged(self):
        acknowledged, queue = super()._acknowledged(), self.subscriber.channel

        def deleted(row):
            again = queue.visible_again.pop(row, None)
            if again is not None and row not in self.refused and queue.delete(again):
                self.subscriber.void(row)
            else:
                acknowledged(row)

        return deleted

    def failed(self, row):
        """The handler failed: the queue is told only of what the consumer itself makes of it."""
        if self.change is not None or self._gives_up(row):
            super().failed(row)
        else:
            self.died(row)

    def _gives_up(self, row):
        return self.kernel.records.rows.reason[row] in FINAL or self.tries(row) >= self.own_attempts

    def _failed(self, row):
        """The queue hears what the consumer makes of its failure."""
        if self._gives_up(row):
            self._dead(row)
        else:
            self.subscriber.change_visibility(row, self.change(row, self.tries(row)))

    def died(self, row):
        self.subscriber.forget(row)

    def revoke(self, row):
        queue = self.subscriber.channel
        if self.tries(row) < self.attempts:
            self._settle(row, Verdict.REVOKED)
            again = self._next(row)
            if queue.settings.deletes_late:
                queue.visible_again[row] = again
            self.subscriber.back(again)
        elif queue.settings.deletes_late and not queue.is_asked:
            queue.spent.append((self, row))  # it is seen to be dead when somebody would get it
        else:
            super().revoke(row)


class SilentPolledDelivery(SilentDelivery, PolledDelivery):
    """Never acknowledged: the consumer keeps it until its time is over, or it dies."""


POLLED = {"after": PolledDelivery, "before": EarlyDelivery, "never": SilentPolledDelivery}
