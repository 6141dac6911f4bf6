"""Expected values that nobody in this project made up, read from tests/data/cases.json by their ids."""

import json
from copy import deepcopy
from difflib import get_close_matches
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "data" / "cases.json"


@cache
def _by_id():
    return {case["id"]: case for case in json.loads(FILE.read_text(encoding="utf-8"))}


def identifiers():
    """The ids of all cases, in the order of the file."""
    return tuple(_by_id())


def case(identifier):
    """One case as a dictionary: id, model, parameters, expected, formula, source, tolerance, ..."""
    if identifier not in _by_id():
        near = ", ".join(get_close_matches(identifier, _by_id(), n=3)) or "none is near"
        raise KeyError(f"no case {identifier!r} in {FILE.name}; nearest: {near}")
    return deepcopy(_by_id()[identifier])


def expected(identifier, name=None):
    """What a case expects: one figure by its `name`, or all there is."""
    figures = case(identifier)["expected"]
    if name is None:
        return figures
    if name not in figures:
        raise KeyError(f"case {identifier!r} expects no {name!r}; it has: {', '.join(figures)}")
    return figures[name]
