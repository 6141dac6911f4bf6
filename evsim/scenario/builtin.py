"""Scenarios by name or path."""

from functools import lru_cache
from importlib.resources import files
from os import PathLike
from pathlib import Path

from .errors import Problem, ScenarioError, suggest
from .foreign_files import kind_of
from .model import Scenario
from .textfile import read_bytes

LISTED = "`evsim list` in a terminal, or evsim.names() in Python, shows what there is"
LARGEST_SCENARIO = 300_000_000  # bytes; what is longer than a scenario may be is read to say what it is


def names():
    """Names of the built-in scenarios."""
    files_there = (file.name for file in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in files_there if name.endswith(".yaml"))


def load(name_or_path):
    """The built-in scenario of that name, or the scenario in the YAML file at that path."""
    if not isinstance(name_or_path, str | PathLike):
        raise ScenarioError([Problem("name_or_path", "must be the name of a scenario, or the path of its file",
                                     name_or_path)])  # fmt: skip
    text, path = str(name_or_path), Path(name_or_path)
    if not text:
        raise ScenarioError([Problem("name_or_path", "is empty", hint=LISTED)])
    if text in names():
        return _load_builtin(text)
    if "." in text or path.name != text or path.exists():  # names have no dots
        return _load_file(path)
    raise ScenarioError([Problem("", f"there is no built-in scenario {text}", hint=suggest(text, names()) or LISTED)])


def _folder():
    return files("evsim") / "scenarios"


@lru_cache
def _load_builtin(name):
    return Scenario.from_yaml((_folder() / f"{name}.yaml").read_text(encoding="utf-8"), source=f"{name}.yaml")


def _load_file(path):
    try:
        written = read_bytes(path, LARGEST_SCENARIO)
        text = written.decode("utf-8-sig")
    except IsADirectoryError:
        raise ScenarioError([Problem("", "is a folder", hint="name a file in it")], str(path)) from None
    except OSError as error:
        problem = Problem("", f"cannot be read: {error.strerror}", hint=_nearest_file(path))
        raise ScenarioError([problem], str(path)) from None
    except UnicodeDecodeError:
        wide = written.startswith((b"\xff\xfe", b"\xfe\xff"))
        what = "is a text in UTF-16" if wide else "is not a text in UTF-8"
        raise ScenarioError([Problem("", what, hint="save it as UTF-8 in your editor")], str(path)) from None
    try:
        return Scenario.from_yaml(text, source=path.name, folder=path.parent)
    except ScenarioError:
        kind = kind_of(text)
        if kind is None:
            raise
        new = f"{path.stem}-scenario.yaml" if path.suffix == ".yaml" else f"{path.stem}.yaml"
        way_in = f"`evsim new --from {path} -o {new}` makes a scenario of it"
        raise ScenarioError([Problem("", f"is {kind.what}, and no scenario", hint=way_in)], path.name) from None


def _nearest_file(path):
    near = [file.name for file in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    return suggest(path.name, [*near, *names()])
