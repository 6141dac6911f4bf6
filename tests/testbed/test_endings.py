"""A live run that is ended from outside leaves no process and no file, whoever ends it and how."""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

import pytest

import evsim
from evsim.testbed.run_folders import run_folder
from tests.support.nightly import mostly_at_night, nightly
from tests.testbed.live_runs import needs

pytestmark = [
    pytest.mark.ci,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc"),
]
STARTED = 6  # evsim itself, a mail server, three services and the customers; and a broker, whose server is one more
PATIENCE = 120  # seconds
ENDS = list(product([signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ["mini", "redis", "rabbitmq"]))
ENDS_BY_DAY = [(signal.SIGKILL, "mini"), (signal.SIGINT, "redis"), (signal.SIGTERM, "mini")]
LOOPBACK = {"0100007F", "0" * 24 + "01000000"}  # 127.0.0.1 and ::1, as /proc writes them


@pytest.fixture
def mark(tmp_path, monkeypatch):
    """A variable that all processes of a run have in their environment; temporary files go to `tmp_path`."""
    name = f"EVSIM_TEST_{os.getpid()}_{time.monotonic_ns()}"
    monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield name
    assert not _marked(name), "nothing is left"


@contextmanager
def _start(broker):
    """A live run of ten minutes, which does not outlive the test."""
    command = [sys.executable, "-m", "evsim", "live", "registration-events", "--seconds", "600", "--broker", broker]
    started = {"stderr": subprocess.DEVNULL, "start_new_session": True, "preexec_fn": _hear_ctrl_c}
    with subprocess.Popen(command, **started) as run:
        try:
            yield run
            run.wait(PATIENCE)
        except BaseException:
            run.kill()
            raise


def _hear_ctrl_c():
    """What a shell starts in the background ignores it, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("how", "broker"), mostly_at_night(ENDS, *ENDS_BY_DAY))
def test_nothing_is_left_when_a_live_run_is_ended_from_outside(broker, how, mark, tmp_path):
    needs(broker)
    with _start(broker) as run:
        _wait(lambda: len(_marked(mark)) > STARTED)
        os.killpg(run.pid, how)
    _wait(lambda: not _marked(mark, but=os.getpid()))
    _wait(lambda: not list(tmp_path.glob("evsim-live-*")))


@nightly
@pytest.mark.parametrize("broker", ["mini", "redis"])
def test_nothing_is_left_after_fifty_starts_that_are_killed_at_any_moment(broker, mark, tmp_path):
    needs(broker)
    heard = set()
    for number in range(50):
        with _start(broker) as run:
            _wait(lambda number=number: len(_marked(mark)) > number % (STARTED + 1))
            heard |= _addresses(mark)
            os.killpg(run.pid, (signal.SIGKILL, signal.SIGINT)[number % 2])
        _wait(lambda: not _marked(mark, but=os.getpid()))
    assert heard and not heard & {address for address, _ in _listening()}
    with run_folder() as own:  # the next run takes away what was left before the first process could
        assert [str(path) for path in tmp_path.glob("evsim-live-*")] == [own]


def test_a_process_whom_nobody_hears_ends_with_all_that_it_has_started(tmp_path):
    """Who started it was killed before it had said that it was there."""
    folder = tmp_path / "run"
    folder.mkdir()
    task = {
        "name": "the customers", "life": 1, "folder": str(folder), "token": "", "port": 0, "seed": 1, "run_name": "",
        "scenario": evsim.load("registration-events").to_dict(), "scenario_folder": None, "broker": ["mini"],
        "database": None, "mail_ports": {},
    }  # fmt: skip
    command = [sys.executable, "-m", "evsim.testbed.customers_process"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
    process = subprocess.Popen(command, **pipes)
    process.stdout.close()
    for order, noted in ((task, '"up"'), ({"begin": time.monotonic_ns()}, '"asked"')):
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        _wait(lambda noted=noted: process.poll() is not None or noted in _journals(folder))
    process.stdin.close()
    assert process.wait(PATIENCE) == -signal.SIGKILL, "it ends its whole group"
    assert not folder.exists()


@pytest.mark.parametrize("broker", mostly_at_night(["mini", "nats", "redis", "kafka", "rabbitmq"], "nats"))
def test_nothing_listens_beyond_this_machine(broker, mark):
    needs(broker)
    heard = set()
    evsim.live("registration-events", seconds=0.5, broker=broker, progress=lambda _: heard.update(_addresses(mark)))
    assert len(heard) >= 5, "three services, the mail server and the broker"
    assert {address for address, _ in heard} <= LOOPBACK


def _journals(folder):
    return "".join(path.read_text() for path in folder.glob("*.jsonl"))


def _addresses(mark):
    """(address, port), as /proc writes them, of all sockets at which the processes of a run listen."""
    sockets = set()
    for process in _marked(mark, but=os.getpid()):
        with suppress(OSError):
            sockets |= {os.readlink(path) for path in Path(f"/proc/{process}/fd").glob("*")}
    return {address for address, inode in _listening() if f"socket:[{inode}]" in sockets}


def test_the_stop_button_of_a_notebook_ends_a_live_run_and_all_its_processes(mark, tmp_path):
    manager = pytest.importorskip("jupyter_client").KernelManager(kernel_name="python3")
    manager.kernel_cmd = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=120)
        asked = client.execute("import evsim; evsim.live('registration-events', seconds=600, progress=True)")
        _wait(lambda: len(_marked(mark)) > STARTED)
        shown = ""
        while "on real processes" not in shown:
            shown += _said(client)
        manager.interrupt_kernel()
        replies = iter(lambda: client.get_shell_msg(timeout=120), None)
        answer = next(reply for reply in replies if reply["parent_header"].get("msg_id") == asked)
        assert answer["content"]["ename"] == "KeyboardInterrupt"
        _wait(lambda: len(_marked(mark, but=os.getpid())) <= 1)  # the kernel itself
        _wait(lambda: not list(tmp_path.glob("evsim-live-*")))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _said(client):
    try:
        return str(client.get_iopub_msg(timeout=120)["content"].get("data", ""))
    except queue.Empty:
        raise AssertionError("it shows no progress") from None


def _marked(mark, but=None):
    """The processes with a variable in their environment; Redis writes over it, and is in a temporary folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            folder = os.readlink(path / "cwd")
            there = mark.encode() in (path / "environ").read_bytes() or folder.startswith(os.environ["TMPDIR"])
            if there and path.name != str(but):
                found.append(path.name)
    return found


def _listening():
    """((address, port), inode) of all sockets of this machine at which somebody listens."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return {(tuple(line[1].split(":")), line[9]) for line in lines if line[3] == "0A"}


def _wait(until):
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        os.sched_yield()
        subprocess.run(["true"], check=False)
