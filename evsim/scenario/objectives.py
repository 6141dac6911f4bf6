"""Objectives: which figures of a run a scenario may promise, and in which unit."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, TypeAdapter
from pydantic_core import PydanticCustomError

from evsim.counting import digits
from evsim.figures import RUN, SERVICE, figures

from . import units
from .errors import Problem, suggest
from .part import FrozenDict

__all__ = ["Objectives", "objectives"]

# How a value of a unit is read, written and described.
UNITS = {
    "s": (units.time, units.write_time, units.Time),
    "1/s": (units.rate, units.write_rate, units.Rate),
    "share": (units.fraction, units.write_number, units.Share),
    "count": (units.number, units.write_number, units.Number),
    "ratio": (units.number, units.write_number, units.Number),
    "money": (units.money, units.write_number, units.Number),
}


@cache
def objectives():
    """name -> (read, write, type) of each figure of a run that a scenario may promise."""
    return {name: UNITS[figure.unit] for figure in figures(RUN) if figure.better for name in figure.names}


def _read(written):
    if not isinstance(written, Mapping):
        return written
    found, problems = {}, []
    for name, value in written.items():
        if name not in objectives():
            problems.append(_unknown(str(name)))
            continue
        read, _, _ = objectives()[name]
        try:
            found[name] = read(value)
        except units.UnitError as error:
            problems.append(Problem((name,), error.rule, value, hint=_percent(read, value)))
    if problems:
        raise PydanticCustomError("checks", "see the problems", {"problems": problems})
    return found


def _unknown(name):
    """The problem of a promise of what is no figure of the whole run."""
    if name.rpartition(".")[2] not in {each for figure in figures(SERVICE) for each in figure.names}:
        return Problem((name,), "is not measured", hint=suggest(name, objectives()))
    hint = "promise what customers notice, such as response_p99, and look at it in run.services"
    return Problem((name,), "is a figure of one service, and objectives are about the whole run", hint=hint)


def _percent(read, value):
    """The way out for who wrote 99.9 and meant a percentage."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return f"write {digits(value)}%" if read is units.fraction and bare and 1 < value <= 100 else None


def _write(written):
    return {name: objectives()[name][1](value) for name, value in written.items()}


class _EachInItsUnit:
    """JSON Schema of objectives."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        known = {name: TypeAdapter(kind).json_schema() for name, (_, _, kind) in objectives().items()}
        return {"type": "object", "properties": known, "additionalProperties": False}


Objectives = Annotated[
    dict[str, float], BeforeValidator(_read), AfterValidator(FrozenDict), PlainSerializer(_write), _EachInItsUnit()
]
