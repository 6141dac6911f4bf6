"""A scenario made of files that people have, as a page to read and go on with."""

import os
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from evsim.counting import count
from evsim.imports.complete import complete
from evsim.imports.scenario_page import page
from evsim.imports.sketch import Sketch, slug
from evsim.scenario.arguments import a_path
from evsim.scenario.errors import Problem, ScenarioError
from evsim.scenario.foreign_files import KINDS, kind_of
from evsim.scenario.model import Scenario
from evsim.scenario.textfile import read_lines, wrong
from evsim.whole import place_for, write_text

__all__ = ["Draft", "from_file"]

LARGEST = 300_000_000  # bytes
ORDER = ("otlp_spans", "jaeger")  # who knows best is read first; the others as they are named


def from_file(*paths, name=None):
    """A scenario to start from, made of what a file says, or several files together: a :class:`Draft`.

    Traces (OTLP or Jaeger JSON), AsyncAPI documents, compose files, access logs, tables of times or of counts a minute,
    Kafka's tables of consumer groups, RabbitMQ's exported definitions. What no file says is guessed, and said so.
    """
    paths = tuple(Path(a_path(each, "paths")) for each in paths)
    if not paths:
        raise ScenarioError([Problem("paths", "there is none", hint="name a file, or several")])
    if name is not None and not isinstance(name, str):
        raise ScenarioError([Problem("name", "must be a text", name)])
    read = []
    for each in paths:
        text = _text(each)
        kind = kind_of(text)
        if kind is None:
            known = ", ".join(kind.what for kind in KINDS)
            times = "in a table the time is ISO 8601, such as 2026-03-02T09:00:00, or a number of seconds"
            raise wrong(each.name, "is of no kind that evsim knows", hint=f"it reads {known}; {times}")
        read.append((kind, text, each.name))
    read.sort(key=lambda each: each[0].module not in ORDER)
    sketch = Sketch(slug(name or paths[0].name.partition(".")[0]))
    for kind, text, called in read:
        module = import_module(f"{__package__}.{kind.module}")
        try:
            module.read(text, called, sketch)
        except RecursionError:
            raise wrong(called, "is nested too deep") from None
        sketch.sources.append(f"{called} ({kind.what})")
    if not sketch.boxes and sketch.loose is None and not sketch.channels:
        raise wrong(paths[0].name, "holds nothing to make a scenario of", hint="; ".join(sketch.notes) or None)
    if sketch.left_out:
        sketch.note(
            f"{count(sketch.left_out, 'mention')} of further boxes and channels left out: a page holds 100 of each"
        )
    try:
        data, origins, words = complete(sketch)
    except ScenarioError as error:
        raise wrong(paths[0].name, f"makes no scenario that holds: {error.problems[0]}") from None
    return Draft(page(data, origins, words, sketch.sources, sketch.notes), tuple(sketch.notes))


def _text(path):
    if path.is_file() and os.path.getsize(path) > LARGEST:
        raise wrong(path.name, f"is larger than {LARGEST // 10**6} MB", hint="give a part of it")
    return "\n".join(read_lines(path, path.name)) + "\n"


@dataclass(frozen=True)
class Draft:
    """What :func:`evsim.from_file` made: ``yaml``, a page with comments, and ``notes`` on what could not be read."""

    yaml: str
    notes: tuple

    def __str__(self):
        return self.yaml

    @cached_property
    def scenario(self):
        """The scenario of the page."""
        return Scenario.from_yaml(self.yaml, "the draft")

    def save(self, path, overwrite=False):
        """Write the page to a file; return its path."""
        path = place_for(a_path(path, "path"), overwrite=overwrite)
        write_text(path, self.yaml)
        return path
