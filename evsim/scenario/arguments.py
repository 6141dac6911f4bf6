"""What people hand to a function: taken as they would write it, or refused in one sentence."""

from collections.abc import Iterable, Mapping
from os import PathLike

from . import units
from .builtin import load
from .errors import Problem, ScenarioError
from .model import Scenario

__all__ = ["a_count", "a_function", "a_mapping", "a_moment", "a_number", "a_path", "a_scenario", "a_seed", "a_text",
           "a_time", "names_of_designs", "several"]  # fmt: skip


def a_scenario(value, name="scenario"):
    """A scenario: itself, or what is built in or in a file under that name."""
    if isinstance(value, str | PathLike):
        return load(value)
    return _or_refuse(isinstance(value, Scenario), value, name, "must be a scenario, its name, or the path of its file")


def a_time(value, name):
    """Seconds: 5, or "5s"."""
    try:
        return units.time(value)
    except units.UnitError as error:
        raise ScenarioError([Problem(name, error.rule, _shown(value))]) from None


def a_moment(value, name="until"):
    """Seconds, or None for the end."""
    return None if value is None else a_time(value, name)


def a_number(value, name):
    """A number of something that is counted from 0, or None."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return _or_refuse(value is None or is_whole, value, name, "must be a whole number")


def a_count(value, name):
    """A number of something of which there is one at least, or None."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return _or_refuse(value is None or (is_whole and value > 0), value, name, "must be a whole number, 1 or more")


def a_function(value, name, what):
    """A function of `what`, or None."""
    return _or_refuse(value is None or callable(value), value, name, f"must be a function of {what}")


def a_seed(value, name="seed"):
    """The seed of a run."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return _or_refuse(is_whole and value >= 0, value, name, "must be a whole number, 0 or more")


def a_text(value, name, what):
    """A text that says `what`, or None."""
    return _or_refuse(value is None or isinstance(value, str), value, name, f"must be {what}")


def a_mapping(value, name, example):
    return _or_refuse(isinstance(value, Mapping), value, name, f"must be a mapping such as {example}")


def a_path(value, name):
    return _or_refuse(isinstance(value, str | PathLike), value, name, "must be the path of a file or a folder")


def several(value, name, what):
    """Several things: neither one thing alone nor a text."""
    fits = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return _or_refuse(fits, value, name, f"must be a list of {what}")


def names_of_designs(designs, labels):
    """Their `labels`; without any the names of the scenarios, told apart by numbers."""
    if labels is None:
        names = [design.name for design in designs]
        return [
            name if names.count(name) == 1 else f"{name} ({names[: number + 1].count(name)})"
            for number, name in enumerate(names)
        ]
    labels = list(several(labels, "labels", "names"))
    fits = len(labels) == len(designs) and len(set(map(str, labels))) == len(labels)
    rule = f"must be {len(designs)} different names, one for each design" if len(designs) > 1 else "must be one name"
    return _or_refuse(fits and all(isinstance(each, str) for each in labels), labels, "labels", rule)


def _or_refuse(fits, value, name, rule):
    if not fits:
        raise ScenarioError([Problem(name, rule, _shown(value))])
    return value


def _shown(value):
    return "None" if value is None else value
