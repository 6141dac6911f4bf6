"""The supervisor: starts the processes of a run, breaks them when it is time, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from secrets import token_hex
from threading import Event, Thread
from time import monotonic_ns, sleep
from typing import Any

from evsim.counting import digits
from evsim.scenario.units import write_time
from evsim.testbed.brokers import BROKERS
from evsim.testbed.effect_stores import make_database
from evsim.testbed.observed_faults import ObservedFault
from evsim.testbed.process_names import BROKER, CUSTOMERS, DATABASE_KEEPER, MAIL_SERVER, file_name, processes_of
from evsim.testbed.variables import BROKER_VARIABLE, DATABASE_VARIABLE
from evsim.ticks import ticks

__all__ = ["LiveError", "Supervisor"]

PATIENCE = 120.0  # seconds until a process has started, or has answered
HEAD_START = 200_000_000  # nanoseconds from the order to begin to the run's zero
PATIENCE_AT_END = 10.0  # seconds until a process has taken away what it made elsewhere
LOOK = 0.02  # seconds between two looks at what is still open
# Ctrl-C in a terminal, or a notebook's stop button, is for the supervisor alone, which ends the others.
APART: dict[str, Any] = {"start_new_session": True}
if sys.platform == "win32":
    APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
ROLES = {
    "service": "evsim.testbed.service_process",
    "customers": "evsim.testbed.customers_process",
    "mail": "evsim.testbed.mail_process",
    "database": "evsim.testbed.database_process",
}


class LiveError(OSError):
    """A run on real processes that could not be finished; it says which process, and why."""


class _Child:
    """One life of a process."""

    def __init__(self, role, task):
        self.name, self.task = task["name"], task
        self._errors = Path(task["folder"]) / f"{file_name(self.name)}.{task['life']}.err"
        with self._errors.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", ROLES.get(role) or BROKERS[task["broker"][0]].process],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=_environment(), **APART,
            )  # fmt: skip
        assert process.stdin and process.stdout  # pipes
        self.process, self._orders, self._answers = process, process.stdin, process.stdout
        self._said = Queue()
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()
        self.tell(task)

    def _listen(self):
        for line in self._answers:
            self._said.put(json.loads(line))
        self._said.put(None)

    def tell(self, order):
        try:
            self._orders.write(json.dumps(order) + "\n")
            self._orders.flush()
        except OSError:
            raise LiveError(f"{self.name}: the process has ended: {self._last_words()}") from None

    def hear(self, what):
        """What it answers to the last order, by name."""
        try:
            said = self._said.get(timeout=PATIENCE)
        except Empty:
            raise LiveError(
                f"{self.name}: the process did not answer within {digits(PATIENCE)} s: {self._last_words()}"
            ) from None
        if said is None or what not in said:
            raise LiveError(f"{self.name}: the process has failed: {(said or {}).get('failed') or self._last_words()}")
        return said[what]

    def kill(self):
        """End it at once, with what it has started, and return when it is gone: the times between which it ended."""
        before = monotonic_ns()
        _kill_group(self.process)
        self.process.wait()
        self._listening.join()
        self.close()
        return before, monotonic_ns()

    def close(self):
        for pipe in (self._orders, self._answers):
            with suppress(OSError):
                pipe.close()

    def leave(self):
        """Let it take away what it has made elsewhere; where it cannot, as that place has gone, it has had its time."""
        with suppress(LiveError, Empty):
            self.tell({"leave": True})
            while "left" not in (self._said.get(timeout=PATIENCE_AT_END) or {"left": False}):
                pass  # it was asked for something before

    def _last_words(self):
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _kill_group(process):
    """Kill a process with all that it has started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _environment():
    """That of this process, in which the children find the same evsim, and no password."""
    above = str(Path(__file__).parents[2])
    paths = [above, *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {name: value for name, value in os.environ.items() if name not in (BROKER_VARIABLE, DATABASE_VARIABLE)}
    return own | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Supervisor:
    """The processes of one run of a scenario with a seed, with their journals in `folder`.

    mails: the services whose effects are mails. ``outages``: each fault as it was; ``origin``: the run's zero, once it
    has begun; both in nanoseconds of the machine's clock.
    """

    origin: int

    def __init__(self, scenario, seed, folder, mails, broker, database=None):
        self.scenario, self.folder, self.mails = scenario, str(folder), mails
        self.children, self.outages = {}, []
        self._broker, self._database = broker, database
        self._killed, self._stopped = set(), Event()  # who is down on purpose; whether the run is given up or over
        self._task = {
            "seed": seed, "folder": self.folder, "token": token_hex(16), "broker": broker, "run_name": token_hex(6),
            "database": database, "mail_ports": {},
            "scenario": scenario.to_dict(),
            "scenario_folder": None if scenario.folder is None else str(scenario.folder),
        }  # fmt: skip
        self._lives, self._ports = {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        elsewhere = {BROKER: self._broker.url, DATABASE_KEEPER: self._database}
        keepers = [self.children.pop(name) for name, url in elsewhere.items() if url and name in self.children]
        for child in self.children.values():
            child.kill()
        for keeper in keepers:
            keeper.leave()
            keeper.kill()

    def start(self):
        """Start every process, and tell each where the others listen."""
        make_database(self.folder)
        if self.mails:
            self._start("mail", MAIL_SERVER)
            self._task["mail_ports"] = dict.fromkeys(self.mails, self._port(MAIL_SERVER))
        if self._database is not None:
            self._start("database", DATABASE_KEEPER)
            self._port(DATABASE_KEEPER)
        if self.scenario.channels:
            self._start("broker", BROKER)
        for service in self.scenario.services:
            for name in processes_of(self.scenario, service):
                self._start("service", name)
        self._start("customers", CUSTOMERS)
        for name in self.children:
            self._port(name)
        for name in self.children:
            self._meet(name)

    def _start(self, role, name):
        life = self._lives[name] = self._lives.get(name, 0) + 1
        self.children[name] = _Child(
            role, self._task | {"name": name, "life": life, "port": self._ports.get(name) or 0}
        )

    def _port(self, name):
        if name not in self._ports or self.children[name].task["life"] > 1:
            self._ports[name] = self.children[name].hear("port")
        return self._ports[name]

    def _meet(self, name):
        self.children[name].tell({"peers": self._ports})
        self.children[name].hear("met")

    def run(self, progress=None):
        """Let the customers come, break what is to break, and wait until nothing is open."""
        self.origin = monotonic_ns() + HEAD_START
        self.children[CUSTOMERS].tell({"begin": self.origin})
        self.children[CUSTOMERS].hear("begun")
        faults = {}  # place -> those of it, one after the other
        for fault in sorted(self.scenario.faults, key=lambda fault: fault.at):
            for place in self._places(fault):
                faults.setdefault(place, []).append(fault)
        with ThreadPoolExecutor(len(faults) or 1) as beside:  # a process that starts again holds up no other fault
            try:
                suffering = [beside.submit(self._suffer, *each) for each in faults.items()]
                self._wait_until(self.origin + ticks(self.scenario.run_settings.duration), progress, suffering)
                for each in suffering:
                    each.result()
            finally:
                self._stopped.set()
        return self._drain()

    def _wait_until(self, time, progress, suffering):
        while (left := time - monotonic_ns()) > 0:
            sleep(min(left / 1e9, 0.1))
            if progress is not None:
                progress(max(monotonic_ns() - self.origin, 0) / 1e9)
            for each in suffering:
                if each.done():
                    each.result()
            for child in list(self.children.values()):
                if child.process.poll() is not None and child.name not in self._killed:
                    raise LiveError(f"{child.name}: the process has ended: {child._last_words()}")

    def _places(self, fault):
        """The processes that a fault strikes; the channel, where it is the broker."""
        if fault.place in self.scenario.channels:
            return [fault.place]
        return [fault.target] if fault.instance is not None else processes_of(self.scenario, fault.place)

    def _process(self, place):
        """Whose process is at a place: a channel's is the broker's."""
        return BROKER if place in self.scenario.channels else place

    # Faults.

    def _suffer(self, place, faults):
        """What is to happen to one process, one fault after the other; each lasts as long as is written, or longer."""
        for fault in faults:
            self._rest(self.origin + ticks(fault.at))
            outage = (self._kill if fault.does.kills else self._stop)(fault, place)
            self.outages.append(outage)
            self._rest(outage.start + ticks(fault.duration))
            outage.end = monotonic_ns()  # a process that is started again is back later, and its journal says when
            (self._restart if fault.does.kills else self._go_on)(place)

    def _rest(self, until):
        if self._stopped.wait(max(until - monotonic_ns(), 0) / 1e9):
            raise LiveError("the run was stopped")

    def _kill(self, fault, place):
        name = self._process(place)
        self._killed.add(name)
        return ObservedFault(fault, place, *self.children[name].kill())

    def _restart(self, place):
        name = self._process(place)
        self._start("broker" if name == BROKER else "service", name)
        self._port(name)
        self._killed.discard(name)
        self._meet(name)

    def _stop(self, fault, place):
        self.children[place].process.send_signal(signal.SIGSTOP)
        return ObservedFault(fault, place, *[monotonic_ns()] * 2)

    def _go_on(self, place):
        self.children[place].process.send_signal(signal.SIGCONT)

    # The end.

    def _patience(self):
        """The seconds for which it waits for what is open: longer, if nobody wrote how long, where a broker is slow."""
        settings = self.scenario.run_settings
        slow = BROKERS[self._broker.kind].comes_again if settings.drain_limit is None else 0.0
        return settings.end - settings.duration + slow

    def _drain(self):
        """Wait until nothing is open: the time. A server may be long in starting, so the limit counts from now."""
        quiet, seconds = 0, self._patience()
        limit = monotonic_ns() + ticks(seconds)
        while quiet < 2:
            states = {}
            for name, child in self.children.items():
                child.tell({"status": True})
                states[name] = child.hear("status")
            still = {name: {k: v for k, v in state.items() if v} for name, state in states.items()}
            still = {name: state for name, state in still.items() if state}
            quiet = 0 if still else quiet + 1
            if still and monotonic_ns() > limit:
                said = (f"{name} {count} {what}" for name, each in still.items() for what, count in each.items())
                limit_was = f"when the drain limit of {write_time(seconds)} was over"
                raise LiveError(f"still open {limit_was}: {', '.join(said)}; a longer run.drain_limit waits for it")
            sleep(LOOK)
        return monotonic_ns()
