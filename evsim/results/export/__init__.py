"""Exports: a run, or some of its requests, in the formats that other tools read. One format a file."""

from importlib import import_module
from pathlib import Path

from evsim.scenario.arguments import a_path
from evsim.scenario.errors import Problem, ScenarioError, suggest

__all__ = ["FORMATS", "export", "writer_of"]

FORMATS = ("perfetto", "otlp", "cloudevents", "csv", "parquet")  # each is the module of that name


def export(run, path, format, requests=None, workload=None):
    """Write a run to `path` in a `format`, one of :data:`FORMATS`; return the path.

    requests: a number or several, where not all are wanted. workload: whose requests they are, needed where there are
    several.
    """
    path = Path(a_path(path, "path"))
    writer = writer_of(format, path)
    chosen = run.chosen(requests, workload)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer.write(run, chosen, path)
    return path


def writer_of(format, path):
    """The module that writes a `format` to `path`, if there is such a format and it can be written there."""
    if format not in FORMATS:
        raise ScenarioError([Problem("format", "unknown format", format, hint=suggest(format, FORMATS))])
    writer = import_module(f"{__name__}.{format}")
    if writer.ONE_FILE and path.is_dir():
        rule, hint = f"{format} writes one file, and this is a folder", f"write {path / f'{format}.json'}"
    elif not writer.ONE_FILE and path.is_file() and path.suffix != ".zip":
        rule, hint = f"{format} writes a file for each table", "name a folder, or an archive that ends with .zip"
    else:
        return writer
    raise ScenarioError([Problem("path", rule, str(path), hint=hint)])
