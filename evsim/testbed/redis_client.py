"""How a service reaches Redis.

A *lane* is one consumer of one stream: it has one message at a time. A log has one for each partition, a queue one for
each worker. Redis hands out nothing again by itself: a consumer asks for what it has and has not acknowledged, when it
starts, when a handler has failed, and when the connection was broken. One that does not claim asks for new ones only,
and loses such messages.
"""

import asyncio
import json
from functools import partial

from evsim.testbed.delivery_groups import group_of
from evsim.testbed.process_names import BROKER
from evsim.testbed.redis_process import failures, redis_at, stream_of
from evsim.testbed.server_client import ServerClient

__all__ = ["RedisClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
GLANCE = 1000  # milliseconds for which one question for messages waits
BEFORE_ANOTHER = 0.02  # seconds until a connection that broke is tried again
HAVE, NEW = "0", ">"  # what a consumer asks for: what it has not acknowledged, or what is new


class RedisClient(ServerClient):
    def failures(self):
        return failures()

    async def stay_connected(self):
        where = self.process.broker_choice, self.process.peers[BROKER], self.process.token
        self._publisher = redis_at(*where, socket_timeout=PATIENCE)
        self._reader = redis_at(*where, socket_timeout=GLANCE / 1000 + PATIENCE)
        for channel in self.channels:
            for lane in self._lanes(channel):
                self.beside(self._follow(channel, *lane))
        self.connected.set()

    def _lanes(self, channel):
        """``(partition, consumer)`` of each."""
        name = self.process.name
        if self.process.scenario.channels[channel].partitioned:
            return [(partition, name) for partition in self.process.partitions(channel)]
        return [(-1, f"{name}-{worker}") for worker in range(self.process.settings.workers)]

    async def send(self, frame, channel, partition):
        stream = stream_of(self.process, channel, partition)
        return _parts(await self._publisher.xadd(stream, {"frame": json.dumps(frame)}))

    async def _follow(self, channel, partition, consumer):
        """Take one message after the other."""
        stream = stream_of(self.process, channel, partition)
        group = group_of(self.process.scenario, channel, self.process.service)
        again = HAVE if self.process.broker_choice.claims else NEW
        ask = again
        while True:
            try:
                found = await self._reader.xreadgroup(group, consumer, {stream: ask}, count=1, block=GLANCE)
                entries = found[0][1] if found else []
                if not entries:
                    ask = NEW
                for number, fields in entries:
                    acknowledge = partial(self._reader.xack, stream, group, number)
                    if not await self.handle(json.loads(fields[b"frame"]), group, _parts(number), acknowledge):
                        ask = again
            except self._failures:
                ask = again
                await asyncio.sleep(BEFORE_ANOTHER)


def _parts(number):
    """The number of a message: a time, and one more for those of the same time."""
    return [int(part) for part in number.split(b"-")]
