"""Ctrl-C and the end of a job: what is finished is shown, and no process stays behind. Real programs, real signals."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path

import pytest

import evsim
from evsim import stopping
from evsim.experiment.running import Interrupted, in_order
from evsim.whole import new_file, new_folder
from tests.support.nightly import nightly

pytestmark = pytest.mark.ci

pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
ROOT = Path(__file__).resolve().parents[2]
MANY = 400
EVENTS = ("registration-events", "--set", "run.duration=4s", "--set", "run.warmup=1s", "--runs", MANY)


def _as_at_a_terminal():
    """In the background, or below nohup, the tests ignore what they send to the command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Program:
    """The command in a process group of its own; its progress bar is read from a terminal of our own."""

    def __init__(self, *arguments):
        self.terminal, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 100))
        command = [sys.executable, "-m", "evsim", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, start_new_session=True,
            preexec_fn=_as_at_a_terminal,
        )  # fmt: skip
        os.close(theirs)
        self.said = ""

    def until(self, pattern):
        """Read on until the terminal shows this."""
        while not (found := re.search(pattern, self.said)):
            try:
                self.said += os.read(self.terminal, 4096).decode()
            except OSError:  # as Linux says that nobody has it
                pytest.fail(f"it ended before {pattern}: {self.end()}")
        return found

    def end(self):
        """(exit status, stdout, what the terminal showed last), when nobody holds either of them any more."""
        stdout = self.process.stdout.read().decode()  # ends when the last process that has it does
        self.process.stdout.close()
        try:
            while data := os.read(self.terminal, 4096):
                self.said += data.decode()
        except OSError:  # as Linux says that nobody has it
            pass
        os.close(self.terminal)
        return self.process.wait(), stdout, self.said.split("\r")[-2:]

    def told(self, number, everybody=False):
        (os.killpg if everybody else os.kill)(self.process.pid, number)
        return self


@pytest.mark.parametrize(
    "jobs, number, status, word",
    [
        pytest.param(1, "SIGINT", 130, "interrupted", marks=nightly),
        (2, "SIGINT", 130, "interrupted"),
        pytest.param(2, "SIGTERM", 143, "ended by SIGTERM", marks=nightly),
    ],
)
def test_what_is_finished_is_shown_and_saved_and_nobody_stays(tmp_path, jobs, number, status, word):
    """As a terminal does: Ctrl-C reaches the workers, too, and the end of a job the program alone."""
    folder = tmp_path / "kept"
    program = Program("run", *EVENTS, "--jobs", jobs, "--save", folder, "--json")
    program.until(rf"[1-9]\d*/{MANY}")
    code, stdout, _ = program.told(getattr(signal, number), everybody=number == "SIGINT").end()
    assert code == status
    data = json.loads(stdout)
    assert 1 <= data["runs"] == data["summary"]["requests"]["n"] < MANY
    are = "is" if data["runs"] == 1 else "are"
    assert f"{data['runs']} of {MANY} runs {are} finished, and the figures are theirs" in program.said
    assert word in program.said and "Traceback" not in program.said and "Warning" not in program.said
    assert len((folder / "runs.csv").read_text().splitlines()) == 1 + data["runs"]
    assert json.loads((folder / "summary.json").read_text())["summary"] == data["summary"]


def test_what_is_finished_is_saved_though_the_terminal_has_gone(tmp_path):
    """Its end tells the job up to three times, and nobody reads what is said; `timeout` tells a job twice."""
    program = Program("run", *EVENTS, "--jobs", 2, "--save", tmp_path / "kept")
    program.until(rf"[1-9]\d*/{MANY}")
    os.close(program.terminal)
    program.told(signal.SIGHUP, everybody=True).told(signal.SIGHUP).told(signal.SIGHUP)
    assert re.search("1 run, seed 1|runs, seeds 1 to", program.process.stdout.read().decode())
    program.process.stdout.close()
    assert program.process.wait() == 129
    assert 1 <= len((tmp_path / "kept" / "runs.csv").read_text().splitlines()) - 1 < MANY


def test_two_signals_at_once_are_one_and_another_one_later_leaves_at_once(monkeypatch):
    now, left = [100.0], []
    monkeypatch.setattr(stopping, "monotonic", lambda: now[0])
    monkeypatch.setattr(stopping, "_leave", lambda: left.append(now[0]))
    monkeypatch.setattr(stopping, "_heard", [])
    monkeypatch.setattr(stopping, "_way", stopping.INTERRUPT)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    with pytest.raises(KeyboardInterrupt):
        stopping._stop(signal.SIGTERM, None)
    stopping._stop(signal.SIGTERM, None)
    now[0] += 10
    stopping._stop(signal.SIGHUP, None)
    assert not left and stopping.heard() == (143, "ended by SIGTERM")
    stopping._stop(signal.SIGINT, None)
    assert left == [110.0]


def test_who_is_told_twice_while_it_saves_leaves_nothing_half_written(tmp_path, monkeypatch):
    there = []
    monkeypatch.setattr(os, "_exit", lambda _: there.append(list(tmp_path.iterdir())))
    monkeypatch.setattr(stopping, "_heard", [signal.SIGINT])
    monkeypatch.setattr(stopping, "_way", stopping.FINISH)
    monkeypatch.setattr(stopping, "_since", -10.0)
    for new in (new_file, new_folder):
        with pytest.raises(FileNotFoundError), new(tmp_path / "kept") as part:
            (part / "runs.csv" if part.is_dir() else part).write_text("half of it")
            assert part.exists() and stopping._half_done
            stopping._stop(signal.SIGINT, None)
    assert there == [[], []] and not stopping._half_done


def test_what_is_finished_is_saved_though_nobody_reads_the_warnings(tmp_path):
    read, write = os.pipe()
    os.close(read)
    command = [
        sys.executable,
        "-m",
        "evsim",
        "run",
        "registration-events",
        "--set",
        "run.duration=6s",
        "--runs",
        "3",
        "--save",
        str(tmp_path / "kept"),
    ]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=write)
    os.close(write)
    assert done.returncode == 0 and b"runs, seeds 1 to 3" in done.stdout
    assert len((tmp_path / "kept" / "runs.csv").read_text().splitlines()) == 1 + 3


def test_a_comparison_keeps_the_pairs_that_are_finished():
    program = Program("compare", "registration-classic", *EVENTS, "--jobs", 1)
    program.until(rf"[1-9]\d*/{MANY}")
    code, stdout, _ = program.told(signal.SIGINT, everybody=True).end()
    assert code == 130 and "Traceback" not in program.said
    done = int(re.search(rf"(\d+) of {MANY} runs (?:is|are) finished", program.said)[1])
    assert ("1 run each, seed 1" if done == 1 else f"{done} runs each, seeds 1 to {done}") in stdout


def test_workers_of_a_program_that_was_killed_end_too():
    program = Program("run", *EVENTS, "--jobs", 2)
    program.until(rf"[1-9]\d*/{MANY}")
    code, stdout, _ = program.told(signal.SIGKILL).end()  # waits for whoever has its output
    assert (code, stdout) == (-signal.SIGKILL, "")


def test_with_nothing_to_keep_it_leaves_at_once():
    program = Program("run", "registration-events", "--set", "run.max_rows=100000000", "--set", "run.duration=9000s",
                      "--set", "services.database.workers=1")  # fmt: skip
    hearing = Path(f"/proc/{program.process.pid}/status")
    if not hearing.exists():
        pytest.skip("no /proc here to see that the program hears")
    while not int(re.search(r"SigCgt:\s*(\w+)", hearing.read_text())[1], 16) & 1 << signal.SIGTERM - 1:
        pass
    assert program.told(signal.SIGINT).end() == (130, "", ["interrupted", "\n"])


def interrupted_at(seed):
    def task(mine):
        if mine == seed:
            raise KeyboardInterrupt
        return mine

    return task


def test_python_gets_what_is_finished_with_the_interrupt():
    with pytest.raises(KeyboardInterrupt) as caught:
        in_order(interrupted_at(13), range(10, 20), jobs=1, gather=tuple)
    assert caught.value.finished == (10, 11, 12)
    assert str(caught.value) == "3 of 10 runs are finished: sys.last_value.finished has them"
    with pytest.raises(Interrupted, match="none of 10 runs") as caught:
        in_order(interrupted_at(10), range(10, 20), gather=tuple)
    assert caught.value.finished is None


def after_two(one):
    """`one` twice, and then an interrupt."""
    done = []

    def task(*arguments, **settings):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(one(*arguments, **settings))
        return done[-1]

    return task


def test_a_comparison_and_a_hysteresis_that_were_interrupted_are_results(monkeypatch):
    small = evsim.load("registration-events").replace({"run.duration": "2s", "run.warmup": 0})
    for module, task in (("replicate", "_one"), ("compare", "pair_of"), ("hysteresis", "_one")):
        source = import_module(f"evsim.experiment.{module}")
        monkeypatch.setattr(source, task, after_two(getattr(source, task)))
    for make in (
        lambda: evsim.replicate(small, n=9),
        lambda: evsim.compare(small, small, n=9),
        lambda: evsim.hysteresis(small, [1, 2], hold="1s", n=9),
    ):
        with pytest.raises(KeyboardInterrupt) as caught:
            make()
        assert (caught.value.done, caught.value.asked) == (2, 9)
        assert "2 runs" in str(caught.value.finished)


def test_a_crash_matrix_that_was_interrupted_has_the_crashes_that_are_done(monkeypatch):
    small = evsim.load("registration-events").replace({"run.duration": "2s", "run.warmup": 0, "faults": []})
    whole = evsim.crash_matrix(small)
    source = import_module("evsim.experiment.crash")
    monkeypatch.setattr(source, "_crashed", after_two(source._crashed))
    with pytest.raises(KeyboardInterrupt) as caught:
        evsim.crash_matrix(small)
    assert (caught.value.done, caught.value.asked) == (2, len(whole))
    assert caught.value.finished == whole[:2] and isinstance(caught.value.finished, type(whole))


def test_a_notebook_finds_what_is_finished_under_last_value():
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    shell.run_cell("from evsim.experiment.running import Interrupted\nraise Interrupted(2, 9, 'two')")
    shell.run_cell("import sys\nfound = sys.last_value.finished")
    assert shell.user_ns["found"] == "two"
