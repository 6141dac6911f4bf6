"""How a service reaches a Kafka, with the verbs of :class:`evsim.testbed.broker_client.BrokerClient`."""

import asyncio
import json
from time import monotonic_ns

from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.testbed.awaited_delivery import handled
from evsim.testbed.delivery_groups import group_of
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.instances import BROKER
from evsim.testbed.kafka_process import failures, group_id, settings_of, topic_of

__all__ = ["KafkaClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
BEFORE_ANOTHER = 0.05  # seconds until something that failed is tried again
LONGEST_FETCH = 10  # milliseconds for which the server may keep a fetch open


class KafkaClient:
    """The connection of one service with a Kafka; what it hears of the server it notes for it.

    A server knows of a group how far it has committed, and nothing of single messages. So each partition is a line
    that is worked off one by one: handle, commit, the next. What was handled and not committed comes again after a
    restart. Partitions are assigned by number, as members that join a group wait some seconds for each other.
    """

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self.open, self._tasks = asyncio.Event(), 0, set()
        self._grants = GrantCounter(process.folder, [process.service])

    async def stay_connected(self):
        from aiokafka import AIOKafkaProducer

        self._failures = failures()
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
            self._beside(self._follow(consumer, place, group))

    def _beside(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the server has said that it keeps it."""
        text = json.dumps({"message": message, "route": route, "luck": luck}).encode()
        self.open += 1
        try:
            sent = self._producer.send_and_wait(topic_of(self.process, channel), text, partition=partition)
            kept = await asyncio.wait_for(sent, PATIENCE)
        except self._failures:
            return False
        finally:
            self.open -= 1
        self.process.journal.note("kept", message, kept.offset, monotonic_ns())
        return True

    async def _follow(self, consumer, place, group):
        """Take one message of a partition after the other."""
        while True:
            try:
                received = await consumer.getone(place)
                while not await self._handle(received, group):
                    pass  # again, as nobody else would
                await consumer.commit({place: received.offset + 1})
            except self._failures:
                await asyncio.sleep(BEFORE_ANOTHER)

    async def _handle(self, received, group):
        """Whether a message was handled, or given up."""
        frame, journal = json.loads(received.value), self.process.journal
        message = frame["message"]
        attempt = self._grants.next(message, group)
        journal.note("kept", message, received.offset, monotonic_ns())
        journal.note("granted", message, group, attempt, self.process.name)
        ok = await handled(self.deliver, frame, group, attempt)
        if ok or attempt >= PLAIN_ATTEMPTS:
            journal.note("settled" if ok else "dead", message, group, attempt)
            return True
        return False
