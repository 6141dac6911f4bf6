"""Results as JSON and as files."""

import json
import math
from dataclasses import asdict, is_dataclass

from evsim.results.export import csv
from evsim.whole import new_folder

__all__ = ["as_json", "save_comparison", "save_run", "save_sweep"]


def as_json(data):
    """JSON text in which Estimates are mappings and NaN is null."""
    return json.dumps(_plain(data), indent=2, allow_nan=False)


def save_run(path, data, done, beside=None):
    """A folder of the figures in ``data``, the scenario, and the records: of one run, or a row for each of many;
    of a run with summary records there are figures alone. beside: name -> text of further files.
    """
    with new_folder(path) as folder:
        for name, text in (beside or {}).items():
            _write(folder / name, text)
        _write(folder / "summary.json", as_json(data))
        _write(folder / "scenario.yaml", done.scenario.to_yaml())
        if hasattr(done, "frame"):
            done.frame.to_csv(folder / "runs.csv")
        elif hasattr(done, "tables"):
            csv.write(done, done.tables.chosen(), folder)


def save_comparison(path, data, comparison):
    """A folder of the comparison as JSON and CSV, and the scenario of each design."""
    with new_folder(path) as folder:
        _write(folder / "comparison.json", as_json(data))
        comparison.frame.to_csv(folder / "comparison.csv")
        for number, design in enumerate(comparison.designs.values(), 1):
            _write(folder / f"design-{number}.yaml", design.scenario.to_yaml())


def save_sweep(path, sweep):
    """A folder of the scenario, and a row a run of a sweep."""
    with new_folder(path) as folder:
        _write(folder / "scenario.yaml", sweep.scenario.to_yaml())
        sweep.frame.to_csv(folder / "sweep.csv", index=False)


def _plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        verdict = {"verdict": value.verdict} if hasattr(value, "verdict") else {}
        return _plain(asdict(value) | verdict)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _write(file, text):
    file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
