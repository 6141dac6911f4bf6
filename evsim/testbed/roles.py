"""What the supervisor tells a process of the testbed, and what every such process does with it.

The first line of the standard input is the task; the process answers with the port at which it listens. Then come
``peers`` (name -> port), ``begin`` (the time of the machine's clock that is the run's zero) and ``status``, which asks
what is still open. When the standard input ends, as when the supervisor is killed, the process ends too.
"""

import asyncio
import json
import os
import sys
from threading import Thread

from evsim.scenario import Scenario
from evsim.testbed.journal import Journal

__all__ = ["Process", "serve"]


class Process:
    """One process: ``scenario``, ``seed``, ``name``, ``life``, ``folder``, ``token`` and its ``journal``."""

    def __init__(self, task):
        self.name, self.life, self.folder = task["name"], task["life"], task["folder"]
        self.token, self.port, self.seed = task["token"], task["port"], task["seed"]
        self.scenario = Scenario.from_dict(task["scenario"], task["scenario_folder"])
        self.broker_kind = task["broker"]
        self.journal = Journal(self.folder, self.name, self.life)
        self.peers = {}

    async def start(self):
        """Begin to listen; returns the port, or None."""

    async def meet(self, peers):
        """Learn where the others listen."""
        self.peers = peers

    async def begin(self, origin):
        """The run begins."""

    async def status(self):
        """What is open, as a dict; nothing is where all values are 0."""
        return {}

    @property
    def children(self):
        """The numbers of processes that it has started, which are killed when it is."""
        return []

    def leave(self):
        """Whoever started this process has gone."""


def serve(role):
    """Be a process of the class `role`, until the standard input ends."""
    task = json.loads(sys.stdin.readline())
    asyncio.run(_live(role(task)))


async def _live(process):
    loop = asyncio.get_running_loop()
    port = await process.start()
    process.journal.note("up")
    _say({"port": (port, process.children)})

    async def obey(order):
        if "peers" in order:
            await process.meet(order["peers"])
            _say({"met": True})
        elif "begin" in order:
            await process.begin(order["begin"])
            _say({"begun": True})
        else:
            _say({"status": await process.status()})

    def listen():
        for line in sys.stdin:
            asyncio.run_coroutine_threadsafe(obey(json.loads(line)), loop).add_done_callback(_report)
        process.leave()
        os._exit(0)

    Thread(target=listen, daemon=True).start()
    await asyncio.Event().wait()


def _report(done):
    if done.exception():
        _say({"failed": repr(done.exception())})


def _say(what):
    print(json.dumps(what), flush=True)
