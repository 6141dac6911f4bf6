"""What is there before a live run and after it: brokers that are installed, progress, folders, what is saved."""

import json
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import evsim
from evsim import whole
from evsim.testbed import (
    brokers,
    kafka_process,
    nats_process,
    rabbit_process,
    redis_process,
    run_folders,
    saving_live,
    server_process,
    supervisor,
)  # fmt: skip
from evsim.testbed.live_progress import shown_progress
from tests.snapshots.live.live_processes import EVENTS
from tests.snapshots.telling import plain
from tests.snapshots.texts import tried
from tests.support.machine.given_machine import GivenMachine

__all__ = ["LIVE_AROUND"]


class _Bar:
    def __init__(self, said, **settings):
        self.said, self.n = said, 0
        said.append(f"{settings}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.said.append("over")

    def refresh(self):
        self.said.append(f"{self.n}")


def _progress(kernel):
    """A bar in a terminal, or a line in a notebook."""
    said = []
    shell = SimpleNamespace(kernel=True) if kernel else SimpleNamespace()

    def display(words, **settings):
        said.append(f"{words} {settings}")
        return SimpleNamespace(update=lambda words, **settings: said.append(f"{words} {settings}"))

    modules = {"IPython": SimpleNamespace(get_ipython=lambda: shell), "IPython.display": SimpleNamespace(
        display=display), "tqdm": SimpleNamespace(tqdm=partial(_Bar, said))}  # fmt: skip
    if kernel is None:
        modules["IPython"] = None
    with patch.dict(sys.modules, modules), shown_progress(True, 9) as show:
        for passed in (0.25, 9, 12):
            show(passed)
    return "\n".join(said)


def _installed():
    """Which broker is there, where clients and programs are missing, and where they are found."""
    for module, name in ((redis_process, "redis"), (nats_process, "nats"), (rabbit_process, "rabbitmq"),
                         (kafka_process, "kafka")):  # fmt: skip
        found = []
        for client in (SimpleNamespace(origin="packages/__init__.py"), SimpleNamespace(origin=None), None):
            for which in (lambda name, path=None: f"{path and 'own'}/{name}", lambda name, path=None: None):
                with patch.object(module, "find_spec", lambda name, client=client: client), patch.object(
                    server_process, "shutil", SimpleNamespace(which=which)
                ):  # fmt: skip
                    here = [module.is_installed(url) for url in (None, "redis://host")]
                    tansu = kafka_process._tansu() if module is kafka_process else ""
                    refused = _refused(name)
                    found.append(f"{name} {here} {tansu} {refused} {server_process.program('x')}")
        yield "\n".join(found)
    for script in ("rabbitmq-server", "rabbitmq-script-wrapper"):
        with patch.object(rabbit_process, "program", lambda name, script=script: f"/nowhere/{script}"):
            yield rabbit_process.script("rabbitmq-server")


def _refused(name):
    try:
        return brokers.a_broker(name)
    except evsim.ScenarioError as refusal:
        return str(refusal)


def _folders():
    """Which folders are left when a run begins: those of owners who live, or may, and what is no folder of a run."""
    names = ("11-a", "12-b", "13-c", "x-d", "")

    def kill(number, signal):
        if number != 12:
            raise {11: ProcessLookupError, 13: PermissionError}[number]

    with TemporaryDirectory() as there:
        for system in ("nt", "posix"):
            for name in names:
                (Path(there) / f"evsim-live-{name}").mkdir(exist_ok=True)
            one = SimpleNamespace(name=system, kill=kill, getpid=lambda: 12)
            given = [patch.object(module, "os", one) for module in (run_folders, whole)]
            given.append(patch.object(run_folders.tempfile, "tempdir", there))
            with given[0], given[1], given[2], run_folders.run_folder() as folder:
                during = sorted(path.name[:13] for path in Path(there).iterdir())
                yield f"{system} {Path(folder).name[:14]} {during}"
            yield f"{sorted(path.name for path in Path(there).iterdir())}"


def _saved():
    """What is kept of a live run, but for the machine's own words."""
    with GivenMachine():
        run = evsim.live(EVENTS, seconds=0.5, kill=["database@125ms+125ms", "mailing-list@250ms+125ms"])
    prediction = run.prediction(2, 1)
    found = saving_live.described(run, prediction)
    words = found.pop("system").partition(", ")[2].split()[1:], len(found.pop("python").split())
    yield plain(f"{words} {json.dumps(found)} {saving_live.described(run)['prediction']}")
    with TemporaryDirectory() as folder:
        saving_live.save_live(Path(folder) / "kept", {"live": found}, run)
        yield f"{sorted(path.name for path in (Path(folder) / 'kept').iterdir())}"
        for name in ("live.json", "calibrated.yaml", "mails.mbox"):
            yield plain((Path(folder) / "kept" / name).read_text(encoding="utf-8"))


def _systems():
    """How a process and its group are killed, and what its environment is, on other systems."""
    done = []
    process = SimpleNamespace(pid=7, kill=lambda: done.append("kills it"))

    def kill_group(*whom):
        done.append(f"kills the group {whom}")
        raise ProcessLookupError

    one = SimpleNamespace(killpg=kill_group, environ={"A": "b", "EVSIM_BROKER": "secret"}, pathsep=";")
    run = SimpleNamespace(run=lambda *what, **how: done.append(f"runs {what} {how}"))
    for system in ("win32", "linux"):
        with patch.multiple(supervisor, sys=SimpleNamespace(platform=system), os=one, subprocess=run):
            supervisor._kill_group(process)
            found = supervisor._environment()
            done.append(f"{found.pop('PYTHONPATH').count(';')} {found}")
    return "\n".join(done)


def _around():
    for number, found in enumerate(_installed()):
        yield f"installed {number}", str(found)
    for kernel in (True, False, None):
        yield f"progress, {kernel}", _progress(kernel)
    yield "nobody of that name", str(tried(evsim.live, EVENTS, kill="warehouse@1s+1s"))
    yield "folders", "\n".join(_folders())
    yield "saved", "\n".join(_saved())
    yield "systems", _systems()


LIVE_AROUND = {"around live runs": _around}
