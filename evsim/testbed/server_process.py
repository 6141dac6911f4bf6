"""A server that somebody else has written as the broker: started for the run, or found at a URL."""

import asyncio
import shutil
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from evsim.testbed.roles import Process
from evsim.testbed.wire import HOST

__all__ = ["ServerProcess", "free_port", "program"]

ATTEMPTS = 5  # at starting a server: a port that was free may be taken a moment later
LOOK = 0.01  # seconds between two looks whether it has started


def program(name):
    """The path of a program: that of evsim's own environment, or one on the PATH; None without any."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


class ServerProcess(Process, ABC):
    server: subprocess.Popen | None = None  # where this process has started it

    @abstractmethod
    def launch(self, port):
        """Start the server at a port: its process."""

    @abstractmethod
    async def reach(self, port=None):
        """Connect with the server, at a port or at the URL; :exc:`OSError` while it cannot be reached."""

    @abstractmethod
    async def prepare(self):
        """Make the channels."""

    @abstractmethod
    async def remove(self):
        """Take away the channels of this run, at a URL."""

    async def start(self):
        if self.broker_choice.url is None:
            await self._launch()
        else:
            await self.reach()
        await self.prepare()
        return self.port or None

    async def _launch(self):
        for _ in range(ATTEMPTS):
            port = self.port or free_port()
            self.server = self.launch(port)
            while self.server.poll() is None:
                try:
                    await self.reach(port)
                except OSError:
                    await asyncio.sleep(LOOK)
                else:
                    self.port = port
                    return
        raise OSError(f"{self.broker_choice.kind} does not start")

    def run(self, command, **settings):
        """A program in the background, which says nothing, and leaves nothing outside the folder of the run."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        quiet["cwd"] = self.folder
        return subprocess.Popen(command, **quiet | settings)

    async def leave(self):
        if self.broker_choice.url is not None:
            await self.remove()
        elif self.server is not None:
            self.server.kill()


def free_port():
    """A port of this machine at which nobody listens now."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return one.getsockname()[1]
