"""Deliveries of a share group: accepted, released or rejected by whoever has the lock."""

from evsim.engine.delivery import LockedDelivery
from evsim.results.endings import FINAL, Verdict

__all__ = ["SharedDelivery"]


class SharedDelivery(LockedDelivery):
    """Accepted after the work. Only the current lock may settle: what is heard of an earlier one is void."""

    def _acknowledged(self):
        return self.heard

    def heard(self, row):
        """The log hears what a consumer says of a message."""
        records = self.kernel.records
        refused = row in self.refused
        self.refused.discard(row)
        if records.rows.verdict[row]:
            records.note(records.late, row, self.kernel.env._now)
            self.subscriber.void(row)
        elif refused:
            self._failed(row)
        else:
            self._settle(row, Verdict.DONE)
            self.subscriber.settled(row)

    def _failed(self, row):
        rejected = self.subscriber.share.on_failure == "reject" or self.kernel.records.rows.reason[row] in FINAL
        self._end(row, Verdict.GIVEN_BACK, last=rejected)
        self.subscriber.void(row)

    def _end(self, row, verdict, last=False):
        """The lock ends without success: there is another attempt, or the message is dead."""
        if last or self.tries(row) >= self.attempts:
            self.give_up(row)
            self.subscriber.close(row)
        else:
            self._settle(row, verdict)
            self.subscriber.back(self._next(row))

    def revoke(self, row):
        """The lock is over although its holder may still be at work, who has the message until it is not."""
        self._end(row, Verdict.REVOKED)
        self.subscriber.grant()

    def died(self, row):
        if not self.kernel.records.rows.verdict[row]:
            self._end(row, Verdict.GIVEN_BACK)
        self.subscriber.void(row)
