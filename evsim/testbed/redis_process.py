"""Redis as the broker: a stream for each partition, or for a queue, with a consumer group for each reader."""

import json
from importlib.util import find_spec
from pathlib import Path

from evsim.testbed.delivery_groups import groups_of
from evsim.testbed.roles import serve
from evsim.testbed.server_process import ServerProcess, program
from evsim.testbed.wire import HOST

__all__ = ["RedisProcess", "failures", "is_installed", "redis_at", "stream_of"]

ABANDONED = 2000  # milliseconds after which a message that was handed out is with a handler, or with nobody
# Who is told that a message is kept can rely on it when the server is killed, though not when the power fails.
SETTINGS = """
bind {host}
port {port}
requirepass {token}
dir {folder}
save ""
appendonly yes
appendfsync no
"""


def is_installed(url=None):
    """Whether there is a client and, where no URL says where one runs, a server."""
    return find_spec("redis") is not None and (url is not None or program("redis-server") is not None)


def failures():
    """What a client raises where the server does not answer, or has gone."""
    from redis.exceptions import RedisError

    return RedisError, OSError, TimeoutError


def redis_at(broker, port, token, **settings):
    """A client of the server; it tries nothing again by itself, so that nothing is published twice."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    settings = {"retry": Retry(NoBackoff(), 0)} | settings
    if broker.url is not None:
        return Redis.from_url(broker.url, **settings)
    return Redis(host=HOST, port=port, password=token, **settings)


def stream_of(process, channel, partition):
    """The name of the stream of a partition, or of a channel without any (-1): each run has its own."""
    return f"evsim:{process.run_name}:{channel}:{max(partition, 0)}"


class RedisProcess(ServerProcess):
    def launch(self, port):
        folder = Path(self.folder) / "redis"
        folder.mkdir(exist_ok=True)
        settings = Path(self.folder) / "redis.conf"
        settings.write_text(SETTINGS.format(host=HOST, port=port, token=self.token, folder=json.dumps(str(folder))))
        return self.run([program("redis-server"), str(settings)])

    async def reach(self, port=None):
        self.redis = redis_at(self.broker_choice, port, self.token)
        try:
            await self.redis.ping()
        except failures() as error:
            raise OSError(f"{self.broker_choice} cannot be reached ({type(error).__name__})") from None

    def _streams(self):
        for name, channel in self.scenario.channels.items():
            for partition in range(channel.partitions if channel.partitioned else 1):
                for group in groups_of(self.scenario, name):
                    yield stream_of(self, name, partition), group

    async def prepare(self):
        from redis.exceptions import ResponseError

        for stream, group in self._streams():
            try:
                await self.redis.xgroup_create(stream, group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def status(self):
        backlog = 0
        for stream in {stream for stream, _ in self._streams()}:
            for group in await self.redis.xinfo_groups(stream):
                backlog += group["pending"] + (group["lag"] or 0)
                if group["pending"] and not self.broker_choice.claims:
                    backlog -= await self._lost(stream, group)
        return {"backlog": backlog}

    async def _lost(self, stream, group):
        """How many messages nobody will claim; whoever works on one for longer says so itself."""
        most = group["pending"]
        return len(await self.redis.xpending_range(stream, group["name"], "-", "+", most, idle=ABANDONED))

    async def remove(self):
        await self.redis.delete(*{stream for stream, _ in self._streams()})


if __name__ == "__main__":
    serve(RedisProcess)
