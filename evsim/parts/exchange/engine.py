"""The exchange: hands each message on to the channels that its routing key leads to, and keeps nothing itself.

A copy is a message of its own, with the luck of its origin. Its publisher is told when every copy is kept, or was
refused: as with RabbitMQ, one queue that refuses makes the publisher try again, though the others have their copies.
What leads nowhere is written down as dropped, and confirmed all the same.
"""

from evsim.engine.broker import Channel
from evsim.engine.message_rows import forward, goes_round, is_letter, refused_letter
from evsim.results.endings import Fate, Outcome, Reason, Verdict
from evsim.scenario.routing import forwards_to

__all__ = ["Exchange", "build"]


def build(kernel, name, settings, number, channels):
    """The exchange of this name."""
    return Exchange(kernel, name, settings, number, channels)


class Exchange(Channel):
    """A way to other channels of the same broker, which takes no time."""

    keeps = False

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.count = 0  # of messages that came
        self.copies = kernel.notes()  # message -> {copy: its fate, None while it waits at a door}
        self.told = {}  # message -> who waits for the fates of all its copies
        self.inbound = {self._offer}  # heap functions that bring a message to its channel
        self.publishers.append(self)

    def stored(self):
        """It keeps nothing, neither rows nor messages."""
        return []

    def partitioner(self, site, kind=None):
        """An exchange has no partitions."""
        return lambda luck, row: 0

    def refusal(self, message, acks):
        fate = super().refusal(message, acks)
        returns = not fate and self.settings.unroutable == "return" and not self._ways(message)
        return Fate.RETURNED if returns else fate

    def _ways(self, message):
        """The channels that a message goes on to."""
        kernel, messages = self.kernel, self.kernel.records.messages
        step, key = kernel.destination(message).site.step, messages.key[message]
        names = forwards_to(kernel.scenario, step, self.name, kernel.identifiers.key_text(key))
        return [self.channels[name] for name in names]

    def append(self, message):
        """Take a message: copy it to wherever it leads."""
        messages = self.kernel.records.messages
        messages.appended[message] = self.kernel.env._now
        messages.offset[message] = self.count
        self.count += 1
        cause, luck = messages.cause[message], messages.luck[message]
        copies = []
        for target in self._ways(message):
            if target.keeps and goes_round(self.kernel, cause, message, target):
                self._note("message dropped in a dead-letter cycle", target, message)
            else:
                copies.append(forward(self.kernel, message, cause, target, luck))
        self.copies[message] = dict.fromkeys(copies)
        for copy in copies:
            self._offer(copy)
        if not copies:
            self._drop(message)

    def _drop(self, message):
        rows, now = self.kernel.records.rows, self.kernel.env._now
        row = next(rows.new)
        rows.luck[row], rows.parent[row] = self.kernel.records.messages.luck[message], message
        rows.born[row] = rows.ready[row] = rows.ended[row] = rows.settled[row] = now
        rows.outcome[row], rows.verdict[row], rows.reason[row] = Outcome.WITHDRAWN, Verdict.DROPPED, Reason.UNROUTABLE

    def _offer(self, copy):
        messages = self.kernel.records.messages
        target = self.kernel.destination(copy).channel
        line = target.line_before(copy)
        if line is not None:
            line.append((self._offer, copy))
            return
        fate, record = target.refusal(copy, 1), copy
        if fate:
            self._note("message refused", target, copy)
        elif messages.appended[copy] >= 0:
            self._note("message came again", target, copy)
            record = target.again(copy)
        if not messages.appended[copy] >= 0:
            messages.fate[copy] = fate
            if not fate:
                target.append(copy)
            elif is_letter(self.kernel, copy):
                refused_letter(self.kernel, copy, fate)
        if fate:
            self._decided(copy, fate)
        else:
            target.when_safe(record, 1, lambda fate: self._decided(copy, fate))

    def _decided(self, copy, fate):
        message = self.kernel.records.messages.origin[copy]
        self.copies[message][copy] = fate
        self._tell(message)

    def _tell(self, message):
        fates = self.copies[message].values()
        if message in self.told and None not in fates:
            for tell in self.told.pop(message):
                tell(max(fates, default=Fate.OPEN))

    def again(self, message):
        """Offer all copies again that do not wait still: those that were refused, and those that may become two."""
        copies = self.copies[message]
        for copy in [each for each, fate in copies.items() if fate is not None]:
            copies[copy] = None
            self._note("message sent again", self.kernel.destination(copy).channel, copy)
            self._offer(copy)
        return message

    def when_safe(self, message, acks, tell):
        self.told.setdefault(message, []).append(tell)
        self._tell(message)

    def _note(self, what, target, copy):
        self.kernel.records.incidents.append((self.kernel.env._now, what, target.name, copy))
