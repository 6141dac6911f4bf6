"""The bus: messages go straight to handlers and are forgotten (as on Vert.x's event bus).

There is no broker: a message travels one hop, from the sender's program to the handler's, in order for each pair of
services; inside one program there is no hop. ``publish`` goes to every subscribed service, ``send`` and ``ask`` to one
handler in turns. A handler is an instance of a subscribed service. What finds nobody, no room or no way is lost.
"""

from functools import cached_property
from itertools import cycle
from typing import Any

from evsim.engine.broker import Channel, Subscriber
from evsim.engine.environment import owned
from evsim.engine.fire_and_forget import FireAndForget, lose
from evsim.engine.message_rows import writer
from evsim.parts.bus.ask import ask
from evsim.results.endings import Outcome, Reason

__all__ = ["Bus", "Handler", "BusPublisher", "build"]


def build(kernel, name, settings, number, channels):
    """The bus of this name."""
    return Bus(kernel, name, settings, number, channels)


class Bus(Channel):
    """An address: who listens, and whose turn it is."""

    def __init__(self, kernel, name, settings, number, channels):
        super().__init__(kernel, name, settings, number, channels)
        self.offset = 0  # of the next message

    def subscriber(self, service, subscription):
        return Handler(self.kernel, self, service, subscription)

    def publisher(self, *arguments):
        return BusPublisher(self.kernel, *arguments)

    def ask(self, *arguments):
        """The function that asks one handler, for a step `ask`."""
        return ask(self, *arguments)

    @cached_property
    def next_handler(self):
        """A function that gives the service whose turn it is, or None if nobody is there."""
        services = [subscriber.service for subscriber in self.subscribers]
        fixed = [each for each in services if not each.pool.elastic]
        most = max((len(service.instances) for service in fixed), default=0)
        turns: list[Any] = [(each, number) for number in range(most) for each in fixed if number < len(each.instances)]
        turns += [(each, None) for each in services if each.pool.elastic]  # whoever of it is there
        if not turns:
            return lambda: None
        following = cycle(turns).__next__

        def next_handler():
            service, _ = following()
            return service

        def next_there():
            for _ in turns:
                service, instance = following()
                if service.is_up if instance is None else not service.instances[instance].down:
                    return service
            return None

        guarded = any(service.guarded for service in services)
        return next_there if guarded else next_handler

    def partitioner(self, site, kind=None):
        """A bus is one line."""
        return lambda luck, row: 0

    def room(self, service, offer, refuse):
        """`offer(row)` to the inbox of a handler's service, or ``refuse(row, reason)`` where it is full."""
        if self.settings.capacity is None:
            return offer
        free, inbox, pool, capacity = service.free, service.inbox, service.pool, self.settings.capacity

        def offer_if_room(row):
            if len(inbox) >= capacity * pool.readers and not free:
                refuse(row, Reason.OVERFLOW)
            else:
                offer(row)

        return offer_if_room


class Handler(Subscriber):
    """A service that listens. Nothing waits for it in the bus, so it needs no credit."""

    def edge(self, place):
        edge = FireAndForget(self.kernel, place, refusable=True)
        service, env, arrived_at = self.service, self.kernel.env, self.kernel.records.rows.arrived
        take = self.channel.room(service, service.offer, edge.refuse)

        def arrived(row):
            arrived_at[row] = env._now
            take(row)

        edge.arrived = owned(service.name, arrived)
        edge.inbound = {arrived, edge.lost}
        return edge

    def resume(self):
        """Nothing waits for the end of a fault."""


class BusPublisher:
    """One publish or send step on one path. ``publish(row)`` does it and goes on at once."""

    inbound = frozenset()  # a message is on the bus as soon as it is sent

    def __init__(self, kernel, place, step, route, then, fail, asker):
        self.kernel, self.place, self.step, self.bus = kernel, place, step, route.channel
        self.hops = {}  # service -> (place number, hop) of its message from here
        for subscriber in self.bus.subscribers:
            number = subscriber.routes[route.number]
            edge = subscriber.edges[number]
            hop = kernel.links.hop(
                place.workload, asker.name, subscriber.service.name, kernel.records.rows, edge.arrived, edge.lost,
                ordered=True, copy=edge.copy,
            )  # fmt: skip
            self.hops[subscriber.service] = number, hop
        self.bus.publishers.append(self)
        note, hand = self._note(route), self._hand()
        self.publish = self._to_one(note, hand, then) if step.kind == "send" else self._to_all(note, hand, then)

    def stored(self):
        """Messages that wait at their sender."""
        return []

    def _note(self, route):
        """A function of a row that writes its message down."""
        kernel, bus = self.kernel, self.bus
        messages, env, luck = kernel.records.messages, kernel.env, kernel.records.rows.luck
        write = writer(kernel, route)

        def note(row):
            message = write(row)
            messages.appended[message] = env._now
            messages.offset[message] = bus.offset
            bus.offset += 1
            return message, luck[row]

        return note

    def _hand(self):
        """A function that makes a delivery of a message and hands it to a service, or to nobody."""
        kernel, bus, hops = self.kernel, self.bus, self.hops
        rows, env, enter_round = kernel.records.rows, kernel.env, kernel.enter_round

        def hand(message, luck, service):
            row = next(rows.new)
            rows.luck[row], rows.parent[row] = luck, message
            rows.born[row] = rows.ready[row] = now = env._now
            if service is not None:
                rows.place[row], hop = hops[service]
                if enter_round is not None:
                    enter_round(row)
            if not bus.is_up:
                lose(rows, row, Outcome.LOST, Reason.UNREACHABLE, now)
            elif service is None or not service.is_up:
                lose(rows, row, Outcome.LOST, Reason.NOBODY, now)
            else:
                rows.leased[row] = now
                hop(row)

        return hand

    def _to_one(self, note, hand, then):
        next_handler = self.bus.next_handler

        def send(row):
            message, luck = note(row)
            hand(message, luck, next_handler())
            then(row)

        return send

    def _to_all(self, note, hand, then):
        services = list(self.hops) or [None]

        def publish(row):
            message, luck = note(row)
            for service in services:
                hand(message, luck, service)
            then(row)

        return publish
