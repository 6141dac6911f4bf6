"""Scenarios by name or path."""

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from .errors import Problem, ScenarioError, suggest
from .model import Scenario


def names():
    """Names of the built-in scenarios."""
    files_there = (file.name for file in _folder().iterdir())
    return sorted(name.removesuffix(".yaml") for name in files_there if name.endswith(".yaml"))


def load(name_or_path):
    """The built-in scenario of that name, or the scenario in the YAML file at that path."""
    text = str(name_or_path)
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.name != text:
        return _load_file(path)
    if text not in names():
        hint = suggest(text, names()) or "see evsim.names()"
        raise ScenarioError([Problem("", f"there is no built-in scenario {text}", hint=hint)])
    return _load_builtin(text)


def _folder():
    return files("evsim") / "scenarios"


@lru_cache
def _load_builtin(name):
    return Scenario.from_yaml((_folder() / f"{name}.yaml").read_text(encoding="utf-8"), source=f"{name}.yaml")


def _load_file(path):
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        problem = Problem("", f"cannot be read: {error.strerror}", hint=_nearest_file(path))
        raise ScenarioError([problem], str(path)) from None
    except UnicodeDecodeError:
        raise ScenarioError([Problem("", "is not a text in UTF-8")], str(path)) from None
    return Scenario.from_yaml(text, source=path.name, folder=path.parent)


def _nearest_file(path):
    near = [file.name for file in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
    return suggest(path.name, [*near, *names()])
