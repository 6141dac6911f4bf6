"""How a service reaches a Kafka."""

import asyncio
import json
from functools import partial

from evsim.testbed.delivery_groups import group_of
from evsim.testbed.kafka_process import failures, group_id, settings_of, topic_of
from evsim.testbed.process_names import BROKER
from evsim.testbed.server_client import ServerClient

__all__ = ["KafkaClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
BEFORE_ANOTHER = 0.05  # seconds until something that failed is tried again
LONGEST_FETCH = 10  # milliseconds for which the server may keep a fetch open


class KafkaClient(ServerClient):
    """A server knows of a group how far it has committed, and nothing of single messages. So each partition is a line
    that is worked off one by one: handle, commit, the next. What was handled and not committed comes again after a
    restart. Partitions are assigned by number, as members that join a group wait some seconds for each other.
    """

    def failures(self):
        return failures()

    async def stay_connected(self):
        from aiokafka import AIOKafkaProducer

        self._settings = settings_of(self.process.broker_choice, self.process.peers[BROKER])
        self._producer = AIOKafkaProducer(**self._settings, acks="all")
        await self._producer.start()
        for channel in self.channels:
            await self._subscribe(channel)
        self.connected.set()

    async def _subscribe(self, channel):
        from aiokafka import AIOKafkaConsumer, TopicPartition

        group = group_of(self.process.scenario, channel, self.process.service)
        places = [TopicPartition(topic_of(self.process, channel), each) for each in self.process.partitions(channel)]
        if not places:
            return
        consumer = AIOKafkaConsumer(
            **self._settings, group_id=group_id(self.process, group), enable_auto_commit=False,
            auto_offset_reset="earliest", fetch_max_wait_ms=LONGEST_FETCH,
        )  # fmt: skip
        await consumer.start()
        consumer.assign(places)
        for place in places:
            self.beside(self._follow(consumer, place, group))

    async def send(self, frame, channel, partition):
        text = json.dumps(frame).encode()
        sent = self._producer.send_and_wait(topic_of(self.process, channel), text, partition=partition)
        return (await asyncio.wait_for(sent, PATIENCE)).offset

    async def _follow(self, consumer, place, group):
        """Take one message of a partition after the other."""
        while True:
            try:
                received = await consumer.getone(place)
                commit = partial(consumer.commit, {place: received.offset + 1})
                while not await self.handle(json.loads(received.value), group, received.offset, commit):
                    pass  # again, as nobody else would
            except self._failures:
                await asyncio.sleep(BEFORE_ANOTHER)
