"""How a service reaches a NATS server, with the verbs of :class:`evsim.testbed.broker_client.BrokerClient`."""

import asyncio
import json
from time import monotonic_ns, time_ns

from evsim.testbed.delivery_groups import delivery_id, group_of
from evsim.testbed.instances import BROKER
from evsim.testbed.nats_process import consumers_of, subject_of
from evsim.testbed.wire import HOST

__all__ = ["NatsClient"]

PATIENCE = 2.0  # seconds that a publisher, or who acknowledges, waits for the server


class NatsClient:
    """The connection of one service with a NATS server; what it hears of the server it notes for it.

    The server hands out again what was not acknowledged, so an acknowledgement counts when the server has said so.
    """

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self.open, self._tasks = asyncio.Event(), 0, set()

    async def stay_connected(self):
        import nats
        from nats.errors import Error

        self._failures = Error, TimeoutError, OSError
        address = f"nats://{HOST}:{self.process.peers[BROKER]}"
        self._nats = await nats.connect(
            address, token=self.process.token, max_reconnect_attempts=-1, reconnect_time_wait=0.05, error_cb=_ignore
        )
        self._stream = self._nats.jetstream()
        for channel, _, durable, readers in consumers_of(self.process.scenario):
            if self.process.service in readers:
                await self._nats.subscribe(f"to.{channel}.{durable}", cb=self._hear, queue=durable)
        await self._nats.flush()
        self.connected.set()

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the server has said that it keeps it."""
        text = json.dumps({"message": message, "route": route, "luck": luck}).encode()
        self.open += 1
        try:
            kept = await self._stream.publish(
                subject_of(channel, partition), text, timeout=PATIENCE, headers={"Nats-Msg-Id": message}
            )
        except self._failures:
            return False
        finally:
            self.open -= 1
        self.process.journal.note("kept", message, kept.seq, monotonic_ns())
        return True

    async def _hear(self, received):
        frame, about = json.loads(received.data), received.metadata
        message, attempt = frame["message"], about.num_delivered
        group = group_of(self.process.scenario, about.stream, self.process.service)
        since = time_ns() - int(about.timestamp.timestamp() * 1e9)
        self.process.journal.note("kept", message, about.sequence.stream, monotonic_ns() - since)
        self.process.journal.note("granted", message, group, attempt, self.process.name)

        def settle(ok, reason):
            task = asyncio.get_running_loop().create_task(self._settle(received, ok, message, group, attempt))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self.deliver(delivery_id(message, group, attempt), frame["route"], frame["luck"], attempt, settle)

    async def _settle(self, received, ok, message, group, attempt):
        if not ok:
            await received.nak()
            return
        try:
            await received.ack_sync(timeout=PATIENCE)
        except self._failures:
            return  # it comes again
        self.process.journal.note("settled", message, group, attempt)


async def _ignore(error):
    """A connection that broke comes again by itself."""
