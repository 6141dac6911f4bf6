"""Connections within one process: what is written is at the other end a moment later."""

import asyncio
from collections import deque
from contextvars import Context, copy_context
from types import SimpleNamespace

from tests.support.machine.given_time import PROGRAM

__all__ = ["WAY", "GivenNetwork"]

WAY = 0.0002  # seconds
FIRST_PORT = 7001


class _Listening:
    """What listens at a port."""

    def __init__(self, network, port, welcome):
        self.network, self.port, self.welcome, self.context = network, port, welcome, copy_context()
        self.sockets = [SimpleNamespace(getsockname=lambda: ("here", port))]

    def leave(self):
        if self.network.listening.get(self.port) is self:
            del self.network.listening[self.port]


class _End:
    """One end of a connection: a reader, and itself as a writer."""

    other: "_End"

    def __init__(self, loop, limit):
        self.loop, self.reader = loop, asyncio.StreamReader(limit, loop=loop)
        self.closing, self._travelling = False, deque()

    def write(self, text):
        if not self.closing:
            self._send(text)

    def is_closing(self):
        return self.closing

    def close(self):
        if not self.closing:
            self.closing = True
            self.reader.feed_eof()
            self._send(None)

    leave = close

    def _send(self, text):
        self._travelling.append(text)
        self.loop.call_later(WAY, self._arrive, context=Context())

    def _arrive(self):
        text, there = self._travelling.popleft(), self.other
        if text is not None and not there.closing:
            there.reader.feed_data(text)
        elif text is None and not there.closing:
            there.closing = True
            there.reader.feed_eof()


class GivenNetwork:
    """``start_server`` and ``open_connection`` as asyncio has them; ``create_server`` as its loop has it."""

    def __init__(self, loop):
        self.loop, self.listening, self._next = loop, {}, FIRST_PORT

    async def start_server(self, welcome, host, port, limit):
        return self._listen(port, welcome)

    async def create_server(self, factory, host, port):
        return self._listen(port, factory)

    def _listen(self, port, welcome):
        if not port:
            port, self._next = self._next, self._next + 1
        there = self.listening[port] = _Listening(self, port, welcome)
        program = PROGRAM.get()
        if program is not None:
            program.has.append(there)
        return there

    async def open_connection(self, host, port, limit):
        await asyncio.sleep(WAY)
        there = self.listening.get(port)
        if there is None:
            raise ConnectionRefusedError(f"nobody listens at {port}")
        here, other = _End(self.loop, limit), _End(self.loop, limit)
        here.other, other.other = other, here
        for end, program in ((here, PROGRAM.get()), (other, there.context.get(PROGRAM))):
            if program is not None:
                program.has.append(end)
        there.context.run(self.loop.create_task, there.welcome(other.reader, other))
        return here.reader, here

    def release(self, program):
        """All that a program had is closed, as when it has ended."""
        had, program.has = program.has, []
        for each in had:
            each.leave()
