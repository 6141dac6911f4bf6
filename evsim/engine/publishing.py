"""Publishing: a message travels to a channel, is kept there, and the publisher learns of it.

The publisher's worker is held until the acknowledgement is back, unless ``acks: 0``. A retry sends the same message;
the channel keeps it once.
"""

from typing import Any

from evsim.engine.environment import ANSWER, TIMEOUT, owned
from evsim.engine.message_rows import afresh, take, writer
from evsim.results.endings import Fate, Reason
from evsim.ticks import ticks

__all__ = ["Publishing"]


# How a publisher sees that its message was not taken.
_REASONS = {
    Fate.REFUSED: Reason.UNREACHABLE, Fate.FULL: Reason.MAX_LENGTH, Fate.RETURNED: Reason.UNROUTABLE,
}  # fmt: skip


class Publishing:
    """One publish step on one path. ``publish(row)`` starts it; `then(row)` or `fail(row, reason)` follows."""

    def __init__(self, kernel, place, step, route, then, fail, asker):
        self.kernel, self.place, self.step, self.channel = kernel, place, step, route.channel
        self.then, self.fail, self.asker = then, fail, asker
        self.attempts, self.timeout = step.retry.attempts if step.retry else 1, ticks(step.timeout)
        messages = kernel.records.messages
        self.backoff: Any = kernel.attempts.publishing_backoff(step.retry, route.site) if self.attempts > 1 else None
        # By message: the attempt that is under way; attempts that travel to the channel, in order; what travels back.
        # Who tries once needs no note of its first attempt, nor of good news.
        self.waiting, self.sent, self.told = {}, {}, {}
        self.repeats = self.attempts > 1
        guarded = kernel.risk.publishing(place, step)
        sure = guarded and not self.repeats and kernel.risk.surely_kept(place, step)
        self.watched = guarded and bool(step.acks) and not (sure and self.timeout is None)
        if step.acks:
            confirmed = self._guarded_confirmed() if self.watched else self._confirmed(guarded)
            self.confirm = kernel.links.hop(
                place.workload, step.channel, place.service, messages, confirmed, self._confirmation_lost,
                ordered=True, rank=ANSWER, loss="confirmation lost on the link",
            )  # fmt: skip
            if self.repeats:
                self.confirm = afresh(kernel, self.confirm, confirmed)
        else:
            self.confirm = None
        arrived = self._guarded_arrived() if guarded and not sure else self._arrived()
        self.send_now = self.send = kernel.links.hop(
            place.workload, place.service, step.channel, messages, arrived, self.lost,
            ordered=True, loss="message lost on the link",
        )  # fmt: skip
        if self.repeats:
            self.send_now = self.send = afresh(kernel, self.send, arrived)
        if self.channel.batching is not None:
            self.send = lambda message: self.channel.batching.add(self, message)
        self.inbound = {arrived, self.lost}  # heap functions that bring a message to its channel
        self.channel.publishers.append(self)
        self.publish = self._publish(route)

    def _publish(self, route):
        write = writer(self.kernel, route)
        send, then = self._dispatch if self.watched else self.send, self.then

        def publish(row):
            send(write(row))

        def publish_and_go(row):
            send(write(row))
            then(row)

        return publish if self.step.acks else publish_and_go

    def stored(self):
        """Messages that wait at the publisher, for an inventory."""
        return [] if self.channel.batching is None else self.channel.batching.of(self)

    # The plain path: what is sent is kept and confirmed.

    def _arrived(self):
        append, confirm = self.channel.append, self.confirm
        if confirm is None:
            return append

        def arrived(message):
            append(message)
            confirm(message)

        return arrived

    def _confirmed(self, guarded):
        messages, env, then = self.kernel.records.messages, self.kernel.env, self.then
        acknowledged, cause, outcome = messages.acknowledged, messages.cause, self.kernel.records.rows.outcome
        freeze, away = self.asker.freeze, self.asker.pool.away

        def confirmed(message):
            acknowledged[message] = env._now
            then(cause[message])

        def confirmed_to_mortal(message):
            row = cause[message]
            if away and freeze(confirmed_to_mortal, message, row):
                return
            acknowledged[message] = env._now
            if not outcome[row]:
                then(row)

        return confirmed_to_mortal if guarded else confirmed

    # The guarded path.

    def _dispatch(self, message, number=1):
        self.waiting[message] = number
        if self.repeats:
            self.sent.setdefault(message, []).append(number)
        if self.timeout is not None:
            self.kernel.env.call_in(self.timeout, self._expired, (message, number), TIMEOUT)
        self.send(message)

    def _guarded_arrived(self):
        messages, channel, acks, confirm = self.kernel.records.messages, self.channel, self.step.acks, self.confirm
        appended, fates, tell = messages.appended, messages.fate, self._tell

        def arrived(message):
            line = channel.line_before(message)
            if line is not None:
                line.append((arrived, message))
                return
            fate, record = channel.refusal(message, acks), message
            if fate:
                self._note("message refused", message)
            elif appended[message] >= 0:
                self._note("message came again", message)
                record = channel.again(message)
            if not appended[message] >= 0:
                fates[message] = fate
                if not fate:
                    channel.append(message)
            if confirm is not None:
                number = self._oldest(message)
                if fate:
                    tell(message, number, fate)
                else:
                    channel.when_safe(record, acks, lambda fate: tell(message, number, fate))

        return owned(self.place.service, arrived)

    def _oldest(self, message, index=0):
        """The number of the attempt that arrives now, or (index -1) is lost now."""
        return take(self.sent, message, index) if self.repeats else 1

    def _tell(self, message, number, fate):
        if fate or self.repeats:
            self.told.setdefault(message, []).append((number, fate))
        self.confirm(message)

    def _note(self, what, message):
        """A further sending of a message has no row of its own; what happens to it is an incident."""
        self.kernel.records.incidents.append((self.kernel.env._now, what, self.step.channel, message))

    def leaves_again(self, message):
        self._note("message sent again", message)

    def _guarded_confirmed(self):
        messages, rows, env = self.kernel.records.messages, self.kernel.records.rows, self.kernel.env
        acknowledged, cause, outcome = messages.acknowledged, messages.cause, rows.outcome
        waiting, told, then, freeze = self.waiting, self.told, self.then, self.asker.freeze

        def confirmed(message):
            row = cause[message]
            if freeze(confirmed, message, row):
                return
            number, fate = take(told, message, 0) if message in told else (1, Fate.OPEN)
            if fate:
                if waiting.get(message) == number:
                    self._failed(message, _REASONS[fate])
                return
            if not acknowledged[message] >= 0:
                acknowledged[message] = env._now
            if waiting.pop(message, None) is not None and not outcome[row]:
                then(row)

        return confirmed

    def _expired(self, timer):
        message, number = timer
        if self.waiting.get(message) == number:
            row = self.kernel.records.messages.cause[message]
            if not self.asker.freeze(self._expired, timer, row):
                self._failed(message, Reason.TIMEOUT)

    def lost(self, message):
        if not self.kernel.records.messages.appended[message] >= 0:
            self.kernel.records.messages.fate[message] = Fate.LOST
        if self.step.acks:
            self._wait_in_vain(message, self._oldest(message, -1))

    def _confirmation_lost(self, message):
        number, _ = take(self.told, message, -1) if message in self.told else (1, Fate.OPEN)
        self._wait_in_vain(message, number)

    def _wait_in_vain(self, message, number):
        """Without a timeout the publisher of something truly lost gives up after the network's `give_up`."""
        if self.timeout is None:
            self.kernel.env.call_in(self.kernel.links.give_up, self._silence, (message, number), TIMEOUT)

    def _silence(self, timer):
        message, number = timer
        if self.waiting.get(message) == number:
            row = self.kernel.records.messages.cause[message]
            if not self.asker.freeze(self._silence, timer, row):
                self._failed(message, Reason.LINK)

    def _failed(self, message, reason):
        row = self.kernel.records.messages.cause[message]
        number = self.waiting.pop(message)
        if self.kernel.records.rows.outcome[row]:
            return
        if number < self.attempts:
            delay = self.backoff(message, number)
            self.kernel.env.call_in(delay, self._again, (message, number + 1), TIMEOUT)
        else:
            self.fail(row, reason)

    def _again(self, timer):
        message, number = timer
        messages, rows = self.kernel.records.messages, self.kernel.records.rows
        row = messages.cause[message]
        if rows.outcome[row] or self.asker.freeze(self._again, timer, row):
            return
        if self.channel.batching is None:
            self.leaves_again(message)
        if not messages.appended[message] >= 0:
            messages.fate[message] = Fate.OPEN
        self._dispatch(message, number)
