"""RabbitMQ as a given machine has it: queues, and consumers with a prefetch."""

import asyncio
from collections import defaultdict, deque
from contextlib import contextmanager
from contextvars import copy_context
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urlsplit

from evsim.testbed import rabbit_client, rabbit_process
from tests.support.machine.given_network import WAY
from tests.support.machine.given_servers import asked, given_modules
from tests.support.machine.given_time import PROGRAM

__all__ = ["given_rabbit"]


class _RabbitError(Exception):
    """What the client raises."""


@contextmanager
def given_rabbit(servers, clock):
    """In its block the client of RabbitMQ speaks with servers that are given."""

    async def connect(url=None, **settings):
        servers.told.append(f"a client of {url or settings}")
        there = urlsplit(url or f"//{settings['host']}:{settings['port']}")
        one = _Connection(servers.at(there.port or 5672, there.hostname))
        await one.ask(bool)
        one.server.when_gone.append(one.lose)
        return one

    modules = {
        "aio_pika": SimpleNamespace(
            connect=connect, DeliveryMode=SimpleNamespace(PERSISTENT="persistent"),
            Message=lambda body, delivery_mode: SimpleNamespace(body=body, mode=delivery_mode)),
        "aiormq": SimpleNamespace(), "aiormq.exceptions": SimpleNamespace(AMQPError=_RabbitError),
    }  # fmt: skip
    patched = {"free_port": servers.free_port, "os": SimpleNamespace(environ={"HOME": "home"})}
    clocks = patch.multiple(rabbit_client, monotonic_ns=clock)
    with given_modules(modules), patch.multiple(rabbit_process, **patched), clocks:
        yield


class _Queue:
    """``ready``: what waits; ``consumers``: those who take it in turn."""

    def __init__(self, channel, name):
        self.channel, self.name, self.ready, self.consumers, self.turn = channel, name, deque(), [], 0
        self.keys = set()

    async def bind(self, exchange, key):
        self.keys.add((exchange.name, key))

    def hand_out(self):
        while self.ready:
            able = [each for each in self.consumers if len(each.out) < each.prefetch]
            if not able:
                return
            self.turn += 1
            able[self.turn % len(able)].take(self, self.ready.popleft())

    def put_back(self, messages):
        self.ready.extendleft(reversed(messages))
        self.hand_out()


class _Consumer:
    def __init__(self, connection, prefetch, cb):
        self.connection, self.prefetch, self.cb, self.out = connection, prefetch, cb, []
        self.context = copy_context()

    def take(self, queue, message):
        self.out.append(message)

        async def ack():
            await self.connection.ask(self.out.remove, message)
            queue.hand_out()

        async def nack(requeue):
            await self.connection.ask(self.out.remove, message)
            queue.put_back([message] if requeue else [])

        async def come():
            await asyncio.sleep(WAY)
            if not self.connection.lost:
                await self.cb(SimpleNamespace(body=message.body, ack=ack, nack=nack))

        self.context.run(self.connection.server.loop.create_task, come())


class _Connection:
    """A connection, and its channels."""

    def __init__(self, server, parent=None):
        self.server, self.parent, self.lost, self.prefetch = server, parent, False, None
        self.close_callbacks, self.keeps = set(), server.keeps
        if not self.keeps:
            self.keeps |= {"queues": {}, "exchanges": defaultdict(set)}
        if PROGRAM.get() is not None and parent is None:
            PROGRAM.get().has.append(self)

    async def ask(self, do, *arguments):
        if self.lost:
            raise _RabbitError("closed")
        return await asked(self.server, _RabbitError, do, *arguments)

    def lose(self):
        """The connection breaks: what it held is ready again."""
        if self.lost:
            return
        self.lost = True
        for queue in self.keeps["queues"].values():
            gone = [each for each in queue.consumers if each.connection is self]
            queue.consumers = [each for each in queue.consumers if each.connection is not self]
            queue.put_back([message for each in gone for message in each.out])
        for each in self.close_callbacks:
            each(self, None)

    leave = lose

    async def channel(self):
        await self.ask(bool)
        return _Channel(self)


class _Channel:
    def __init__(self, connection):
        self.connection, self.keeps, self.prefetch = connection, connection.keeps, None

    async def set_qos(self, prefetch_count):
        self.prefetch = prefetch_count

    async def get_queue(self, name, ensure):
        return SimpleNamespace(consume=lambda cb: self._consume(self.keeps["queues"][name], cb))

    async def _consume(self, queue, cb):
        await self.connection.ask(queue.consumers.append, _Consumer(self.connection, self.prefetch, cb))
        queue.hand_out()

    async def get_exchange(self, name, ensure):
        return SimpleNamespace(name=name, publish=lambda *sent, timeout: self._publish(name, *sent, timeout))

    async def _publish(self, exchange, message, key, timeout):
        await asyncio.wait_for(self.connection.ask(self._route, exchange, message, key), timeout)

    def _route(self, exchange, message, key):
        for queue in self.keeps["queues"].values():
            if (exchange, key) in queue.keys:
                queue.ready.append(message)
                queue.hand_out()

    async def declare_exchange(self, name, durable):
        self.connection.server.told.append(f"exchange {name} {durable}")
        return SimpleNamespace(name=name)

    async def declare_queue(self, name, durable=False, passive=False):
        if not passive:
            self.connection.server.told.append(f"queue {name} {durable}")
            self.keeps["queues"].setdefault(name, _Queue(self, name))
        queue = await self.connection.ask(self.keeps["queues"].__getitem__, name)
        queue.declaration_result = SimpleNamespace(message_count=len(queue.ready))
        return queue

    async def queue_delete(self, name):
        await self.connection.ask(self.keeps["queues"].pop, name)

    async def exchange_delete(self, name):
        self.connection.server.told.append(f"no exchange {name}")
