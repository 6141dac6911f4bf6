"""How a service reaches RabbitMQ, with the verbs of :class:`evsim.testbed.broker_client.BrokerClient`."""

import asyncio
import json
from time import monotonic_ns

from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.testbed.delivery_groups import delivery_id, group_of, readers_of
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.instances import BROKER
from evsim.testbed.rabbit_process import exchange_of, failures, queue_of, rabbit_at, routing_key

__all__ = ["RabbitClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
BEFORE_ANOTHER = 0.05  # seconds until a connection that broke is tried again


class RabbitClient:
    """The connection of one service with a RabbitMQ server; what it hears of the server it notes for it.

    How much a consumer holds is limited by the prefetch of its channel: one message of a partition, and of a queue as
    many as there are workers. The server hands out again what a connection held that broke.
    """

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self.open, self._tasks, self._exchange = asyncio.Event(), 0, set(), None
        readers = dict.fromkeys(each for channel in channels for each in readers_of(process.scenario, channel))
        self._grants = GrantCounter(process.folder, list(readers))

    async def stay_connected(self):
        self._failures = failures()
        while True:
            lost = asyncio.Event()
            try:
                await self._connect(lost)
            except self._failures:
                await asyncio.sleep(BEFORE_ANOTHER)
                continue
            self.connected.set()
            await lost.wait()
            self._exchange = None

    async def _connect(self, lost):
        process = self.process
        self._rabbit = await rabbit_at(process.broker_choice, process.peers[BROKER], process.token)
        self._rabbit.close_callbacks.add(lambda *_: lost.set())
        publishing = await self._rabbit.channel()
        for channel in self.channels:
            settings, group = process.scenario.channels[channel], group_of(process.scenario, channel, process.service)
            consuming = await self._rabbit.channel()
            await consuming.set_qos(prefetch_count=1 if settings.partitioned else process.settings.workers)
            for partition in process.partitions(channel):
                queue = await consuming.get_queue(queue_of(process, channel, partition, group), ensure=False)
                await queue.consume(self._hear)
        self._exchange = await publishing.get_exchange(exchange_of(process), ensure=False)

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the server has said that it keeps it."""
        from aio_pika import DeliveryMode, Message

        if self._exchange is None:
            return False
        sent = monotonic_ns()
        frame = {"message": message, "channel": channel, "route": route, "luck": luck, "sent": sent}
        text = Message(json.dumps(frame).encode(), delivery_mode=DeliveryMode.PERSISTENT)
        self.open += 1
        try:
            await self._exchange.publish(text, routing_key(channel, partition), timeout=PATIENCE)
        except self._failures:
            return False
        finally:
            self.open -= 1
        self.process.journal.note("kept", message, sent, monotonic_ns())
        return True

    async def _hear(self, received):
        frame, journal = json.loads(received.body), self.process.journal
        message, group = frame["message"], group_of(self.process.scenario, frame["channel"], self.process.service)
        attempt = self._grants.next(message, group)
        journal.note("kept", message, frame["sent"], monotonic_ns())
        journal.note("granted", message, group, attempt, self.process.name)

        def settle(ok, reason):
            task = asyncio.get_running_loop().create_task(self._settle(received, ok, message, group, attempt))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self.deliver(delivery_id(message, group, attempt), frame["route"], frame["luck"], attempt, settle)

    async def _settle(self, received, ok, message, group, attempt):
        try:
            if not ok and attempt < PLAIN_ATTEMPTS:
                await received.nack(requeue=True)
                return
            await received.ack()
        except self._failures:
            return  # it comes again
        self.process.journal.note("settled" if ok else "dead", message, group, attempt)
