"""How a service reaches a NATS server."""

import json
from functools import partial
from time import monotonic_ns, time_ns

from evsim.testbed.delivery_groups import group_of
from evsim.testbed.nats_process import consumers_of, failures, inbox_of, nats_at, subject_of
from evsim.testbed.process_names import BROKER
from evsim.testbed.server_client import ServerClient

__all__ = ["NatsClient"]

PATIENCE = 2.0  # seconds that a publisher, or who acknowledges, waits for the server


class NatsClient(ServerClient):
    """The server hands out again what was not acknowledged: an acknowledgement counts when the server has said so."""

    def failures(self):
        return failures()

    async def stay_connected(self):
        process = self.process
        self._nats = await nats_at(process.broker_choice, process.peers[BROKER], process.token)
        self._stream = self._nats.jetstream()
        for channel, _, durable, readers in consumers_of(process.scenario):
            if process.service in readers:
                await self._nats.subscribe(inbox_of(process, channel, durable), cb=self._hear, queue=durable)
        await self._nats.flush()
        self.connected.set()

    async def send(self, frame, channel, partition):
        text, subject = json.dumps(frame).encode(), subject_of(self.process, channel, partition)
        kept = await self._stream.publish(subject, text, timeout=PATIENCE, headers={"Nats-Msg-Id": frame["message"]})
        return kept.seq

    async def _hear(self, received):
        frame, about = json.loads(received.data), received.metadata
        group = group_of(self.process.scenario, frame["channel"], self.process.service)
        kept_at = monotonic_ns() - (time_ns() - int(about.timestamp.timestamp() * 1e9))
        acknowledge = partial(received.ack_sync, timeout=PATIENCE)
        self.beside(self.handle(frame, group, about.sequence.stream, acknowledge, received.nak, kept_at))
