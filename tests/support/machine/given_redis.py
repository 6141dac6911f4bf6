"""Redis as a given machine has it: streams with groups."""

from collections import defaultdict
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

from tests.support.machine.given_servers import asked, given_modules

__all__ = ["given_redis"]


class _RedisError(Exception):
    """What the client raises."""


class _Group:
    def __init__(self):
        self.read, self.pending = 0, {}


class _Stream:
    def __init__(self):
        self.entries, self.groups = [], {}


@contextmanager
def given_redis(servers):
    """In its block the client of Redis speaks with servers that are given."""

    class Redis(_Redis):
        def __init__(self, host, port, **settings):
            super().__init__(servers, host, port, settings)

        @classmethod
        def from_url(cls, url, **settings):
            return cls(urlsplit(url).hostname, urlsplit(url).port or 6379, **settings)

    modules = {
        "redis": SimpleNamespace(), "redis.exceptions": SimpleNamespace(RedisError=_RedisError, ResponseError=_Busy),
        "redis.asyncio": SimpleNamespace(Redis=Redis), "redis.backoff": SimpleNamespace(NoBackoff=lambda: "no backoff"),
        "redis.asyncio.retry": SimpleNamespace(Retry=lambda how, times: f"{times} times with {how}"),
    }  # fmt: skip
    with given_modules(modules):
        yield


class _Busy(_RedisError):
    """A refusal of the server."""


class _Redis:
    def __init__(self, servers, host, port, settings):
        self.server = servers.at(port, host)
        servers.told.append(f"a client of {host}:{port} {settings}")
        if "streams" not in self.server.keeps:
            self.server.keeps["streams"] = defaultdict(_Stream)
        self.streams = self.server.keeps["streams"]

    async def _ask(self, do, *arguments):
        return await asked(self.server, _RedisError, do, *arguments)

    async def ping(self):
        await self._ask(bool)

    async def xadd(self, stream, fields):
        return await self._ask(self._add, stream, fields)

    def _add(self, stream, fields):
        entries, now = self.streams[stream].entries, self.server.loop.now // 1_000_000
        same = sum(number.startswith(b"%d-" % now) for number, _ in entries)
        number = b"%d-%d" % (now, same)
        entries.append((number, {name.encode(): value.encode() for name, value in fields.items()}))
        self.server.news()
        return number

    async def xgroup_create(self, stream, group, id, mkstream):
        await self._ask(self._create, stream, group)

    def _create(self, stream, group):
        if group in self.streams[stream].groups:
            raise _Busy("BUSYGROUP it is there")
        self.streams[stream].groups[group] = _Group()

    async def xreadgroup(self, group, consumer, asks, count, block):
        ((stream, ask),) = asks.items()
        until = self.server.loop.time() + block / 1000
        while True:
            found = await self._ask(self._read, stream, group, consumer, ask, count)
            left = until - self.server.loop.time()
            if found or ask != ">" or left <= 0:
                return [[stream.encode(), found]] if found or ask != ">" else []
            await self.server.something_new(left)

    def _read(self, stream, group, consumer, ask, count):
        entries, its = self.streams[stream].entries, self.streams[stream].groups[group]
        if ask != ">":
            return [each for each in entries if its.pending.get(each[0], (None,))[0] == consumer][:count]
        found = entries[its.read : its.read + count]
        its.read += len(found)
        its.pending |= {number: (consumer, self.server.loop.time()) for number, _ in found}
        return found

    async def xack(self, stream, group, number):
        await self._ask(self.streams[stream].groups[group].pending.pop, number)

    async def xinfo_groups(self, stream):
        return await self._ask(self._groups, stream)

    def _groups(self, stream):
        its = self.streams[stream]
        return [
            {"name": name, "pending": len(group.pending), "lag": len(its.entries) - group.read or None}
            for name, group in its.groups.items()
        ]

    async def xpending_range(self, stream, group, least, most, count, idle):
        pending = self.streams[stream].groups[group].pending.values()
        return await self._ask(
            lambda: [each for each in pending if self.server.loop.time() - each[1] >= idle / 1000][:count]
        )

    async def delete(self, *streams):
        for stream in streams:
            await self._ask(self.streams.pop, stream)
