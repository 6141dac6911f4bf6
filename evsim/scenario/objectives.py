"""Objectives: which figures of a run a scenario may promise, and in which unit."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, TypeAdapter
from pydantic_core import PydanticCustomError

from . import units
from .errors import Problem, suggest
from .part import FrozenDict

__all__ = ["OBJECTIVES", "Objectives"]

COUNTS = (
    "requests", "completed", "errors", "timeouts", "rejected", "declined", "effects_missing", "effects_repeated",
    "effects_undone", "inconsistent", "told_yes_not_true", "told_yes_never_true", "told_no_yet_true",
    "told_error_yet_true", "told_error_all_true", "lost", "duplicated", "reordered", "dead", "expired", "dropped",
    "pending", "retries",
)  # fmt: skip
TIMES = [
    f"{what}_{point}"
    for what in ("response", "completion", "consistency_lag")
    for point in ("mean", "p50", "p90", "p95", "p99", "p99.9")
]
# Each figure, and how its value is read, written and described.
_NUMBER = units.number, units.write_number, units.Number
OBJECTIVES = {
    **dict.fromkeys((*COUNTS, "retry_amplification"), _NUMBER),
    **dict.fromkeys(("throughput", "goodput"), (units.rate, units.write_rate, units.Rate)),
    **dict.fromkeys(("availability", "wasted_work"), (units.fraction, units.write_number, units.Share)),
    **dict.fromkeys(TIMES, (units.time, units.write_time, units.Time)),
}


def _read(written):
    if not isinstance(written, Mapping):
        return written
    found, problems = {}, []
    for name, value in written.items():
        if name not in OBJECTIVES:
            problems.append(Problem((name,), "is not measured", hint=suggest(name, OBJECTIVES)))
            continue
        read, _, _ = OBJECTIVES[name]
        try:
            found[name] = read(value)
        except units.UnitError as error:
            problems.append(Problem((name,), error.rule, value, hint=_percent(read, value)))
    if problems:
        raise PydanticCustomError("checks", "see the problems", {"problems": problems})
    return found


def _percent(read, value):
    """The way out for who wrote 99.9 and meant a percentage."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return f"write {value:g}%" if read is units.fraction and bare and 1 < value <= 100 else None


def _write(objectives):
    return {name: OBJECTIVES[name][1](value) for name, value in objectives.items()}


class _EachInItsUnit:
    """JSON Schema of objectives."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        known = {name: TypeAdapter(kind).json_schema() for name, (_, _, kind) in OBJECTIVES.items()}
        return {"type": "object", "properties": known, "additionalProperties": False}


Objectives = Annotated[
    dict[str, float], BeforeValidator(_read), AfterValidator(FrozenDict), PlainSerializer(_write), _EachInItsUnit()
]
