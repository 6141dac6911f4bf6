"""The notebooks as data, and as they run in plain Python: what each cell gave, by its id."""

import ast
import json
import os
import re
import tempfile
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path

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
    names, gave, printed = {"__name__": "__main__"}, {}, {}
    with _elsewhere():
        for cell in code(name):
            with redirect_stdout(StringIO()) as out:
                gave[cell.id] = _run(cell.source, f"{name}:{cell.id}", names)
            printed[cell.id] = out.getvalue()
    return Done(gave, printed, names)


def _run(source, place, names):
    """Run a cell; return what its last line gives, if that is an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)
    return eval(compile(ast.Expression(last.value), place, "eval"), names) if last else None


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
