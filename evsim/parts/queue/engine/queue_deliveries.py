"""Deliveries of a guarded queue, by when they are acknowledged: after the work, before it, or never."""

from evsim.engine.delivery import LockedDelivery
from evsim.results.endings import Verdict

__all__ = ["EDGES"]


class LeasedDelivery(LockedDelivery):
    """Acknowledged after the work. Only the current lease may settle: what is heard of an earlier one is void."""

    settles_early = False  # whether it is settled before it leaves, by ``granted(row)``

    def _acknowledged(self):
        records, env, refused, subscriber = self.kernel.records, self.kernel.env, self.refused, self.subscriber
        verdict, settled, good = records.rows.verdict, records.rows.settled, Verdict.DONE

        def acknowledged(row):
            failed = row in refused
            if failed:
                refused.discard(row)
            if verdict[row]:
                records.note(records.late, row, env._now)
                subscriber.void(row)
            elif failed:
                self._failed(row)
            else:
                settled[row] = env._now
                verdict[row] = good
                subscriber.settled(row)

        return acknowledged

    def revoke(self, row):
        """The lease has ended although its holder may still be at work; its credit comes home when it is not."""
        if self.tries(row) < self.attempts:
            self._settle(row, Verdict.REVOKED)
            self.subscriber.back(self._next(row))
        else:
            self.give_up(row)
            self.subscriber.channel.store.free(row)
            self.subscriber.channel.grant()

    def _again(self, row):
        self.subscriber.channel.seats.home(row)
        super()._again(row)

    def died(self, row):
        if self.kernel.records.rows.verdict[row]:
            self.subscriber.void(row)
        else:
            super().died(row)


class EarlyDelivery(LeasedDelivery):
    """Acknowledged when it is handed out: what then fails or dies is lost."""

    settles_early = True

    def granted(self, row):
        self._settle(row, Verdict.DONE)
        self.subscriber.channel.store.free(row)
        self.subscriber.channel.seats.home(row)

    def after_work(self):
        return (self._nothing,)

    def _nothing(self, row):
        """The broker knows already."""

    failed = died = unheard_later = _nothing


class SilentDelivery(LeasedDelivery):
    """Never acknowledged: the consumer keeps it, until it dies or its lease ends."""

    def after_work(self):
        return (self._keep,)

    def _keep(self, row):
        if self.kernel.records.rows.verdict[row]:
            self.subscriber.void(row)
        else:
            self.subscriber.kept.add(row)

    failed = _keep

    def revoke(self, row):
        super().revoke(row)
        if row in self.subscriber.kept:
            self.subscriber.kept.discard(row)
            self.subscriber.void(row)


EDGES = {"after": LeasedDelivery, "before": EarlyDelivery, "never": SilentDelivery}
