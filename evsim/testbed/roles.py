"""What the supervisor tells a process of the testbed, and what every such process does with it.

The first line of the standard input is the task; the process answers with the port at which it listens. Then come
``peers`` (name -> port), ``begin`` (the time of the machine's clock that is the run's zero) and ``status``, which asks
what is still open. When the standard input ends, as when the supervisor is killed, the process ends with all that
it has started, and removes the folder of the run: the last one leaves nothing there.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from threading import Thread

from evsim.scenario import Scenario
from evsim.testbed.brokers import BrokerChoice
from evsim.testbed.journal import Journal
from evsim.testbed.process_names import instance_of, service_of

__all__ = ["Process", "serve"]

PATIENCE = 5.0  # seconds for leaving in good order


class Process:
    """One process: ``scenario``, ``seed``, ``name``, ``life``, ``folder``, ``token`` and its ``journal``."""

    def __init__(self, task):
        self.name, self.life, self.folder = task["name"], task["life"], task["folder"]
        self.service, self.instance = service_of(self.name), instance_of(self.name)
        self.token, self.port, self.seed = task["token"], task["port"], task["seed"]
        self.scenario = Scenario.from_dict(task["scenario"], task["scenario_folder"])
        self.broker_choice, self.run_name = BrokerChoice(*task["broker"]), task["run_name"]
        self.database = task["database"]
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

    async def leave(self):
        """The run is over, or whoever started this process has gone: take away what is left elsewhere."""


def serve(role):
    """Be a process of the class `role`, until the standard input ends."""
    task = json.loads(sys.stdin.readline() or "null")
    if task is None:
        return
    life = _Life(task["folder"])
    listening = Thread(target=life.listen, daemon=True)
    listening.start()
    try:
        asyncio.run(life.live(role, task))
    except Exception as error:
        traceback.print_exc()
        _say({"failed": f"{type(error).__name__}: {error}"})
    listening.join()


class _Life:
    """A process and the orders that it gets, from the first to the end of the standard input."""

    loop: asyncio.AbstractEventLoop  # once it lives; nobody orders anything before it has said where it listens
    process: Process

    def __init__(self, folder):
        self.folder = folder

    async def live(self, role, task):
        self.loop = asyncio.get_running_loop()
        self.process = role(task)
        port = await self.process.start()
        self.process.journal.note("up")
        _say({"port": port})
        await asyncio.Event().wait()

    def listen(self):
        for line in sys.stdin:
            asyncio.run_coroutine_threadsafe(self.obey(json.loads(line)), self.loop).add_done_callback(_report)
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(self.process.leave(), self.loop).result(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)
        _end()

    async def obey(self, order):
        if "peers" in order:
            await self.process.meet(order["peers"])
            _say({"met": True})
        elif "begin" in order:
            await self.process.begin(order["begin"])
            _say({"begun": True})
        elif "leave" in order:
            await self.process.leave()
            _say({"left": True})
        else:
            _say({"status": await self.process.status()})


def _end():
    """End at once, with all that this process has started; it leads a group of its own (not on Windows)."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def _report(done):
    if done.exception():
        _say({"failed": repr(done.exception())})


def _say(what):
    with suppress(OSError):  # nobody hears it: the standard input ends, too, and that is what ends this process
        print(json.dumps(what), flush=True)
