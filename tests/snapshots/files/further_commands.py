"""What commands answer where there are several: missed limits, workloads, designs; and where they are stopped."""

import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from evsim.cli.keeping import Keeper
from evsim.cli.output import warn
from evsim.cli.shell import explain
from evsim.engine.environment import SimulationError
from evsim.experiment.running import Interrupted
from evsim.lesson.challenge import challenges, load_challenge
from evsim.scenario import Scenario
from tests.snapshots.files.commands import FILES, TINY, heard, shell
from tests.snapshots.telling import WORKERS, in_folder, told

__all__ = ["FURTHER_COMMANDS"]

TWO = Scenario.from_yaml(TINY).replace({
    "workloads.clerks": {"target": "desk", "arrivals": {"constant": "3/s"}}, "run.duration": "1s"})  # fmt: skip
MISSED = "--set 'objectives={response_mean: 1ms, response_p50: 2ms, errors: 0}'"
UNKEPT = "{reordered: 0, response_p90: 1s, duplicated: 0, retry_amplification: 2}"
COMPOSE = """services:
  web: {image: "nginx", depends_on: [shop, "db"]}
  shop: {image: shop, depends_on: [db]}
  db: {image: "postgres:16"}
  broker: {image: "rabbitmq:4"}
"""


def _several():
    """More than one of what there is one of in most answers."""
    return shell(
        f"compare tiny.yaml other.yaml --runs 2 --json --set run.duration=900ms {MISSED}",
        f"compare tiny.yaml --runs 2 --seed 5 --set {WORKERS}=4 --set run.duration=300ms",
        f"sweep tiny.yaml {WORKERS}=4,8 --runs 1 --json --set run.duration=900ms {MISSED}",
        "run tiny.yaml --runs 2 --precision response_mean=90% --precision throughput=90% --set run.duration=500ms",
        "run tiny.yaml --record summary --theory --seed 4",
        f"run tiny.yaml --record summary --set 'objectives={UNKEPT}'",
        *(f"export two.yaml {name}.json --format otlp --requests 1 --workload {name} --seed 4" for name in (
            "clerks", "callers", "others")),
        "export two.yaml both.json --format otlp --requests 1,99", "new --from c.yaml -o shop.yaml",
        f"report tiny.yaml --runs 2 --seed 4 -j 1 --set run.duration=200ms --set {WORKERS}=7 --objective errors=0 "
        "--objective response_mean=1ms",
        two__yaml=TWO.to_yaml(), c__yaml=COMPOSE, **FILES,
    )  # fmt: skip


def _challenged():
    """Two designs on one board, that is written over."""
    name = challenges()[0]
    base = load_challenge(name).base
    board = f"challenge {name} a.yaml b.yaml -j 1 --runs 2 --csv board.csv"
    return shell(f"{board} --json", board, f"{board} --overwrite", a__yaml=base.to_yaml(),
                 b__yaml=base.replace({"name": "b"}).to_yaml())  # fmt: skip


def _cut_short(make):
    """An experiment that comes to its end as if somebody had pressed Ctrl-C."""

    def experiment(*arguments, **settings):
        raise Interrupted(2, 5, make(*arguments, **settings))

    return experiment


STOPPED = {  # command -> the experiment it calls
    "run tiny.yaml --runs 2": "experiment.replicate.replicate",
    "compare tiny.yaml other.yaml --runs 2": "experiment.compare.compare",
    f"sweep tiny.yaml {WORKERS}=8 --runs 1": "experiment.sweep.sweep",
    f"find tiny.yaml {WORKERS}=6..8 --max-runs 8": "experiment.find.find",
    "replay tiny.yaml --observed seen.csv --runs 2": "imports.replay",
}  # fmt: skip


def _stopped():
    said = []
    for command, place in STOPPED.items():
        module, _, name = f"evsim.{place}".rpartition(".")
        __import__(module)
        with patch(f"{module}.{name}", _cut_short(getattr(sys.modules[module], name))):
            said.append(shell(f"{command} -j 1 --set run.duration=500ms {MISSED}", **FILES))
    return said


def _lab():
    """How lessons are opened in a checkout and elsewhere, with JupyterLab and without it."""
    said, place = [], "evsim.lesson.lessons_folder."
    lessons = {f"{name}__ipynb": "{}" for name in ("01-one", "03-three", "14-many")}

    def put(folder, install_from):
        said.append(f"put into {folder}, installs from {install_from}")
        return SimpleNamespace(text=lambda: "They are there.", folder=Path(f"{folder}"))

    def opened(words):
        said.append(" ".join(words[1:]))
        return 3

    commands = ("lab", "lab 14", "lab nothing", "lab --no-open", "lab 3 --folder there", "lab --install-from evsim")
    with (
        patch(f"{place}place_lessons", put), patch(f"{place}usual_folder", lambda: "usual"),
        patch(f"{place}shipped", lambda: Path(".")), patch("subprocess.call", opened),
    ):  # fmt: skip
        for here in (True, False):
            for spec in (None, 1):
                with patch(f"{place}in_checkout", lambda here=here: here), patch(
                    "importlib.util.find_spec", lambda _, spec=spec: spec
                ):  # fmt: skip
                    said += [f"in a checkout: {here}, JupyterLab: {spec}", shell(*commands, **lessons)]
    return said


def _taken(folder):
    """A folder that somebody has made meanwhile; an error with two notes; and no warning, one, and two."""
    (folder / "out").mkdir()
    (folder / "out" / "a").write_text("mine", encoding="utf-8")
    kept = Keeper(folder=True)
    odd = SimulationError("it stands still")
    odd.add_note("in the run of desk")
    odd.add_note("with seed 4")

    return [heard(kept.write, folder / "out", lambda path: path.mkdir()), *map(str, kept.errors), heard(explain, odd),
            *(heard(warn, each) for each in ([], ["one"], ["one", "two"]))]  # fmt: skip


FURTHER = {
    "several": _several, "challenged": _challenged, "stopped": _stopped, "lessons": _lab,
    "taken": lambda: in_folder(_taken), "the settings": lambda: shell("schema"),
}  # fmt: skip
FURTHER_COMMANDS = {"further commands": partial(told, FURTHER)}
