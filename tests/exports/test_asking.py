"""RequestReply for an export: what is refused, and with which words."""

import json
import subprocess
import sys

import pytest

import evsim
from evsim.results.export import FORMATS
from evsim.scenario import ScenarioError
from tests.cli.test_run import evsim_
from tests.exports.runs import a_run

EVENT_FORMATS = ("perfetto", "otlp", "cloudevents")


def test_an_unknown_format_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ScenarioError, match=r"format: unknown format, got 'perfeto'; did you mean perfetto\?"):
        a_run("events").export(tmp_path / "x.json", "perfeto")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", EVENT_FORMATS)
def test_one_file_is_not_written_over_a_folder(format, tmp_path):
    with pytest.raises(ScenarioError, match="is a folder, and one file is written"):
        a_run("events").export(tmp_path, format)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_tables_are_not_written_over_a_file(format, tmp_path):
    (tmp_path / "run.csv").write_text("mine")
    with pytest.raises(ScenarioError, match="is a file, and a folder is written; name a folder"):
        a_run("events").export(tmp_path / "run.csv", format)
    assert (tmp_path / "run.csv").read_text() == "mine"


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(ScenarioError, match="there is no folder .*; make it first, or name another place"):
        a_run("events").export(tmp_path / "new" / "trace.json", "otlp", requests=3)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("requests", "words"),
    [(10**6, "did not arrive"), (-1, "did not arrive"), (1.5, "a number"), (True, "a number"), ("17", "a number")],
)
def test_a_request_that_never_came_is_refused(requests, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        a_run("events").export(tmp_path / "x.json", "otlp", requests=requests)


def test_where_there_are_several_workloads_requests_need_one(tmp_path):
    run = a_run("two workloads")
    with pytest.raises(ValueError, match="several workloads"):
        run.export(tmp_path / "x.json", "cloudevents", requests=3)
    for workload in run.scenario.workloads:
        path = run.export(tmp_path / f"{workload}-3.json", "cloudevents", requests=3, workload=workload)
        assert {event["subject"] for event in json.loads(path.read_text())} == {f"{workload}/3"}
        path = run.export(tmp_path / f"{workload}.json", "cloudevents", workload=workload)
        assert len(json.loads(path.read_text())) == (run.ledger.groupby("message").workload.first() == workload).sum()


@pytest.mark.slow
@pytest.mark.parametrize("format", EVENT_FORMATS)
def test_the_same_seed_gives_the_same_file(format, tmp_path):
    run = a_run("crashed events")
    first = run.export(tmp_path / "first.json", format).read_bytes()
    again = run.scenario.run(seed=run.seed).export(tmp_path / "again.json", format).read_bytes()
    assert first == again


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_line_writes_what_python_writes(format, tmp_path):
    settings = ["--set", "run.duration=5s", "--set", "run.warmup=0", "--requests", "17,18", "--seed", "4"]
    target = tmp_path / "x.zip" if format in ("csv", "parquet") else tmp_path / "x.json"
    done = evsim_("export", "registration-events", str(target), "--format", format, *settings)
    assert done.exit_code == 0 and done.stdout.strip() == str(target)
    run = evsim.load("registration-events").replace({"run.duration": 5, "run.warmup": 0}).run(seed=4)
    same = run.export(tmp_path / f"same{target.suffix}", format, requests=[17, 18])
    assert same.read_bytes() == target.read_bytes()


@pytest.mark.slow
def test_exports_cost_nothing_until_they_are_asked_for():
    ask = "import sys, evsim; evsim.load; print([name for name in sys.modules if 'results.export.' in name])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
