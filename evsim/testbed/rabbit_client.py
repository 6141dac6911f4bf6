"""How a service reaches RabbitMQ."""

import asyncio
import json
from functools import partial
from time import monotonic_ns

from evsim.testbed.delivery_groups import group_of
from evsim.testbed.process_names import BROKER
from evsim.testbed.rabbit_process import exchange_of, failures, queue_of, rabbit_at, routing_key
from evsim.testbed.server_client import ServerClient

__all__ = ["RabbitClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
BEFORE_ANOTHER = 0.05  # seconds until a connection that broke is tried again


class RabbitClient(ServerClient):
    """How much a consumer holds is limited by the prefetch of its channel: one message of a partition, and of a queue
    as many as there are workers. The server hands out again what a connection held that broke. It numbers nothing: the
    time at which a message was sent is its number.
    """

    _exchange = None

    def failures(self):
        return failures()

    async def stay_connected(self):
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

    async def send(self, frame, channel, partition):
        from aio_pika import DeliveryMode, Message

        if self._exchange is None:
            raise ConnectionError("there is no connection now")
        sent = monotonic_ns()
        text = json.dumps(frame | {"sent": sent}).encode()
        message = Message(text, delivery_mode=DeliveryMode.PERSISTENT)
        await self._exchange.publish(message, routing_key(channel, partition), timeout=PATIENCE)
        return sent

    async def _hear(self, received):
        frame = json.loads(received.body)
        group = group_of(self.process.scenario, frame["channel"], self.process.service)
        self.beside(self.handle(frame, group, frame["sent"], received.ack, partial(received.nack, requeue=True)))
