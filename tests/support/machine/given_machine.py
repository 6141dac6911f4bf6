"""``GivenMachine``: in its block evsim.live runs all processes in this one, in a time that is given."""

import asyncio
import os
import sqlite3
import subprocess
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from evsim.testbed import (
    customers_process,
    effect_stores,
    journal,
    live_execution,
    mail_process,
    roles,
    server_client,
    server_process,
    service_process,
    supervisor,
    wire,
)  # fmt: skip
from tests.support.machine.given_kafka import given_kafka
from tests.support.machine.given_nats import given_nats
from tests.support.machine.given_network import WAY, GivenNetwork
from tests.support.machine.given_postgres import given_postgres
from tests.support.machine.given_programs import GivenProgram
from tests.support.machine.given_rabbit import given_rabbit
from tests.support.machine.given_redis import given_redis
from tests.support.machine.given_servers import GivenServers
from tests.support.machine.given_time import PROGRAM, GivenTime
from tests.support.machine.given_turns import GivenQueue, Turns

__all__ = ["GivenMachine"]

WITH_CLOCKS = (customers_process, effect_stores, journal, server_client, service_process, supervisor)
ENVIRONMENT = {"PYTHONPATH": "elsewhere", "EVSIM_BROKER": "secret", "EVSIM_DATABASE": "secret", "HOME": "home"}


class GivenMachine:
    """``programs``: all that were started, in this order; ``journals``: name of a file -> its text, at the end.

    ends: name of a process -> after how many seconds its first life ends by itself, and its last words. hangs: names
    of those that never do anything. fail: how many of the servers that are started end at once.
    haste: how many times as soon as it says a server hands out again.
    """

    def __init__(self, ends=None, hangs=(), fail=0, haste=1):
        self.loop = GivenTime()
        self.network, self.turns = GivenNetwork(self.loop), Turns(self.loop)
        self.programs, self.journals, self.stack = [], {}, ExitStack()
        self.ends, self.hangs, self.over, self.servers = ends or {}, hangs, False, GivenServers(self.loop, fail, haste)

    def __enter__(self):
        tokens = (f"token{number}" for number in count(1))
        for module in WITH_CLOCKS:
            self._put(module, monotonic_ns=self.loop.look)
        self._put(wire, asyncio=self.network)
        self.loop.create_server = self.network.create_server
        self._put(mail_process, SMTP=lambda handler, hostname: handler)
        self._put(effect_stores, asyncio=SimpleNamespace(to_thread=_beside))
        self._put(effect_stores, smtplib=SimpleNamespace(SMTP=partial(_Mailer, self)))
        self._put(effect_stores, sqlite3=SimpleNamespace(connect=partial(sqlite3.connect, check_same_thread=False)))
        self._put(roles, _say=lambda what: PROGRAM.get().say(what))
        self._put(
            supervisor, sleep=self.turns.sleep, Event=lambda: self.turns, ThreadPoolExecutor=lambda number: self.turns,
            Queue=partial(GivenQueue, self.turns), token_hex=lambda length: f"{next(tokens)}x{length}",
            subprocess=SimpleNamespace(Popen=self._start, PIPE=subprocess.PIPE, run=None),
            os=SimpleNamespace(killpg=self._kill, environ=ENVIRONMENT, pathsep=os.pathsep),
        )  # fmt: skip
        self._put(
            server_process, shutil=SimpleNamespace(which=lambda name, path=None: None if path else f"/programs/{name}"),
            subprocess=SimpleNamespace(Popen=self.servers.start, DEVNULL="nothing"), free_port=self.servers.free_port,
        )  # fmt: skip
        for given in (
            given_redis(self.servers), given_nats(self.servers, self.loop.look), given_kafka(self.servers),
            given_rabbit(self.servers, self.loop.look), given_postgres(self.servers),
        ):  # fmt: skip
            self.stack.enter_context(given)
        self._put(live_execution, assemble=partial(self._assemble, live_execution.assemble))
        return self

    def __exit__(self, *_):
        self.over = True
        for program in self.programs:
            program.code, program.stopped = None, False
            program.go_on()
        self.loop.end()
        for program in self.programs:
            program.put_away()
        self.stack.close()

    def _put(self, module, **others):
        self.stack.enter_context(patch.multiple(module, **others))

    def _start(self, command, **settings):
        return GivenProgram(self, command, **settings)

    def _kill(self, number, signal):
        next(each for each in self.programs if each.pid == number).kill()

    def _assemble(self, assemble, scenario, seed, folder, *known, **more):
        self.journals = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.jsonl"))}
        return assemble(scenario, seed, folder, *known, **more)


async def _beside(do, *arguments):
    """As asyncio.to_thread, with nobody who waits for a thread."""
    await asyncio.sleep(WAY)
    done = do(*arguments)
    await asyncio.sleep(WAY)
    return done


class _Mailer:
    """A connection with the mail server, as smtplib has it."""

    def __init__(self, machine, host, port, timeout):
        self.handler = machine.network.listening[port].welcome()

    def send_message(self, mail):
        envelope = SimpleNamespace(content=mail.as_bytes().replace(b"\n", b"\r\n"))
        try:
            self.handler.handle_DATA(self, None, envelope).send(None)
        except StopIteration:
            pass
