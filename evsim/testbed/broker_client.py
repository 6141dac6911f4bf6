"""How a service reaches the broker: it publishes and waits for the confirmation, and gets what it subscribes to."""

import asyncio

from evsim.testbed import wire
from evsim.testbed.delivery_groups import delivery_id
from evsim.testbed.process_names import BROKER

__all__ = ["BrokerClient"]

BEFORE_ANOTHER = 0.02  # seconds until a connection that broke is tried again


class BrokerClient:
    """The connection of one service with the broker; it comes again when it breaks.

    deliver(id, route, luck, attempt, settle): what happens with a message; ``settle(ok, reason)`` ends it.
    """

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self._writer, self._unconfirmed = asyncio.Event(), None, {}

    @property
    def open(self):
        """How many messages wait for their confirmation."""
        return len(self._unconfirmed)

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the broker has said that it keeps it."""
        if self._writer is None:
            return False
        confirmed = self._unconfirmed[message] = asyncio.get_running_loop().create_future()
        frame = {"publish": message, "channel": channel, "partition": partition, "route": route, "luck": luck}
        wire.send(self._writer, frame)
        try:
            return await confirmed
        finally:
            del self._unconfirmed[message]

    async def stay_connected(self):
        """Connect, and hear what comes; again and again."""
        while True:
            try:
                reader, self._writer = await wire.connect(self.process.peers[BROKER], self.process.token)
            except OSError:
                await asyncio.sleep(BEFORE_ANOTHER)
                continue
            credit = self.process.settings.workers
            wire.send(self._writer, {"service": self.process.name, "channels": self.channels, "credit": credit})
            self.connected.set()
            await self._hear(reader, self._writer)
            self._writer = None
            for confirmed in self._unconfirmed.values():
                if not confirmed.done():
                    confirmed.set_result(False)

    async def _hear(self, reader, writer):
        async for frame in wire.frames(reader):
            if "confirmed" in frame:
                waiting = self._unconfirmed.get(frame["confirmed"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(True)
                continue
            message, group, attempt = frame["message"], frame["group"], frame["attempt"]
            about = {"settle": message, "group": group, "attempt": attempt}

            def settle(ok, reason, about=about):
                wire.send(writer, about | {"ok": ok})

            self.deliver(delivery_id(message, group, attempt), frame["route"], frame["luck"], attempt, settle)
        writer.close()
