"""The notebooks as data, and as they run in plain Python: what each cell gave, by its id."""

import json
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from teaching.running import run

FOLDER = Path(__file__).parents[2] / "notebooks"
TERM = re.compile(r'\[([^\]]+)\]\(glossary\.md#([a-z-]+) "([^"]+)"\)')  # a word where it is explained
COMPANIONS = sorted(path.stem for path in FOLDER.glob("[0-9][0-9]-*-build-it.ipynb"))
NAMES = sorted({path.stem for path in FOLDER.glob("[0-9][0-9]-*.ipynb")} - {*COMPANIONS})


@dataclass(frozen=True)
class Cell:
    id: str
    kind: str
    source: str
    tags: tuple
    outputs: tuple
    count: int | None


@cache
def notebook(name):
    """The notebook as in its file."""
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))


@cache
def cells(name):
    return tuple(
        Cell(
            each.get("id", ""), each["cell_type"], "".join(each["source"]),
            tuple(each["metadata"].get("tags", ())),
            tuple(each.get("outputs", ())), each.get("execution_count"),
        )
        for each in notebook(name)["cells"]
    )  # fmt: skip


def code(name):
    return [cell for cell in cells(name) if cell.kind == "code"]


def prose(name):
    """The text of a notebook in one line, without its list of further reading."""
    text = "\n".join(cell.source for cell in cells(name) if cell.kind == "markdown")
    return re.sub(r"\s+", " ", TERM.sub(r"\1", text.split("## Where to read on")[0]))


@dataclass(frozen=True)
class Done:
    """A notebook that ran: what its cells ``gave`` and ``printed``, by id, and the ``names`` it defined."""

    gave: dict
    printed: dict
    names: dict


@cache
def ran(name):
    """The notebook, run from top to bottom by somebody who has guessed nothing."""
    with _elsewhere():
        return Done(*run(notebook(name), name))


@contextmanager
def _elsewhere():
    """In an empty folder, with an empty folder as the user's own: no guess is there."""
    before = {name: os.environ.get(name) for name in ("HOME", "USERPROFILE", "EVSIM_GUESSES")}
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= dict.fromkeys(before, folder)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
