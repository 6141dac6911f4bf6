"""Whether a file of one's own holds what is asked for, entry by entry, before anything is made of it."""

import re

from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem
from evsim.scenario.units import UnitError, time

__all__ = ["CLOCK", "MAPPING", "NUMBER", "TEXT", "TIME", "refuse_other_shapes"]


def _is_time(value):
    try:
        time(value)
    except UnitError:
        return False
    return True


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST


def _is_clock(value):
    return isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value) is not None


def _is_text(value):
    return isinstance(value, str)


def _is_mapping(value):
    return isinstance(value, dict)


MOST = 1e15
TEXT = _is_text, "must be text"
NUMBER = _is_number, "must be a number, 0 or more"
TIME = _is_time, "must be a time such as 90s or 2 min"
CLOCK = _is_clock, "must be a time of day such as 10:00"
MAPPING = _is_mapping, "must be a mapping"


def refuse_other_shapes(data, shape, place):
    """A `ScenarioError` with all entries of the data that have another shape.

    A shape is (test, rule); or a list of one shape; or a mapping of names, those with ``?`` may be missing; or
    ``{...: shape}`` for any names.
    """
    problems = list(_problems(data, shape, place))
    if problems:
        raise ScenarioError(problems)


def _problems(data, shape, place):
    if isinstance(shape, tuple):
        test, rule = shape
        if not test(data):
            yield Problem(place, rule, data)
    elif isinstance(shape, list):
        if not isinstance(data, list):
            yield Problem(place, "must be a list", data)
            return
        for number, each in enumerate(data):
            yield from _problems(each, shape[0], f"{place}.{number}")
    elif not isinstance(data, dict):
        yield Problem(place, "must be a mapping", data)
    elif ... in shape:
        for name, each in data.items():
            if isinstance(name, str):
                yield from _problems(each, shape[...], f"{place}.{name}")
            else:
                yield Problem(place, "has a name that is no text", name, hint="put it in quotes")
    else:
        for name, its in shape.items():
            key = name.rstrip("?")
            if key in data:
                yield from _problems(data[key], its, f"{place}.{key}")
            elif key == name:
                yield Problem(f"{place}.{key}", "is missing")
