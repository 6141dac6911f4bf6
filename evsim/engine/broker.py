"""The broker: what all channels have in common, and how a service is attached to one."""

from collections import Counter
from contextlib import nullcontext
from typing import Any

from evsim.engine.dead_lettering import DeadLetters
from evsim.engine.delivery import Delivery
from evsim.engine.publishing import Publishing
from evsim.engine.random_streams import Label
from evsim.registry import part
from evsim.results.endings import Fate
from evsim.scenario.groups import group_of
from evsim.scenario.retry import PLAIN_ATTEMPTS

__all__ = ["Channel", "Subscriber", "brings_reader", "reader_of_a_part"]


def reader_of_a_part(kernel, channel, service, subscription):
    """What reads a channel in place of the usual, where a part of the subscription brings it; else None."""
    word = brings_reader(subscription)
    return word and part(word).build(kernel, channel, service, subscription)


def brings_reader(subscription):
    """The word of the part of a subscription that has an engine; None where none has."""
    return next((word for word in subscription.policies if part(word).module("engine") is not None), None)


class Channel:
    """The broker's side of a channel. Subclasses say where a message waits and who may have it (``append``)."""

    append: Any  # keeps a message: ``append(message)``

    def __init__(self, kernel, name, settings, number, channels):
        self.kernel = kernel
        self.name, self.settings, self.number = name, settings, number
        self.channels = channels  # all of the system, by name; this one is among them soon
        self.down = 0
        self.frozen = None  # what waits for the end of a pause
        self.frozen_until = 0.0
        self.copied = Counter()  # message -> how often it was kept once more
        self.subscribers, self.publishers = [], []

    def route(self, number, ways):
        """Take note of one publish step on one path: ``ways`` are the places of its deliveries, by subscriber."""
        for subscriber, place in ways.items():
            subscriber.routes[number] = place

    def subscriber(self, service, subscription):
        """The attachment of a service to it, a :class:`Subscriber`."""
        raise NotImplementedError

    def publisher(self, *arguments):
        """What does a publish step: place, step, route, ``then(row)``, ``fail(row, reason)``, the service."""
        return Publishing(self.kernel, *arguments)

    def stored(self):
        """Rows that lie in the channel itself, for an inventory."""
        return []

    def hidden(self):
        """Messages that are kept and that nobody can see yet."""
        return []

    def line_before(self, message):
        """The list in which a message that comes has to wait, as (function, argument); None if it may come in."""
        return self.frozen

    def outside(self):
        """(function, argument) of everything that waits at the door, for an inventory."""
        return self.frozen or ()

    @property
    def is_up(self):
        return not self.down and self.frozen is None

    def together(self):
        """Inside, messages come back at one moment: none is granted before all are here."""
        return nullcontext()

    # What a publisher asks.

    batching = None  # what producers keep back
    keeps = True  # or is only a way to other channels
    keeps_once = True  # a message that comes again is only confirmed

    def takes(self, acks):
        """Whether a message is kept that comes now, for a publisher who waits for so many."""
        return self.is_up

    def refusal(self, message, acks):
        """Why a message is not kept that comes now; :attr:`Fate.OPEN` if it is."""
        return Fate.OPEN if self.takes(acks) else Fate.REFUSED

    def credit(self):
        """The free places that a sender may count on and must not exceed; None where they are not counted."""
        return None

    def has(self, message):
        """Whether a message that was kept is still there, or was handled."""
        return True

    def again(self, message):
        """A message comes that was kept before: the record that stands for it, a new one where it cannot be told."""
        if self.keeps_once and self.has(message):
            return message
        messages = self.kernel.records.messages
        copy = next(messages.new)
        for column in ("channel", "route", "cause", "origin", "key", "partition", "item"):
            getattr(messages, column)[copy] = getattr(messages, column)[message]
        messages.published[copy] = self.kernel.env._now
        self.copied[message] += 1
        messages.luck[copy] = self.kernel.streams.later(messages.luck[message], Label.COPY(self.copied[message]))
        self.kernel.records.copies.append((copy, message))
        self.append(copy)
        return copy

    def when_safe(self, message, acks, tell):
        """Call ``tell(fate)`` when a message is as safe as its publisher wants it, or will never be."""
        tell(Fate.OPEN)

    def stop(self):
        """Publishers are refused and nothing is granted."""
        self.down += 1

    def start(self):
        self.down -= 1
        self._go_on()

    def crash(self):
        """What it keeps is on disk: to everybody else it is an outage."""
        self.stop()

    def restart(self):
        self.start()

    def lose_leader(self):
        """Until another one leads, nothing is taken and nothing handed out."""
        self.stop()

    def find_leader(self):
        self.start()

    def pause(self, length):
        """What arrives waits at the door; nothing is granted."""
        if self.frozen is None:
            self.frozen = []
        self.frozen_until = max(self.frozen_until, self.kernel.env._now + length)

    def resume(self):
        if self.frozen is None or self.kernel.env._now < self.frozen_until:
            return
        waiting, self.frozen = self.frozen, None
        for function, argument in waiting:
            function(argument)
        self._go_on()

    def _go_on(self):
        if self.is_up:
            for subscriber in self.subscribers:
                subscriber.resume()


class Subscriber:
    """A service's attachment to a channel: what it grants goes to the service as far as there is credit.

    Subclasses give ``worked(row)`` (the work has ended), ``settled(row)`` (the broker knows), ``dead(row)`` (no attempt
    is left), ``back(row)`` (the next attempt is ready again, first in line), ``acknowledgement_lost(edge, row)`` and
    ``resume()``. ``worked`` or ``settled`` is None where it means nothing. ``settles(row, time)`` is told in place of
    ``settled``, when the news sets out, by who has one.
    """

    settles: Any = None
    together: Any = None  # together(row): what was granted with a row, and travels with it
    settling: tuple[Any, ...] = ()  # heap functions of its own that may still end a lease
    refusals_travel = False  # whether a failure is told to the broker, or kept by the consumer
    gives_up_alone = False  # whether other groups have the message still
    item_failures: Any = None  # the row that leads a batch -> {row: reason} of those that failed, where it reports them
    group_of: Any = None  # the group of a row, of which nothing is done after one that failed in the same batch

    def __init__(self, kernel, channel, service, subscription):
        self.kernel = kernel
        self.channel, self.service, self.subscription = channel, service, subscription
        self.group = group_of(service.name, subscription)
        self.edges = {}  # place number -> Delivery
        self.routes = {}  # route of a message -> place number of its delivery here
        address = subscription.dead_letter or getattr(channel.settings, "dead_letter", None)
        group = self.group if self.gives_up_alone else ""
        self.letters = DeadLetters(kernel, channel, address, group) if address else None
        service.groups.append(self)
        channel.subscribers.append(self)
        self.entry = service.settings.subscribe.index(subscription)
        kernel.changes.watch("services", service.name, self.become)

    def become(self, settings):
        """It reads otherwise from now on."""
        self.subscription = settings.subscribe[self.entry]
        self.retune()
        self.readers_changed()

    def retune(self):
        """What follows from settings of the channel and of the subscription is worked out anew."""
        for edge in self.edges.values():
            edge.tune()

    @property
    def attempts(self):
        """After how many failures a message is dead."""
        retry = self.subscription.retry
        return retry.attempts if retry else PLAIN_ATTEMPTS

    def edge(self, place):
        """The edge of a place that this subscriber grants messages to."""
        return Delivery(self.kernel, place, self)

    def readers_changed(self):
        """The service reads for more or fewer instances than before."""

    def unsettled(self):
        """Rows whose work has ended and of which the broker will still be told, for an inventory."""
        return []

    def given_back(self, row):
        """An attempt ended without success and another one will follow."""

    def backs_off(self, row, delay):
        """An attempt failed and another one will follow after a delay."""
        self.given_back(row)

    @property
    def may_grant(self):
        return self.channel.is_up and self.service.pool.is_up

    def stored(self):
        """Rows that wait here, for an inventory."""
        return []

    def overdue(self):
        """Rows that a consumer still holds a credit for although their lease has ended, for an inventory."""
        return []

    def unattended(self):
        """Rows whose lease goes on although no consumer has a credit for them, for an inventory."""
        return []

    def credit_taken(self):
        """(credit at home, all credit) of a subscriber that has a fixed number of them; else None."""
        return None
