"""Deliveries: how a message that was granted comes to its consumer, and how the broker hears of its end."""

from typing import Any

from evsim.engine.attempts import attempt_number
from evsim.engine.environment import ANSWER, TIMEOUT, owned
from evsim.results.endings import FINAL, Outcome, Reason, Verdict
from evsim.scenario.retry import PLAIN_ATTEMPTS, Retry

__all__ = ["Delivery", "LockedDelivery"]


class Delivery:
    """The edge of one place that gets messages."""

    refusable = False
    answer = None  # a reply has nobody to go to
    batches: Any = None  # of batches: who follows whom
    reported: Any = None  # of batches: who leads -> {row: reason} of those that failed, where they are reported

    def __init__(self, kernel, place, subscriber):
        self.kernel, self.place, self.subscriber = kernel, place, subscriber
        service, channel = subscriber.service, subscriber.channel
        rows = kernel.records.rows
        self.tune()
        self.refused = set()  # rows whose failure is on its way to the broker
        link = kernel.links.between(channel.name, service.name)
        self.copying = link.copying
        undisturbed = not (link.instant or link.lossy or service.guarded)
        arrive = service.offer if undisturbed else self._arrived()
        service.arrivals.add(arrive)
        self.send = kernel.links.hop(
            place.workload, channel.name, service.name, rows, arrive, self._lost, ordered=True,
            receiver=service if undisturbed else None, copy=self._copy,
        )  # fmt: skip
        if undisturbed and subscriber.together is not None:
            self.send = self._sent_together(self.send)
        way = (place.workload, service.name, channel.name, rows)
        acknowledged = self._acknowledged()
        self.acknowledge: Any = None
        if subscriber.settled is None or subscriber.settles is not None:
            self.acknowledge = kernel.links.settle_ahead(*way, ordered=True, then=subscriber.settles)
        if self.acknowledge is None:
            self.acknowledge = kernel.links.hop(*way, acknowledged, self._ack_lost, ordered=True, rank=ANSWER)
        # Heap functions that bring a row to the inbox, and those that may still end its lease.
        self.inbound = {arrive, self._lost}
        self.settling = {acknowledged, self._unheard, self._ack_lost, *subscriber.settling}
        self.ended = tuple(map(self.unless_copy, self.after_work()))
        self.failed, self.died = self.unless_copy(self.failed), self.unless_copy(self.died)
        self.unheard_later = self.unless_copy(self.unheard_later)

    def tune(self):
        """How often a message is tried, and how long after a failure."""
        self.attempts = self.subscriber.attempts
        retry = self.subscriber.subscription.retry or Retry.model_construct(attempts=PLAIN_ATTEMPTS)
        self.backoff: Any = self.kernel.attempts.backoff(retry, self.place) if self.attempts > 1 else None

    def after_work(self):
        """The functions that follow the end of the work, in this order."""
        worked = self.subscriber.worked
        return (self.acknowledge,) if worked is None else (worked, self.acknowledge)

    def begin(self, first):
        """What a worker begins with, where `first` is the first step of the handler."""
        return first

    def _arrived(self):
        env, arrived_at, offer = self.kernel.env, self.kernel.records.rows.arrived, self.subscriber.service.offer
        together = self.subscriber.together

        def arrived(row):
            arrived_at[row] = env._now
            offer(row)

        def all_arrived(row):
            for each in together(row):
                arrived_at[each] = env._now
            arrived(row)

        return owned(self.place.service, arrived if together is None else all_arrived)

    def _sent_together(self, send):
        """The hop writes down its end when it begins."""
        arrived_at, together = self.kernel.records.rows.arrived, self.subscriber.together

        def send_all(row):
            send(row)
            for each in together(row):
                arrived_at[each] = arrived_at[row]

        return send_all

    def _acknowledged(self):
        records, env, told = self.kernel.records, self.kernel.env, self.subscriber.settled
        rows = records.rows
        settled, verdict = rows.settled, rows.verdict
        good, refused = Verdict.DONE, self.refused

        def acknowledged(row):
            settled[row] = env._now
            verdict[row] = good
            if told is not None:
                told(row)

        def guarded_acknowledged(row):
            if row in refused:
                refused.discard(row)
                self._failed(row)
            elif not verdict[row]:
                acknowledged(row)
            else:
                records.note(records.late, row, env._now)

        risk, link = self.kernel.risk, self.kernel.links.between(self.place.service, self.place.source)
        return guarded_acknowledged if risk.always or risk.answer(self.place) or link.lossy else acknowledged

    # What the link brings twice settles nothing.

    def _copy(self, row):
        rows, affinity, copied = (
            self.kernel.records.rows,
            self.subscriber.service.affinity,
            self.kernel.attempts.copy(row),
        )
        rows.ready[copied] = rows.leased[copied] = self.kernel.env._now
        if row in affinity:
            affinity[copied] = affinity[row]
        return copied

    def unless_copy(self, told):
        """`told(row)`, but not for a copy."""
        verdict = self.kernel.records.rows.verdict

        def tell(row):
            if verdict[row] == Verdict.COPY:
                self.copy_ended(row)
            else:
                told(row)

        return tell if self.copying else told

    def copy_ended(self, row):
        """The work on a copy is over."""

    def failed(self, row):
        """The handler failed."""
        if self.subscriber.refusals_travel:
            self.refused.add(row)
            self.acknowledge(row)
        else:
            self._failed(row)

    def _failed(self, row):
        """Another attempt after the back-off, or dead."""
        number, kernel = self.tries(row), self.kernel
        if number < self.attempts and kernel.records.rows.reason[row] not in FINAL:
            self._settle(row, Verdict.GIVEN_BACK)
            kernel.attempts.backing_off += 1
            delay = self.backoff(row, number)
            kernel.env.call_in(delay, self._again, row, TIMEOUT)
            self.subscriber.backs_off(row, delay)
        else:
            self._dead(row)

    def _dead(self, row):
        """No further attempt."""
        self.give_up(row)
        self.subscriber.dead(row)

    def give_up(self, row):
        """The message is dead, and perhaps comes again as a dead letter."""
        self._settle(row, Verdict.DEAD)
        if self.subscriber.letters is not None:
            self.subscriber.letters.send(row)

    def tries(self, row):
        """How many attempts count once this one has failed."""
        return attempt_number(self.kernel.records.rows, row)

    def _again(self, row):
        self.kernel.attempts.backing_off -= 1
        self.subscriber.back(self._next(row))

    def died(self, row):
        """The holder died with it: it goes back to its place in the channel at once."""
        if attempt_number(self.kernel.records.rows, row) < self.attempts:
            self._settle(row, Verdict.GIVEN_BACK)
            self.subscriber.given_back(row)
            self.subscriber.back(self._next(row))
        else:
            self._dead(row)

    def _lost(self, row):
        """The link lost it on the way: the broker hands it out again when it gives up waiting."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.ended[row] = Outcome.LOST, self.kernel.env._now
        self.unheard_later(row)

    def unheard_later(self, row):
        """Hand the row out again when the broker has waited `give_up` for news of it."""
        self.kernel.env.call_in(self.kernel.links.give_up, self._unheard, row, TIMEOUT)

    def _ack_lost(self, row):
        self.subscriber.acknowledgement_lost(self, row)

    def _unheard(self, row):
        self.refused.discard(row)
        if not self.kernel.records.rows.verdict[row]:
            self.died(row)

    def _settle(self, row, verdict):
        rows = self.kernel.records.rows
        rows.settled[row] = self.kernel.env._now
        rows.verdict[row] = verdict

    def _next(self, row):
        following = self.kernel.attempts.next(row)
        self.kernel.records.rows.ready[following] = self.kernel.env._now
        return following


class LockedDelivery(Delivery):
    """Its holder has the message for a time (a lease, a lock), and may still be at work when that is over."""

    def _unheard(self, row):
        self.refused.discard(row)
        self.died(row)

    def withdrawn(self, row):
        """The instance stopped before it began: the message is handed out again."""
        rows = self.kernel.records.rows
        rows.outcome[row], rows.ended[row] = Outcome.WITHDRAWN, self.kernel.env._now
        rows.reason[row] = Reason.UNREACHABLE
        self.died(row)
