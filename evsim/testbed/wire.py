"""Frames: JSON objects, one a line, over connections on this machine's own loopback address.

Whoever connects first shows the token of the run, so that no stranger on the machine and no other run is let in.
"""

import asyncio
import json
from hmac import compare_digest

__all__ = ["HOST", "connect", "frames", "listen", "port_of", "send"]

HOST = "127.0.0.1"
LONGEST = 1 << 20  # bytes of a frame


def send(writer, frame):
    """Hand a frame to the operating system, or drop it where the other end has gone."""
    if not writer.is_closing():
        writer.write(json.dumps(frame, separators=(",", ":")).encode() + b"\n")


async def frames(reader):
    """The frames that come, until the other end has gone."""
    while True:
        try:
            line = await reader.readline()
        except (ConnectionError, OSError, ValueError):
            return
        if not line.endswith(b"\n"):
            return
        yield json.loads(line)


async def connect(port, token):
    """A connection to a process of this run: (reader, writer). :exc:`OSError` where nobody listens."""
    reader, writer = await asyncio.open_connection(HOST, port, limit=LONGEST)
    send(writer, {"token": token})
    return reader, writer


async def listen(port, token, serve):
    """Listen at `port` (0: any that is free) and call ``serve(reader, writer)`` for who shows the token: the server."""

    async def welcome(reader, writer):
        try:
            greeting = json.loads(await reader.readline())
            if compare_digest(str(greeting.get("token")), token):
                await serve(reader, writer)
        except (ConnectionError, OSError, ValueError, AttributeError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(welcome, HOST, port, limit=LONGEST)


def port_of(server):
    """The port at which a server listens."""
    return server.sockets[0].getsockname()[1]
