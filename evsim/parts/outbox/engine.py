"""The transactional outbox: a message is written with the row, and a relay sends it to the channel later.

A message that is written waits in the service's own database, which survives a crash. The relay is a part of the
service: it looks every `poll` seconds, sends what it finds, in order, and forgets a message when the channel has
confirmed it. What was lost is sent again at a later look; the channel keeps a message once. After a refusal only the
oldest message is tried, until the channel takes it.
"""

from itertools import islice
from math import inf, isinf, isnan

from evsim.engine.environment import ANSWER, TIMEOUT
from evsim.engine.message_rows import afresh, take, writer
from evsim.ticks import ticks

__all__ = ["OutboxPublisher", "Relay", "build"]


class Relay:
    """What looks into the outbox of one service. It sleeps while nothing waits there."""

    def __init__(self, service, poll):
        self.kernel, self.service, self.poll = service.kernel, service, ticks(poll)
        self.waiting = {}  # message -> its OutboxPublisher, in the order of writing
        self.under_way = set()  # sent, and nothing heard of it yet
        self.due = inf  # when it looks next
        self.refused = False
        service.groups.append(self)

    def add(self, message, outbox):
        self.waiting[message] = outbox
        self._look_later()

    def _look_later(self):
        if isinf(self.due) and len(self.waiting) > len(self.under_way):
            self.due = (self.kernel.env._now // self.poll + 1) * self.poll  # the next whole multiple of `poll`
            self.kernel.env.call_at(self.due, self._look, None, TIMEOUT)

    def _look(self, _):
        self.due = inf
        service = self.service
        if not service.is_up:
            return  # `resume` wakes it
        if service.instances and all(each.frozen is not None for each in service.instances):
            wake = min(each.frozen_until for each in service.instances)
            if not isinf(wake):
                self.due = wake
                self.kernel.env.call_at(wake, self._look, None, TIMEOUT)
            return
        self._send()

    def _send(self):
        ready = (each for each in self.waiting if each not in self.under_way)
        for message in list(islice(ready, 1) if self.refused else ready):
            self.under_way.add(message)
            self.waiting[message].send_now(message)

    def readers_changed(self):
        """One instance is enough."""

    def resume(self):
        """The service is back: what it had sent and not heard of is sent again."""
        self.under_way.clear()
        self._look_later()

    def confirmed(self, message):
        """Whether it may forget the message now: it has not before, and its service is there to hear."""
        if message not in self.waiting or not self.service.is_up:
            return False
        del self.waiting[message]
        self.under_way.discard(message)
        if self.refused:
            self.refused = False
            self._send()
        return True

    def again(self, message, refused=False):
        """The message is not known to have arrived: another look will find it."""
        if message in self.waiting:
            self.refused = self.refused or refused
            self.under_way.discard(message)
            self._look_later()


def _relay(service, poll):
    """The relay that looks into the outbox of a service every `poll` seconds."""
    return service.kernel.shared(("relay", service, poll), lambda: Relay(service, poll))


def build(compiler, step, route, then, fail):
    """The function of a row that writes the message of a publish step into the outbox."""
    return OutboxPublisher(compiler.service, compiler.place, step, route, then).publish


class OutboxPublisher:
    """One publish step into an outbox. ``publish(row)`` writes the message; ``then(row)`` follows at once."""

    def __init__(self, service, place, step, route, then):
        self.kernel, self.place, self.channel = service.kernel, place, route.channel
        kernel, self.relay = self.kernel, _relay(service, step.outbox.poll)
        self.sendings = {}  # message -> how often it was sent
        self.told = {}  # message -> whether it is kept, for each confirmation that travels back, in order
        messages = kernel.records.messages
        self.confirm = kernel.links.hop(
            place.workload, step.channel, place.service, messages, self._confirmed, self._confirmation_lost,
            ordered=True, rank=ANSWER, loss="confirmation lost on the link",
        )  # fmt: skip
        self.confirm = afresh(kernel, self.confirm, self._confirmed)
        self.send = kernel.links.hop(
            place.workload, place.service, step.channel, messages, self._arrived, self._unheard,
            ordered=True, loss="message lost on the link",
        )  # fmt: skip
        self.send = afresh(kernel, self.send, self._arrived)
        self.inbound = {self._arrived}
        self.channel.publishers.append(self)

        write = writer(kernel, route)

        def publish(row):
            message = write(row)
            self.sendings[message] = 0
            self.relay.add(message, self)
            then(row)

        self.publish = publish

    def stored(self):
        """Messages that wait in the outbox."""
        return [message for message, outbox in self.relay.waiting.items() if outbox is self]

    def send_now(self, message):
        messages = self.kernel.records.messages
        number = self.sendings[message] = self.sendings[message] + 1
        if number == 1:
            messages.sent[message] = self.kernel.env._now
        else:
            self._note("message sent again", message)
        self.send(message)

    def _note(self, what, message):
        self.kernel.records.incidents.append((self.kernel.env._now, what, self.channel.name, message))

    def _arrived(self, message):
        channel, line = self.channel, self.channel.line_before(message)
        if line is not None:
            line.append((self._arrived, message))
            return
        record = message
        if channel.refusal(message, "all"):
            self._note("message refused", message)
            self._tell(message, False)
            return
        if isnan(self.kernel.records.messages.appended[message]):
            channel.append(message)
        else:
            self._note("message came again", message)
            record = channel.again(message)
        channel.when_safe(record, "all", lambda fate: self._tell(message, not fate))

    def _tell(self, message, kept):
        self.told.setdefault(message, []).append(kept)
        self.confirm(message)

    def _confirmed(self, message):
        if not take(self.told, message, 0):
            self.relay.again(message, refused=True)
        elif self.relay.confirmed(message):
            self.kernel.records.messages.acknowledged[message] = self.kernel.env._now
            del self.sendings[message]

    def _confirmation_lost(self, message):
        take(self.told, message, -1)
        self._unheard(message)

    def _unheard(self, message):
        """The link lost the message, or its confirmation: the relay waits for it for the network's `give_up`."""
        self.kernel.env.call_in(self.kernel.links.give_up, self.relay.again, message, TIMEOUT)
