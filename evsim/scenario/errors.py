"""What is wrong with a scenario, in words a person can act on, and all of it at once.

`explain` turns pydantic's errors into `Problem`s that carry the path as it stands in the file, the rule,
the value and the way out. Nobody outside this package sees a pydantic error.
"""

import difflib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from .foreign import native
from .units import UnitError, fraction, rate, size, time, write_count

NEAR = 0.7  # how alike two names are that may have been mixed up, from 0 to 1


@dataclass(frozen=True)
class Problem:
    """One broken rule: where (`path`, `line`), the `rule`, the `value` that breaks it, a `hint`."""

    path: str | tuple
    rule: str
    value: Any = None
    line: int | None = None
    hint: str | None = None

    def __str__(self):
        text = f"{self.path}: {self.rule}" if self.path else self.rule
        if self.value is not None:
            text += f", got {shorten(self.value)}"
        return f"{text}; {self.hint}" if self.hint else text


class ScenarioError(ValueError):
    """A scenario that cannot be: `.problems` lists everything found, `str()` prints one a line."""

    def __init__(self, problems, source=None):
        if isinstance(problems, str):
            problems = [Problem("", problems)]
        super().__init__(problems, source)
        self.problems, self.source = list(problems), source

    def __str__(self):
        return "\n".join(self._place(problem) + str(problem) for problem in self.problems)

    def _place(self, problem):
        line = None if problem.line is None else f"line {problem.line}"
        place = ", ".join(part for part in (self.source, line) if part)
        return f"{place}: " if place else ""


def shorten(value, longest=60):
    """A value as shown in an error: cut when long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def a(noun):
    """The noun with its article: a queue, an exchange."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def suggest(name, names):
    """The nearest of `names`, as a question; or all of them, when none is near and they are few."""
    if ":" in str(name):
        return "write a space after the colon"
    names = sorted(map(str, names))
    if right := native(name, names):
        return f"here that is {right}"
    alike = [each for each in names if each.lower() == str(name).lower()]
    near = alike or difflib.get_close_matches(str(name), names, n=1, cutoff=NEAR)
    if near:
        return f"did you mean {near[0]}?"
    return "one of " + ", ".join(names) if 0 < len(names) <= 15 else None


def refuse(rule, hint=None, name=None, value=None):
    """An error for a validator to raise; `name` is the offending entry inside the refused mapping."""
    context = {"rule": rule, "hint": hint, "name": name, "value": value}
    return PydanticCustomError("refused", "{rule}", context)


def explain(error, data, model, place=None):
    """The problems in a pydantic `error` about `data`, which should have been a `model`.

    `place` knows the lines of the data, when it comes from a file.
    """
    found = []  # (path, problem)
    errors = error.errors(include_url=False)
    for one in errors:
        if one["type"] == "too_short" and any(_is_inside(other["loc"], one["loc"]) for other in errors):
            continue  # it is short of those that are wrong
        if one["type"] == "checks":
            found += [(locate(data, (*one["loc"], *problem.path)), problem) for problem in one["ctx"]["problems"]]
        else:
            found.append(_translate(one, data, model))
    problems = [
        replace(problem, path=".".join(map(str, path)), value=_as_written(data, path, problem.value),
                line=place and place.line_of(path))
        for path, problem in found
    ]  # fmt: skip
    return sorted(problems, key=lambda problem: problem.line or 0)


def _as_written(data, path, value):
    """The number of a problem as a person wrote it: "64KiB", if that is what stands for it."""
    if not isinstance(value, float):
        return value
    for segment in path:
        try:
            data = data[segment]
        except (TypeError, LookupError):
            return value
    return data if isinstance(data, str) and value in _numbers(data) else value


def _numbers(text):
    """All that a text may stand for."""
    for read in (size, time, rate, fraction):
        with suppress(UnitError):
            yield read(text)


def not_beside(path, subscription, who_has, others):
    """A problem of each setting of a subscription that another of its settings rules out; others: setting -> why."""
    written = subscription.not_by_default()
    for setting, why in others.items():
        if setting in written:
            yield Problem((*path, setting), f"{who_has} no {setting}", hint=f"remove it: {why}")


def locate(data, loc):
    """The path in the written form for the place `loc` in the model.

    The two differ where people may write less: `work: 2ms` stands for `work: {time: {constant: ...}}`.
    Segments that are not written are left out.
    """
    path, node = [], data
    for index, segment in enumerate(loc):
        if isinstance(node, str) and node == segment:
            node = {segment: None}  # a word that stands alone, and needs a value
        if isinstance(node, Mapping) and segment in node:
            following = loc[index + 1 : index + 2]
            scalar = not isinstance(node[segment], Mapping | list | tuple)
            beside = scalar and following and following[0] in node
            steps = [] if beside else [segment]  # `csv: FILE, column: x`: column is written beside csv
        elif isinstance(node, Mapping) and len(node) == 1:
            ((only, inner),) = node.items()
            steps = [only, segment] if isinstance(inner, Mapping) and segment in inner else []
        else:
            inside = isinstance(node, list | tuple) and isinstance(segment, int) and segment < len(node)
            steps = [segment] if inside else []
        for step in steps:
            path.append(step)
            node = node[step]
    return tuple(path)


def _is_inside(loc, outer):
    return len(loc) > len(outer) and loc[: len(outer)] == outer


_RULES = {
    "missing": "is required",
    "extra_forbidden": "unknown setting",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of names",
    "mapping_type": "must be a mapping of names",
    "model_type": "must be a mapping of settings",
    "model_attributes_type": "must be a mapping of settings",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
}


def _translate(error, data, model):
    """The path in the written form, and the problem in plain words."""
    kind, loc, context = error["type"], error["loc"], error.get("ctx", {})
    path, value, hint = locate(data, loc), error["input"], None
    if kind == "refused":
        rule, hint = context["rule"], context["hint"]
        if context["name"] is not None:
            path, value = (*path, context["name"]), context["value"]
    elif kind == "value_error":
        cause = context["error"]
        rule = cause.rule if isinstance(cause, UnitError) else str(cause)
    else:
        bounds = {name: write_count(context[name]) for name in ("gt", "ge", "lt", "le") if name in context}
        rule = _RULES.get(kind, error["msg"]).format(**{**context, **bounds})
    if kind == "extra_forbidden":
        value = None
        hint = suggest(loc[-1], _settings(model, loc[:-1]))
    elif kind == "missing":
        path, value = (*path, loc[-1]), None
    elif kind == "string_type" and value is not None:
        hint = "put it in quotes"
    if value is None and kind not in ("missing", "extra_forbidden", "refused"):
        rule += " (it is empty)"
    if isinstance(value, Mapping | list | tuple | BaseModel):
        value = None
    return path, Problem("", rule, value, hint=hint)


def _settings(model, loc):
    """Names of the settings a mapping at `loc` may have."""
    for segment in loc:
        model = _inside(model, segment)
    classes = [kind for kind in _members(model) if _is_model(kind)]
    return {field.alias or name for kind in classes for name, field in kind.model_fields.items() if name != "kind"}


def _inside(kind, segment):
    """The type found at `segment` of a value of type `kind`: a field, a tag of a union, an entry."""
    for member in _members(kind):
        if _is_model(member):
            tag = member.model_fields.get("kind")
            if tag is not None and tag.default == segment:
                return member
            for name, field in member.model_fields.items():
                if segment in (name, field.alias):
                    return field.annotation
        elif get_origin(member) in (tuple, dict):
            return get_args(member)[-1 if get_origin(member) is dict else 0]
    return None


def _members(kind):
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [member for each in get_args(kind) for member in _members(each)]
    return [kind]


def _is_model(kind):
    return isinstance(kind, type) and issubclass(kind, BaseModel)
