"""Servers that a run starts, or finds at a URL: when each is there, and how one asks it something."""

import asyncio
import re
import sys
from pathlib import Path
from unittest.mock import patch

from evsim.testbed.wire import HOST
from tests.support.machine.given_network import WAY
from tests.support.machine.given_time import PROGRAM

__all__ = ["GivenServer", "GivenServers", "asked", "given_modules"]

STARTS_IN = 0.015  # seconds
PORT = re.compile(r"listeners\.tcp\.1 = \S+:(\d+)|^port (\d+)|listen: \S+:(\d+)|tcp://\S+:(\d+)", re.MULTILINE)


def given_modules(modules):
    """In its block these are imported, by their names."""
    for each in modules.values():
        each.__spec__ = "there is one"
    return patch.dict(sys.modules, modules)


class GivenServer:
    """A server with what it ``keeps``, through all its lives."""

    def __init__(self, loop):
        self.loop, self.keeps, self.life, self.up, self.told = loop, {}, 0, False, []
        self._waiting, self.when_gone = [], []

    def comes(self):
        self.life, self.up = self.life + 1, True
        self.news()

    def goes(self):
        if self.up:
            self.up = False
            self.news()
            for each in self.when_gone:
                each()

    def news(self):
        """Wake all who wait for something new."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def something_new(self, seconds):
        """Wait for something new, or for so many seconds."""
        new = self.loop.create_future()
        self._waiting.append(new)
        await asyncio.wait([new], timeout=seconds)


async def asked(server, gone, do, *arguments):
    """What a server answers; the error `gone` where it is not there, or goes meanwhile."""
    await asyncio.sleep(WAY)
    if not server.up:
        raise gone("nobody is there")
    life, answer = server.life, do(*arguments)
    await asyncio.sleep(WAY)
    if not server.up or server.life != life:
        raise gone("it has gone")
    return answer


class _Started:
    """A server as a process of a run."""

    def __init__(self, servers, command, settings):
        self.servers, self.code, self.server = servers, None, None
        folder = settings["cwd"]
        files = [Path(each) for each in (*command, *settings.get("env", {}).values()) if str(each).endswith(".conf")]
        written = "\n".join(file.read_text(encoding="utf-8") for file in files)
        servers.told.append(f"{command} {settings} {written}".replace(folder, "FOLDER"))
        found = PORT.search(f"{written}\n{' '.join(command)}")
        if PROGRAM.get() is not None:
            PROGRAM.get().has.append(self)
        if servers.fail > 0:
            servers.fail, self.code = servers.fail - 1, 1
        elif found:
            self.server = servers.at(int(next(filter(None, found.groups()))))
            servers.loop.call_later(STARTS_IN, self._comes)

    def _comes(self):
        if self.code is None:
            self.server.comes()

    def poll(self):
        return self.code

    def kill(self):
        self.code = -9
        if self.server is not None:
            self.server.goes()

    leave = kill


class GivenServers:
    """All servers, by their ports; ``told``: how each was started. fail: how many of them end at once."""

    def __init__(self, loop, fail, haste):
        self.loop, self.fail, self.haste = loop, fail, haste
        self.told, self.there, self._next = [], {}, 9001

    @property
    def asked(self):
        """What the servers were told."""
        return [f"{port}: {each}" for port, server in self.there.items() for each in server.told]

    def at(self, port, host=HOST):
        """The server at a port; on another machine there is always one."""
        if port not in self.there:
            self.there[port] = GivenServer(self.loop)
            if host != HOST:
                self.there[port].comes()
        return self.there[port]

    def start(self, command, **settings):
        return _Started(self, command, settings)

    def free_port(self):
        self._next += 1
        return self._next
