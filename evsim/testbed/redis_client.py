"""How a service reaches Redis, with the verbs of :class:`evsim.testbed.broker_client.BrokerClient`.

A *lane* is one consumer of one stream: it has one message at a time. A log has one for each partition, a queue one for
each worker. Redis hands out nothing again by itself: a consumer asks for what it has and has not acknowledged, when it
starts, when a handler has failed, and when the connection was broken. Without this question such messages are lost.
"""

import asyncio
import json
from time import monotonic_ns

from evsim.scenario.retry import PLAIN_ATTEMPTS
from evsim.testbed.awaited_delivery import handled
from evsim.testbed.delivery_groups import group_of, readers_of
from evsim.testbed.grant_counter import GrantCounter
from evsim.testbed.instances import BROKER
from evsim.testbed.redis_process import redis_at, stream_of

__all__ = ["RedisClient"]

PATIENCE = 2.0  # seconds that a publisher waits for the server
GLANCE = 1000  # milliseconds for which one question for messages waits
BEFORE_ANOTHER = 0.02  # seconds until a connection that broke is tried again
HAVE, NEW = "0", ">"  # what a consumer asks for: what it has not acknowledged, or what is new


class RedisClient:
    """The connection of one service with a Redis server; what it hears of the server it notes for it."""

    def __init__(self, process, channels, deliver):
        self.process, self.channels, self.deliver = process, channels, deliver
        self.connected, self.open, self._tasks = asyncio.Event(), 0, set()
        readers = dict.fromkeys(each for channel in channels for each in readers_of(process.scenario, channel))
        self._grants = GrantCounter(process.folder, list(readers))

    async def stay_connected(self):
        from redis.exceptions import RedisError

        self._failures = RedisError, OSError, TimeoutError
        where = self.process.broker_choice, self.process.peers[BROKER], self.process.token
        self._publisher = redis_at(*where, socket_timeout=PATIENCE)
        self._reader = redis_at(*where, socket_timeout=GLANCE / 1000 + PATIENCE)
        for channel in self.channels:
            for lane in self._lanes(channel):
                self._beside(self._follow(channel, *lane))
        self.connected.set()

    def _lanes(self, channel):
        """``(partition, consumer)`` of each."""
        name = self.process.name
        if self.process.scenario.channels[channel].partitioned:
            return [(partition, name) for partition in self.process.partitions(channel)]
        return [(-1, f"{name}-{worker}") for worker in range(self.process.settings.workers)]

    def _beside(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def publish(self, message, channel, partition, route, luck):
        """Hand over a message; whether the server has said that it keeps it."""
        text = json.dumps({"message": message, "route": route, "luck": luck})
        self.open += 1
        try:
            number = await self._publisher.xadd(stream_of(self.process, channel, partition), {"frame": text})
        except self._failures:
            return False
        finally:
            self.open -= 1
        self._kept(message, number)
        return True

    def _kept(self, message, number):
        self.process.journal.note("kept", message, [int(part) for part in number.split(b"-")], monotonic_ns())

    async def _follow(self, channel, partition, consumer):
        """Take one message after the other."""
        stream = stream_of(self.process, channel, partition)
        group = group_of(self.process.scenario, channel, self.process.service)
        ask = HAVE
        while True:
            try:
                found = await self._reader.xreadgroup(group, consumer, {stream: ask}, count=1, block=GLANCE)
                entries = found[0][1] if found else []
                if not entries:
                    ask = NEW
                for number, fields in entries:
                    if not await self._handle(stream, group, number, json.loads(fields[b"frame"])):
                        ask = HAVE
            except self._failures:
                ask = HAVE
                await asyncio.sleep(BEFORE_ANOTHER)

    async def _handle(self, stream, group, number, frame):
        """Whether a message was handled, or given up, and acknowledged."""
        message, journal = frame["message"], self.process.journal
        attempt = self._grants.next(message, group)
        self._kept(message, number)
        journal.note("granted", message, group, attempt, self.process.name)
        ok = await handled(self.deliver, frame, group, attempt)
        if not ok and attempt < PLAIN_ATTEMPTS:
            return False
        await self._reader.xack(stream, group, number)
        journal.note("settled" if ok else "dead", message, group, attempt)
        return True
