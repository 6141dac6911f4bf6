"""A report is the same page, byte by byte, on any number of processes, and with a store after any end."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

import evsim
from evsim.experiment import running
from evsim.reporting import breaking

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DESK = {
    "name": "desk",
    "workloads": {"people": {"target": "desk", "arrivals": {"poisson": "15/s"}}},
    "services": {"desk": {"handle": [{"work": {"exponential": "20ms"}}]}},
    "run": {"duration": "1s"},
    "objectives": {"response_mean": "45ms"},
}
FEW, SEARCHED = 2, 8  # runs: a report in short; the fewest with which it searches for the highest load
PROGRAM = """
import sys

import evsim
from evsim.experiment import running
from evsim.experiment.run_store import design_key

execute, noted = running.execute, sys.argv.pop(1)

def noting(scenario, seed, **settings):
    run = execute(scenario, seed=seed, **settings)
    with open(noted, "a") as file:
        file.write(f"{design_key(scenario)} {seed}\\n")
    return run

running.execute = noting
from evsim.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def designs():
    desk = evsim.Scenario.from_dict(DESK)
    return desk, desk.replace({"name": "two", "services.desk.workers": 2})


@pytest.fixture(scope="module")
def page(designs):
    return evsim.report(*designs, n=FEW, jobs=1, progress=False).html


@pytest.mark.parametrize("jobs", [2, None])
def test_any_number_of_processes_gives_the_same_bytes(designs, page, jobs):
    assert evsim.report(*designs, n=FEW, jobs=jobs, progress=False).html == page


def test_what_a_store_has_is_not_run_again_and_the_page_is_that_without_one(designs, tmp_path, monkeypatch):
    made, execute = [], running.execute
    monkeypatch.setattr(running, "execute", lambda *given, **more: made.append(1) or execute(*given, **more))
    store, told = tmp_path / "runs.sqlite", []
    make = {"n": SEARCHED, "jobs": 1, "progress": False, "store": store, "tell": told.append}
    page = evsim.report(*designs, **make | {"store": None, "tell": None}).html
    made.clear()
    assert evsim.report(*designs, **make).html == page
    first = len(made)
    assert evsim.report(*designs, **make).html == page and len(made) == first > 100
    assert told[1].endswith(f" What {store} has is not run again.")
    evsim.report(designs[0], **make)  # of the same designs others are told apart by their own runs alone
    assert len(made) <= first + 2 * SEARCHED


def test_killed_at_any_moment_it_goes_on_repeats_nothing_and_gives_the_same_bytes(designs, page, tmp_path):
    for design in designs:
        (tmp_path / f"{design.name}.yaml").write_text(design.to_yaml())
    (tmp_path / "program.py").write_text(PROGRAM)
    words = ["desk.yaml", "two.yaml", "--runs", str(FEW), "--jobs", "1", "-o", "page.html", "--store", "runs.sqlite"]
    settings = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}, "stderr": subprocess.DEVNULL,
                "stdout": subprocess.DEVNULL}  # fmt: skip
    command, noted, kills = [sys.executable, "program.py", "noted", "report", *words], tmp_path / "noted", (5, 40)
    noted.touch()
    for wanted in kills:
        process = subprocess.Popen(command, **settings)
        while len(noted.read_text().splitlines()) < wanted and process.poll() is None:
            time.sleep(0.002)  # a look, not a promise: wherever the kill comes, what follows must hold
        process.kill()
        assert process.wait() < 0 and not (tmp_path / "page.html").exists()
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as database:
        (kept,) = database.execute("SELECT count(*) FROM runs").fetchone()
    assert kept >= kills[-1]
    assert subprocess.run(command, **settings).returncode in (0, 1)
    ran = noted.read_text().splitlines()
    assert len(ran) - len(set(ran)) <= len(kills)  # at most the one that each kill caught between end and store
    whole = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert whole.partition("To repeat it")[0] == page.partition("To repeat it")[0]


def test_a_store_keeps_a_fault_with_its_picture_apart_from_one_without(designs, tmp_path):
    """The first of the seeds has a picture: asked from the second seed on, that one has."""
    store = tmp_path / "store"
    for seeds in ((1, 2), (2, 3)):
        found = breaking.breaks(dict(zip("ab", designs, strict=True)), seeds, store, jobs=1)
        assert all(each.picture for of in found.values() for each in of.values() if each is not None)
