"""Programs that a supervisor starts: their steps are taken in its own process."""

import json
import signal
from contextvars import Context
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Event, current_thread

from evsim.testbed import roles
from tests.support.machine.given_time import PROGRAM

__all__ = ["GivenProgram"]

FIRST = 501  # number of a process


class _Said:
    """What a program says, line by line; who says something goes on when it was heard."""

    def __init__(self):
        self._lines, self._heard = SimpleQueue(), Event()

    def __iter__(self):
        return iter(self._next, None)

    def _next(self):
        self._listener = current_thread()
        self._heard.set()
        return self._lines.get()

    def say(self, line):
        self._heard.wait()
        self._heard.clear()
        self._lines.put(line)
        if line is None:
            self._listener.join()
        else:
            self._heard.wait()

    def close(self):
        """Whoever hears it has enough."""


class GivenProgram:
    """One process of a run: itself its standard input, as it is told everything at once."""

    def __init__(self, machine, command, **settings):
        self.machine, self.command, self.environment = machine, command, settings["env"]
        self.pid = FIRST + len(machine.programs)
        machine.programs.append(self)
        self.stdin, self.stdout, self.errors = self, _Said(), settings["stderr"].name
        self.code, self.stopped, self.failed = None, False, False
        self.held, self.has, self.orders = [], [], []
        self._life, self._context = None, Context()
        self._context.run(PROGRAM.set, self)

    @property
    def runs(self):
        return self.code is None and not self.stopped

    # As a standard input.

    def write(self, line):
        if self.code is not None:
            raise BrokenPipeError
        order = json.loads(line)
        if self._life is None:
            self._begin(order)
        else:
            self.orders.append(line.strip())
            self._context.run(self._obey, order)

    def flush(self):
        """It has been told."""

    def close(self):
        """It is told no more."""

    def _begin(self, task):
        self.name, self.task, self.folder = task["name"], task, task["folder"]
        self._life = roles._Life(self.folder)
        module = import_module(self.command[-1])
        role = next(getattr(module, name) for name in module.__all__ if name.endswith("Process"))
        self.stopped = self.name in self.machine.hangs
        self._living = self._context.run(self.machine.loop.create_task, self._live(role, task))
        if self.name in self.machine.ends and task["life"] == 1:
            self.machine.loop.call_later(*self.machine.ends[self.name][:1], self._end, context=Context())

    def _end(self):
        Path(self.errors).write_text(self.machine.ends[self.name][1], encoding="utf-8")
        self.kill()

    async def _live(self, role, task):
        try:
            await self._life.live(role, task)
        except Exception as error:
            self.failed = True
            self.say({"failed": f"{type(error).__name__}: {error}"})

    def _obey(self, order):
        if self.failed:
            self.kill()  # there is no loop any more that would take a step
            return
        self.machine.loop.create_task(self._life.obey(order)).add_done_callback(roles._report)

    def say(self, what):
        if self.code is None and not self.machine.over:
            self.stdout.say(json.dumps(what))

    # As a process.

    def put_away(self):
        """Close its files, as the end of a process does."""
        process = getattr(self._life, "process", None)
        store = getattr(process, "store", None)
        for each in (getattr(process, "journal", None), getattr(store, "_database", None),
                     getattr(process, "_mailbox", None)):  # fmt: skip
            if each is not None:
                each.close()

    def poll(self):
        return self.code

    def wait(self):
        return self.code

    def kill(self):
        if self.code is None:
            self.code = -signal.SIGKILL
            self.machine.network.release(self)
            self.stdout.say(None)

    def send_signal(self, number):
        self.stopped = number == signal.SIGSTOP
        self.go_on()

    def go_on(self):
        """Take the steps that were held up."""
        if self.runs:
            held, self.held = self.held, []
            for callback, args in held:
                self._context.run(self.machine.loop.call_soon, callback, *args)
