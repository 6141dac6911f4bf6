"""Luck of an incident: what its file leaves open is drawn by the seed, and filled into everything else."""

import re
from math import inf
from random import Random

from evsim.lesson.own_file import inside
from evsim.scenario import ScenarioError
from evsim.scenario.errors import Problem
from evsim.scenario.units import UnitError, time, write_time

__all__ = ["BRACES", "draw", "fill"]

BRACES = re.compile(r"\{([^{}]+)\}")
TIME = re.compile(r"^([0-9.]+)s$")
FROM_TO, ONE_OF = {"from", "to"}, {"one of"}


def draw(draws, luck):
    """name -> what was drawn. ``{from: 4 min, to: 8 min}``: a time, or a number; ``{one of: [...]}``: one of them.

    If that is a mapping, each of its entries is a value of its own. luck: any text; the same text draws the same.

    >>> draw({"case": {"one of": [{"where": "stock", "size": 3}]}}, "any")
    {'where': 'stock', 'size': 3}
    """
    random, values = Random(luck), {}
    for name, how in draws.items():
        drawn = _drawn(name, how, random)
        values |= drawn if isinstance(drawn, dict) else {name: drawn}
    return values


def _drawn(name, how, random):
    if isinstance(how, dict) and set(how) == ONE_OF and isinstance(how["one of"], list) and how["one of"]:
        return random.choice(how["one of"])
    if isinstance(how, dict) and set(how) == FROM_TO:
        ends = how["from"], how["to"]
        if all(isinstance(end, str) for end in ends) or all(type(end) in (int, float) for end in ends):
            return _between(name, *ends, random)
    raise ScenarioError([Problem(f"draws.{name}", "must be {from: ..., to: ...} or {one of: [...]}", how)])


def _between(name, low, high, random):
    try:
        first, last = (int(time(low)), int(time(high))) if isinstance(low, str) else (low, high)
    except UnitError as error:
        raise ScenarioError([Problem(f"draws.{name}", error.rule, error.value)]) from None
    if not -inf < first <= last < inf:
        raise ScenarioError([Problem(f"draws.{name}", "must begin with the smaller value", f"{low} to {high}")])
    if isinstance(low, str):
        return write_time(float(random.randint(first, last)))
    if isinstance(low, int) and isinstance(high, int):
        return random.randint(low, high)
    return round(random.uniform(low, high), 2)


def fill(data, values):
    """Data in which each ``{name}`` of what was drawn stands as its value, and ``{name + 90s}`` as a later time.

    Other braces stay.

    >>> fill({"{where}": ["{size}", "{size} of {what}"]}, {"where": "stock", "size": 3})
    {'stock': [3, '3 of {what}']}
    >>> fill(["{begins + 2 min}", "it begins after {begins}"], {"begins": "100s"})
    ['220s', 'it begins after 100 s']
    """
    if isinstance(data, dict):
        return {fill(key, values): _within(key, each, values) for key, each in data.items()}
    if isinstance(data, list):
        return [_within(number, each, values) for number, each in enumerate(data)]
    if not isinstance(data, str):
        return data
    whole = BRACES.fullmatch(data)
    if whole:
        return _value(whole, values)
    return BRACES.sub(lambda found: TIME.sub(r"\1 s", str(_value(found, values))), data)


def _within(name, data, values):
    with inside(name):
        return fill(data, values)


def _value(found, values):
    name, plus, later = found[1].partition(" + ")
    if name not in values:
        return found[0]
    return write_time(_seconds(found, values[name]) + _seconds(found, later)) if plus else values[name]


def _seconds(found, value):
    try:
        return time(value)
    except UnitError as error:
        raise ScenarioError([Problem("", f"{found[0]}: {error.rule}", error.value)]) from None
