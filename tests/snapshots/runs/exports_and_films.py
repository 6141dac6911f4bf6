"""Exports and films of runs in which everything happens that an export can tell.

Those of ``tests/exports/runs.py``, where each is worked out a second time, and what these lack (``exports.yaml``).
"""

import json
import tempfile
from pathlib import Path

import evsim
from evsim import Scenario
from evsim.view.player.film import film
from tests.exports.runs import a_run
from tests.snapshots.texts import rounded

__all__ = ["EXPORTS_AND_FILMS"]

FILES = ("perfetto", "otlp", "cloudevents")
RUNS = ("troubled", "committing", "read again", "windowed", "travelling", "held back", "lossy", "odd names", "refused")
SELDOM = Path(__file__).with_name("exports.yaml")  # files of scenarios, one after the other


def _told():
    for name in RUNS:
        yield from _told_of(name, a_run(name))
    for text in SELDOM.read_text(encoding="utf-8").split("\n---\n"):
        run = Scenario.from_yaml(text).run()
        yield from _told_of(run.scenario.name, run)


def _told_of(name, run):
    with tempfile.TemporaryDirectory() as folder:
        for format in FILES:
            text = run.export(Path(folder) / format, format).read_text(encoding="utf-8")
            yield f"{name}: {format}", text.replace(f'"{evsim.__version__}"', '"VERSION"')
    yield f"{name}: film", rounded(json.dumps(film(run)))


EXPORTS_AND_FILMS = {"exports and films": _told}
