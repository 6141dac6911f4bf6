"""What the commands write: whole or not at all, and never in the place of something else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import evsim
from evsim.results.export import csv
from evsim.scenario import ScenarioError
from evsim.whole import new_file, new_folder, place_for, write_text
from tests.cli.test_bad_input import GOOD
from tests.cli.test_run import evsim_

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ("perfetto", "otlp", "cloudevents", "csv", "parquet")


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(GOOD)
    return file


def files(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def refused(said, *arguments):
    result = evsim_(*arguments)
    assert result.exit_code == 2 and result.stdout == "", result.output
    assert said in result.stderr.replace("\n", " ")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("flag", [(), ("--overwrite",)])
def test_an_export_never_takes_the_place_of_what_it_reads(tiny, format, flag):
    refused(str(tiny), "export", tiny, tiny, "--format", format, *flag)
    assert tiny.read_text() == GOOD
    log = tiny.with_name("requests.csv")
    log.write_text("timestamp\n1\n")
    tiny.write_text(GOOD.replace("{constant: 5/s}", "{csv: requests.csv}"))
    refused(str(log), "export", tiny, log, "--format", format, *flag)
    assert log.read_text() == "timestamp\n1\n"


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_takes_the_place_of_an_earlier_one_only_when_it_is_told_to(tiny, tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / "out"
    tiny.write_text(GOOD.replace("[{work: 2ms}]}", "[{publish: news}]}") + "channels: {news: queue}\n")
    first = ("export", tiny, path, "--format", format)
    assert evsim_(*first).exit_code == 0
    before = files(path) if path.is_dir() else path.read_bytes()
    refused("overwrite", *first, "--seed", 2)
    assert before == (files(path) if path.is_dir() else path.read_bytes())
    assert evsim_(*first, "--overwrite", "--seed", 2, "--set", "services.desk.instances=2").exit_code == 0
    assert before != (files(path) if path.is_dir() else path.read_bytes())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "tiny.yaml"]


def test_the_same_holds_in_python(tmp_path):
    run = evsim.load("registration-classic").replace({"run.duration": "1s", "run.warmup": 0}).run()
    for name, format in (("a.json", "otlp"), ("a", "csv"), ("a.zip", "csv")):
        assert run.export(tmp_path / name, format) == tmp_path / name
        with pytest.raises(ScenarioError, match=r"overwrite=True"):
            run.export(tmp_path / name, format)
        run.export(tmp_path / name, format, overwrite=True)
    with pytest.raises(ScenarioError, match="is empty"):
        run.export("", "csv")


def test_no_folder_is_made_on_the_way(tiny, tmp_path):
    refused("there is no folder", "export", tiny, tmp_path / "no/where/x", "--format", "csv")
    refused("there is no folder", "run", tiny, "--save", tmp_path / "no/where")
    assert [each.name for each in tmp_path.iterdir()] == ["tiny.yaml"]


@pytest.mark.parametrize("flag", [(), ("--overwrite",)])
@pytest.mark.parametrize("there", ["mine.txt", "runs.csv", "scenario.yaml"])
def test_a_folder_with_other_things_is_refused(tiny, tmp_path, there, flag):
    folder = tmp_path / "used"
    folder.mkdir()
    (folder / there).write_text("mine")
    refused(f"holds other things, as {there}", "run", tiny, "--save", folder, *flag)
    refused(f"holds other things, as {there}", "compare", tiny, tiny, "--runs", 1, "--save", folder, *flag)
    refused(f"holds other things, as {there}", "export", tiny, folder, "--format", "csv", *flag)
    assert files(folder) == {there: b"mine"}


def test_saved_runs_do_not_mix(tiny, tmp_path):
    folder = tmp_path / "out"
    assert evsim_("run", tiny, "--save", folder).exit_code == 0
    alone = set(files(folder))
    assert {"summary.json", "scenario.yaml", "requests.csv"} <= alone
    refused("earlier output", "run", tiny, "--runs", 2, "--save", folder)
    refused("is read for this", "run", folder / "scenario.yaml", "--save", folder, "--overwrite")
    assert set(files(folder)) == alone
    assert evsim_("run", tiny, "--runs", 2, "--save", folder, "--overwrite").exit_code == 0
    assert set(files(folder)) == {"summary.json", "scenario.yaml", "runs.csv"}
    assert evsim_("compare", tiny, tiny, "--runs", 1, "--save", folder, "--overwrite").exit_code == 0
    assert set(files(folder)) == {"comparison.json", "comparison.csv", "design-1.yaml", "design-2.yaml"}


def test_no_name_is_no_place(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused("is empty", "run", tiny, "--save", "")
    refused("is empty", "export", tiny, "", "--format", "csv")
    assert [each.name for each in tmp_path.iterdir()] == ["tiny.yaml"]


def test_an_empty_folder_stays_the_folder_that_it_is(tiny, tmp_path, monkeypatch):
    folder = tmp_path / "empty"
    folder.mkdir()
    before = folder.stat().st_ino
    monkeypatch.chdir(folder)
    assert evsim_("run", tiny, "--save", ".").exit_code == 0
    assert folder.stat().st_ino == before and (folder / "summary.json").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_and_a_link_lead_to_what_is_meant(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
    write_text(place_for(tmp_path / "pipe"), "through")
    assert reader.communicate()[0] == b"through"
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "file").read_text() == "new" and (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_what_breaks_in_the_middle_leaves_everything_as_it_was(tiny, tmp_path, monkeypatch, error):
    def breaks(*_):
        raise error

    evsim_("run", tiny, "--save", tmp_path / "out")
    before = files(tmp_path / "out")
    monkeypatch.setattr(csv, "write", breaks)
    assert evsim_("run", tiny, "--save", tmp_path / "new").exit_code in (2, 130)
    assert evsim_("run", tiny, "--save", tmp_path / "out", "--overwrite", "--seed", 5).exit_code in (2, 130)
    assert files(tmp_path / "out") == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out", "tiny.yaml"]


KILLED = """
import os, signal, sys
from pathlib import Path
from evsim import whole
with getattr(whole, sys.argv[1])(sys.argv[2]) as part:
    (part / "runs.csv" if part.is_dir() else part).write_text("half of it")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed here")
@pytest.mark.parametrize("there", [False, True])
def test_what_a_killed_process_left_is_taken_away_by_the_next_who_writes_there(tmp_path, there):
    page, folder = tmp_path / "page.html", tmp_path / "out"
    others = [tmp_path / f".{os.getpid()}1-notes.txt", tmp_path / f".{os.getppid()}-page.html", tmp_path / ".1x-out"]
    for path in others:
        path.write_text("of somebody else, or of a process that runs")
    if there:
        write_text(page, "old")
        with new_folder(folder) as part:
            (part / "summary.json").write_text("old")
    for function, place in (("new_file", page), ("new_folder", folder)):
        done = subprocess.run([sys.executable, "-c", KILLED, function, str(place)], check=False)
        assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.rglob(".*-page.html"))) == 2 and len(list(tmp_path.rglob(".*-out"))) == 2
    write_text(page, "new")
    with new_folder(place_for(folder, folder=True, overwrite=True)) as part:
        (part / "summary.json").write_text("new")
    assert sorted(tmp_path.rglob("*")) == sorted([*others, page, folder, folder / "summary.json"])
    assert page.read_text() == (folder / "summary.json").read_text() == "new"


def test_the_file_that_tells_comes_last_and_goes_first(tmp_path, monkeypatch):
    """Whoever is killed while files move into a folder that was there leaves none that looks complete."""
    folder = tmp_path / "out"
    for names in (["summary.json", "runs.csv"], ["comparison.json", "comparison.csv"]):
        with new_folder(folder) as part:
            for name in names:
                (part / name).write_text(name)
    assert set(files(folder)) == {"comparison.json", "comparison.csv"}
    done = []
    monkeypatch.setattr(Path, "unlink", lambda self, **_: done.append(("goes", self.name)))
    monkeypatch.setattr(Path, "replace", lambda self, target: done.append(("comes", self.name)))
    with new_folder(folder) as part:
        (part / "summary.json").write_text("")
        (part / "runs.csv").write_text("")
    assert done == [
        ("goes", "comparison.json"), ("goes", "comparison.csv"), ("comes", "runs.csv"), ("comes", "summary.json"),
    ]  # fmt: skip


CODE = """
import signal
from evsim import stopping
from evsim.whole import new_file
stopping.listen()
with new_file("whole.json") as part:
    part.write_text("half")
    print("writing", flush=True)
    signal.pause()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_a_signal_amid_writing_leaves_nothing(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", CODE], cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)  # fmt: skip
    assert process.stdout.readline() == b"writing\n"
    assert len(list(tmp_path.iterdir())) == 1
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_what_it_was_until_the_new_one_is_complete(tmp_path):
    file = tmp_path / "a.json"
    file.write_text("old")
    with new_file(file) as part:
        part.write_text(json.dumps("new"))
        assert file.read_text() == "old"
    assert file.read_text() == '"new"'
