"""The commands of the page `bring-your-own` run, in their order, on the recorded samples."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.test_run import evsim_
from tests.support.nightly import NIGHTLY

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/bring-your-own.md").read_text(encoding="utf-8")
SAMPLES, INCIDENT = ROOT / "tests/data/imports", ROOT / "tests/data/incident"
COMMANDS = re.findall(r"^    evsim (.+)$", PAGE, re.MULTILINE)
FEW = {  # so that it does not take minutes
    "find": ["--max-runs", "8", "--set", "run.duration=20s", "--jobs", "1"],
    "compare": ["--runs", "2", "--set", "run.duration=3s", "--jobs", "1"],
    "report": ["--runs", "2", "--set", "run.duration=2s", "--jobs", "1"],
    "replay": ["--runs", "2", "--jobs", "1"],
}


@pytest.mark.slow
def test_the_commands_of_the_page_run_one_after_the_other(tmp_path, monkeypatch):
    for file in (*SAMPLES.iterdir(), *INCIDENT.iterdir()):
        shutil.copy(file, tmp_path / ("incident.yaml" if file.name == "shop.yaml" else file.name))
    (tmp_path / "times.csv").write_text("\n".join(f"{10 + number % 7}ms" for number in range(40)))
    monkeypatch.chdir(tmp_path)
    assert [command.partition(" ")[0] for command in COMMANDS] == [
        "new", "validate", "run", "fit", "find", "compare", "report", "replay",
    ]  # fmt: skip
    for command in COMMANDS:
        word, *rest = shlex.split(command)
        if word == "report" and not NIGHTLY:
            continue  # a page takes some hundred runs, and has tests of its own
        done = evsim_(word, *rest, *FEW.get(word, []))
        assert done.exit_code in (0, 1), f"{command}: {done.output}"
        assert done.exit_code == 0 or word in ("fit", "find"), f"{command}: {done.output}"
    assert (tmp_path / "incident.png").exists()


def test_the_timeline_of_the_page_is_that_of_the_example():
    rows = re.search(r"((?:^    (?:time|2026).*\n)+)", PAGE, re.MULTILINE)[1]
    assert [row.strip() for row in rows.splitlines()] == (INCIDENT / "timeline.csv").read_text().splitlines()


def test_each_kind_of_file_stands_in_the_table():
    table = PAGE[PAGE.index("| file |") : PAGE.index("## Read the page")]
    for word in ("OTLP", "Jaeger", "access logs", "tables of times", "counts a minute", "compose", "AsyncAPI",
                 "kafka-consumer-groups", "RabbitMQ"):  # fmt: skip
        assert word in table
