"""Exports: a run, or some of its requests, in the formats that other tools read. One format a file."""

from importlib import import_module

from evsim.scenario.arguments import a_path
from evsim.scenario.errors import Problem, ScenarioError, suggest
from evsim.scenario.files import inputs
from evsim.whole import new_file, new_folder, place_for

__all__ = ["FORMATS", "export", "place_of"]

FORMATS = ("perfetto", "otlp", "cloudevents", "csv", "parquet")  # each is the module of that name


def export(run, path, format, requests=None, workload=None, overwrite=False):
    """Write a run to `path` in a `format`, one of :data:`FORMATS`; return the path.

    requests: a number or several, where not all are wanted. workload: whose requests they are, needed where there are
    several. What is there already is only replaced with ``overwrite=True``: a file, or a folder that holds an earlier
    output of evsim and nothing else; never what the run has read.
    """
    writer, path, new = place_of(format, a_path(path, "path"), overwrite, inputs(run.scenario))
    chosen = run.tables.chosen(requests, workload)
    with new(path) as part:
        writer.write(run, chosen, part)
    return path


def place_of(format, path, overwrite=False, inputs=()):
    """(module, path, how to make what is there), if there is such a `format` and the path is a place for it."""
    if format not in FORMATS:
        raise ScenarioError([Problem("format", "unknown format", format, hint=suggest(format, FORMATS))])
    writer = import_module(f"{__name__}.{format}")
    folder = not writer.ONE_FILE and not str(path).endswith(".zip")
    return writer, place_for(path, folder, overwrite, inputs), new_folder if folder else new_file
