"""NATS with JetStream as a given machine has it: streams, and consumers to which it pushes."""

import asyncio
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urlsplit

from evsim.testbed import nats_client
from tests.support.machine.given_network import WAY
from tests.support.machine.given_servers import asked, given_modules
from tests.support.machine.given_time import PROGRAM

__all__ = ["given_nats"]

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


class _NatsError(Exception):
    """What the client raises."""


class _Consumer:
    """What a group of readers has of a stream: what is out, until when, and what comes again."""

    def __init__(self, config):
        self.config, self.read, self.out, self.again, self.turn = config, 0, {}, [], 0


@contextmanager
def given_nats(servers, clock):
    """In its block the client of NATS speaks with servers that are given."""

    async def connect(url, **settings):
        told = {name: value for name, value in settings.items() if name != "error_cb"}
        servers.told.append(f"a client of {url} {told}")
        one = _Nats(servers.haste, servers.at(urlsplit(url).port or 4222, urlsplit(url).hostname))
        await one.ask(bool)
        return one

    api = SimpleNamespace(
        AckPolicy=SimpleNamespace(EXPLICIT="explicit"), StorageType=SimpleNamespace(FILE="file"),
        ConsumerConfig=SimpleNamespace, StreamConfig=SimpleNamespace,
    )  # fmt: skip
    modules = {
        "nats": SimpleNamespace(connect=connect), "nats.errors": SimpleNamespace(Error=_NatsError),
        "nats.js": SimpleNamespace(), "nats.js.api": api,
    }  # fmt: skip
    began = int(EPOCH.timestamp()) * 1_000_000_000
    clocks = patch.multiple(nats_client, monotonic_ns=clock, time_ns=lambda: began + clock())
    with given_modules(modules), clocks:
        yield


class _Nats:
    """A connection, and its streams."""

    def __init__(self, haste, server):
        self.haste, self.server, self.keeps = haste, server, server.keeps
        if not self.keeps:
            self.keeps |= {"streams": {}, "readers": []}
        if PROGRAM.get() is not None:
            PROGRAM.get().has.append(self)

    def ask(self, do, *arguments):
        return asked(self.server, _NatsError, do, *arguments)

    def jetstream(self):
        return self

    def leave(self):
        self.keeps["readers"] = [each for each in self.keeps["readers"] if each.whose is not self]

    async def subscribe(self, subject, cb, queue):
        context = copy_context()
        reader = SimpleNamespace(whose=self, subject=subject, queue=queue, cb=cb, context=context)
        self.keeps["readers"].append(reader)

    async def flush(self):
        await self.ask(self._push)

    async def add_stream(self, config):
        self.server.told.append(str(config))
        await self.ask(self.keeps["streams"].setdefault, config.name, SimpleNamespace(kept=[], ids={}, consumers={}))

    async def add_consumer(self, stream, config):
        self.server.told.append(f"{stream} {config}")
        await self.ask(self.keeps["streams"][stream].consumers.setdefault, config.durable_name, _Consumer(config))

    async def delete_stream(self, stream):
        await self.ask(self.keeps["streams"].pop, stream)

    async def publish(self, subject, text, timeout, headers):
        return await asyncio.wait_for(self.ask(self._publish, subject, text, headers["Nats-Msg-Id"]), timeout)

    def _publish(self, subject, text, id):
        stream = self.keeps["streams"]["-".join(subject.split(".")[:-1])]
        if id not in stream.ids:
            stream.ids[id] = len(stream.kept) + 1
            stream.kept.append((subject, text, self.server.loop.now))
        self._push()
        return SimpleNamespace(seq=stream.ids[id])

    async def consumer_info(self, stream, durable):
        return await self.ask(self._info, self.keeps["streams"][stream], durable)

    def _info(self, stream, durable):
        its = stream.consumers[durable]
        left = [each for each in stream.kept[its.read :] if each[0] == its.config.filter_subject]
        return SimpleNamespace(num_pending=len(left), num_ack_pending=len(its.out) + len(its.again))

    # What the server pushes.

    def _push(self):
        for stream in self.keeps["streams"].values():
            for consumer in stream.consumers.values():
                while self._next(stream, consumer):
                    pass

    def _next(self, stream, its):
        readers = [
            each for each in self.keeps["readers"]
            if (each.subject, each.queue) == (its.config.deliver_subject, its.config.deliver_group)
        ]  # fmt: skip
        if not readers or len(its.out) >= its.config.max_ack_pending or not self.server.up:
            return False
        number = its.again.pop(0) if its.again else self._new(stream, its)
        if number is None:
            return False
        its.turn += 1
        its.out[number] = given = object()
        self._bring(readers[its.turn % len(readers)], stream, its, number)
        self.server.loop.call_later(its.config.ack_wait / self.haste, self._comes_again, its, number, given)
        return True

    def _new(self, stream, its):
        while its.read < len(stream.kept):
            its.read += 1
            if stream.kept[its.read - 1][0] == its.config.filter_subject:
                return its.read
        return None

    def _comes_again(self, its, number, given):
        if its.out.get(number) is given:
            del its.out[number]
            its.again.append(number)
            self._push()

    def _bring(self, reader, stream, its, number):
        _, text, kept = stream.kept[number - 1]
        about = SimpleNamespace(
            timestamp=EPOCH + timedelta(microseconds=kept / 1000), sequence=SimpleNamespace(stream=number)
        )
        given = its.out[number]

        async def ack_sync(timeout):
            await self.ask(self._over, its, number)

        async def nak():
            await self.ask(self._comes_again, its, number, given)

        message = SimpleNamespace(data=text, metadata=about, ack_sync=ack_sync, nak=nak)

        async def come():
            await asyncio.sleep(WAY)
            if reader in self.keeps["readers"]:
                await reader.cb(message)

        reader.context.run(self.server.loop.create_task, come())

    def _over(self, its, number):
        its.out.pop(number, None)
        self._push()
