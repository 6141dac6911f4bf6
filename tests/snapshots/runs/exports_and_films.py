"""Exports and films of runs in which everything happens that an export can tell.

Those of ``tests/exports/runs.py``, where each is worked out a second time, and what these lack (``exports.yaml``).
"""

import json
import tempfile
from pathlib import Path

import evsim
from evsim.view.player.film import film
from tests.exports.runs import a_run
from tests.snapshots.runs.systems import scenarios_of
from tests.snapshots.texts import rounded

__all__ = ["EXPORTS_AND_FILMS", "rich_runs"]

FILES = ("perfetto", "otlp", "cloudevents")
RUNS = ("troubled", "committing", "read again", "windowed", "travelling", "held back", "lossy", "odd names", "refused")
SELDOM = Path(__file__).with_name("exports.yaml")  # files of scenarios, one after the other


def rich_runs():
    """(name, run) of each."""
    yield from ((name, a_run(name)) for name in RUNS)
    yield from ((scenario.name, scenario.run()) for scenario in scenarios_of(SELDOM))


def _told_of(name, run):
    with tempfile.TemporaryDirectory() as folder:
        for format in FILES:
            text = run.export(Path(folder) / format, format).read_text(encoding="utf-8")
            yield f"{name}: {format}", text.replace(f'"{evsim.__version__}"', '"VERSION"')
    yield f"{name}: film", rounded(json.dumps(film(run)))


def _told():
    for name, run in rich_runs():
        yield from _told_of(name, run)


EXPORTS_AND_FILMS = {"exports and films": _told}
