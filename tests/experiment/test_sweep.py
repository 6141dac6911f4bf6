"""Sweeps: every combination of some values, the same results wherever they run, and nothing lost or repeated."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

import evsim
from evsim.experiment.replicate import replicate
from evsim.experiment.run_store import RunStore, design_key
from tests.support.nightly import nightly

SMALL = {"run.duration": "4s", "run.warmup": "0s"}
WORKERS, RATE = "services.mailing-list.workers", "workloads.register-page.arrivals.poisson"
GRID = {WORKERS: [1, 2], RATE: ["10/s", "40/s"]}
MODULE = import_module("evsim.experiment.sweep")  # the function has its name
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scenario():
    return evsim.load("registration-events").replace(SMALL)


@pytest.fixture(scope="module")
def here(scenario):
    return evsim.sweep(scenario, GRID, n=2, jobs=1)


@pytest.mark.slow
def test_every_combination_is_the_replication_of_its_design(scenario, here):
    assert [changes for changes, _ in here.points] == [
        {WORKERS: workers, RATE: rate} for workers, rate in itertools.product(*GRID.values())
    ]
    for changes, found in here.points:
        assert repr(found.runs) == repr(replicate(scenario.replace(changes), n=2, jobs=1).runs)


def test_the_frame_has_a_row_a_run(here):
    assert list(here.frame.columns[:3]) == [WORKERS, RATE, "seed"]
    assert list(here.frame["seed"]) == [1, 2] * 4
    busy = here.frame[here.frame[RATE] == "40/s"]
    assert (busy["requests"] > here.frame[here.frame[RATE] == "10/s"]["requests"].max()).all()


def test_a_list_of_changes_has_a_point_each(scenario):
    found = evsim.sweep(scenario, [{WORKERS: 2}, {WORKERS: 1, "run.duration": "2s"}], n=1)
    assert [changes for changes, _ in found.points] == [{WORKERS: 2}, {WORKERS: 1, "run.duration": "2s"}]
    assert found.paths == (WORKERS, "run.duration")


@pytest.mark.slow
def test_the_table_says_which_points_meet_the_objectives(scenario):
    found = evsim.sweep(
        scenario.replace({"objectives": {"completion_mean": "95ms"}}), {RATE: ["10/s", "95/s"]}, n=5, jobs=1
    )
    text = str(found)
    assert "MEETS" in text.splitlines()[3] and "MISSES" in text.splitlines()[4]
    assert "completion mean" in text and "MISSES" in found._repr_html_()


@pytest.mark.slow
def test_what_is_stored_is_not_run_again(scenario, here, tmp_path, monkeypatch):
    store = tmp_path / "runs.sqlite"
    assert repr(evsim.sweep(scenario, GRID, n=1, jobs=1, store=store).frame) == repr(
        here.frame[here.frame["seed"] == 1].reset_index(drop=True)
    )
    ran, one = [], MODULE._one
    monkeypatch.setattr(MODULE, "_one", lambda *arguments: ran.append(arguments[-1]) or one(*arguments))
    again = evsim.sweep(scenario, GRID, n=2, jobs=1, store=store)
    assert ran == [(point, 2) for point in range(4)]
    assert again.frame.equals(here.frame)
    for (_, mine), (_, other) in zip(again.points, here.points, strict=True):
        assert repr(mine.channels) == repr(other.channels) and mine.warnings == other.warnings


def test_a_changed_scenario_a_changed_file_and_changed_code_are_other_runs(scenario, tmp_path, monkeypatch):
    rows = tmp_path / "arrivals.csv"
    rows.write_text("timestamp\n0.1\n0.2\n")
    traced = evsim.Scenario.from_dict(
        scenario.to_dict() | {"workloads": {"page": {"target": "register", "arrivals": {"csv": "arrivals.csv"}}}},
        folder=tmp_path,
    )
    keys = [design_key(scenario), design_key(scenario.replace({WORKERS: 9})), design_key(traced)]
    rows.write_text("timestamp\n0.1\n0.3\n")
    os.utime(rows, ns=(1, 1))
    keys.append(design_key(traced))
    monkeypatch.setattr("evsim.experiment.run_store.code", lambda: "another program")
    keys.append(design_key(scenario))
    assert len(set(keys)) == 5


def test_a_store_that_is_full_costs_no_run(scenario, here, tmp_path, monkeypatch):
    store, opening = tmp_path / "runs.sqlite", RunStore._open

    def small(self):
        opening(self)
        self._database.execute("PRAGMA max_page_count = 9")  # as a disk of 36 KB

    monkeypatch.setattr(RunStore, "_open", small)
    with pytest.warns(UserWarning, match="runs.sqlite: cannot be written any more: database or disk is full") as said:
        assert evsim.sweep(scenario, GRID, n=2, jobs=1, store=store).frame.equals(here.frame)
    assert len(said) == 1 and 1 <= _count(store) < 8
    with pytest.warns(UserWarning, match="what follows is not kept"):  # opened again, as the parts of a report do
        assert evsim.sweep(scenario, GRID, n=2, jobs=1, store=store).frame.equals(here.frame)


def test_a_store_that_is_damaged_is_named(scenario, tmp_path):
    store = tmp_path / "runs.sqlite"
    evsim.sweep(scenario, {WORKERS: [1]}, n=2, jobs=1, store=store)
    data = bytearray(store.read_bytes())
    data[4096:] = bytes(byte ^ 85 for byte in data[4096:])
    store.write_bytes(data)
    with pytest.raises(evsim.ScenarioError, match=r"runs.sqlite: cannot be read: .*malformed; name another file"):
        evsim.sweep(scenario, {WORKERS: [1]}, n=2, jobs=1, store=store)


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_repeats_nothing(scenario, tmp_path):
    store, noted = tmp_path / "runs.sqlite", tmp_path / "noted"
    noted.write_text("")
    program = tmp_path / "program.py"
    program.write_text(f"""
from importlib import import_module

import evsim

sweep = import_module("evsim.experiment.sweep")
one = sweep._one

def noting(*arguments):
    figures = one(*arguments)
    with open({str(noted)!r}, "a") as file:
        file.write(f"{{arguments[-1]}}\\n")
    return figures

sweep._one = noting
scenario = evsim.load("registration-events").replace({SMALL!r})
print(len(evsim.sweep(scenario, {GRID!r}, n=3, jobs=1, progress=False, store={str(store)!r}).frame))
""")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    kept = []
    for wanted in (3, 8):
        process = subprocess.Popen([sys.executable, program], env=environment, stdout=subprocess.PIPE)
        while len(noted.read_text().splitlines()) < wanted and process.poll() is None:
            time.sleep(0.002)  # a look, not a promise: wherever the kill comes, what follows must hold
        process.kill()
        process.communicate()
        kept.append(_count(store))
    assert kept == sorted(kept) and kept[0] >= 2
    done = subprocess.run([sys.executable, program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "12"
    ran = noted.read_text().splitlines()
    repeated = len(ran) - len(set(ran))
    assert len(set(ran)) == 12 and repeated <= 2  # at most the one that each kill caught between end and store
    assert evsim.sweep(scenario, GRID, n=3, jobs=1, store=store).frame.equals(
        evsim.sweep(scenario, GRID, n=3, jobs=1).frame
    )


def _count(store):
    with sqlite3.connect(store) as database:
        return database.execute("SELECT count(*) FROM runs").fetchone()[0]


@pytest.mark.slow
def test_two_cores_give_what_one_gives(scenario, here):
    assert evsim.sweep(scenario, GRID, n=2, jobs=2).frame.equals(here.frame)


@contextmanager
def cluster(tmp_path, workers):
    """A Dask scheduler and so many workers, each a process: (address, the workers' processes)."""
    file = tmp_path / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    common = {"env": environment, "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    scheduler = [
        *dask, "scheduler", "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
    ]  # fmt: skip
    worker = [
        *dask, "worker", "--scheduler-file", str(file), "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
        "--no-dashboard",
    ]  # fmt: skip
    processes = [subprocess.Popen(scheduler, **common)]
    try:
        processes += [subprocess.Popen(worker, **common) for _ in range(workers)]
        from distributed import Client

        with Client(scheduler_file=str(file), timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
            address = client.scheduler.address
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@nightly
@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # what Dask says to itself when a worker dies
def test_a_dask_cluster_gives_the_same_although_a_worker_is_killed(scenario, here, tmp_path):
    pytest.importorskip("distributed")
    killed = []
    with cluster(tmp_path, 2) as (address, workers):
        store = tmp_path / "runs.sqlite"
        put = RunStore.put

        def killing(self, *arguments):
            put(self, *arguments)
            if not killed:
                killed.append(workers[0].pid)
                workers[0].send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RunStore, "put", killing)
            found = evsim.sweep(scenario, GRID, n=2, dask=address, store=store)
    assert killed and found.frame.equals(here.frame)


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_named(scenario):
    pytest.importorskip("distributed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evsim.experiment.cluster.ANSWER", "0.2s")
        with pytest.raises(evsim.ScenarioError, match=r"dask: no Dask scheduler answers, got 'tcp://127.0.0.1:1'"):
            evsim.sweep(scenario, GRID, n=1, dask="tcp://127.0.0.1:1")


@pytest.mark.slow
def test_bad_input_is_named(scenario, tmp_path):
    for values, words in (
        ({}, "nothing to change"),
        ([], "nothing to change"),
        ({WORKERS: []}, "nothing to change"),
        ({WORKERS: "123"}, "must be a list of values"),
        (5, "must be a list of changes"),
        ({WORKERS: [0]}, WORKERS),
        ({"services.nobody.workers": [1]}, "nobody"),
        ({WORKERS: range(1, 200_000)}, "1,000,000 is the most"),
    ):
        with pytest.raises(evsim.ScenarioError, match=words):
            evsim.sweep(scenario, values, n=10)
    other = tmp_path / "other.txt"
    other.write_text("not a database, but text that is long enough to have a header\n" * 20)
    with pytest.raises(evsim.ScenarioError, match="is no store of runs"):
        evsim.sweep(scenario, {WORKERS: [1]}, store=other)
    assert other.read_text().startswith("not a database")
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    with pytest.raises(evsim.ScenarioError, match="is no store of runs"):
        evsim.sweep(scenario, {WORKERS: [1]}, store=foreign)
    with pytest.raises(evsim.ScenarioError, match="there is no folder"):
        evsim.sweep(scenario, {WORKERS: [1]}, store=tmp_path / "none" / "runs.sqlite")
    with pytest.raises(evsim.ScenarioError, match="is no figure of a run.*response_p99"):
        evsim.sweep(scenario, {WORKERS: [1]}, n=1).estimates("response_p98")
