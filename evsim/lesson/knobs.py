"""What can be turned in a scenario: a setting, named by its path, and the values to choose from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from evsim.counting import digits
from evsim.scenario import ScenarioError
from evsim.scenario.arguments import several
from evsim.scenario.errors import Problem
from evsim.scenario.paths import allows, path_words
from evsim.view.style import seconds, verb

__all__ = ["Knob", "knobs", "switches"]

FACTORS = (0.25, 0.5, 1, 2, 4)  # of the present value, where no values are given
NUMBER = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)(\D*)")
MOST_SWITCHES = 6


@dataclass(frozen=True)
class Knob:
    """A setting of a scenario: its ``path``, the ``values`` to choose from, and the number of the present one."""

    path: str
    values: tuple
    present: int

    @property
    def label(self):
        return path_words(self.path)


def knobs(scenario, sliders):
    """The :class:`Knob` of each slider; whatever can't be set is an error that names the path.

    sliders: a list of paths, and of mappings of paths to values; or one such mapping. A path alone gets values
    around the present one.
    """
    found = []
    for entry in [sliders] if isinstance(sliders, Mapping | str) else sliders:
        pairs = entry.items() if isinstance(entry, Mapping) else [(entry, None)]
        found += [_knob(scenario, path, values) for path, values in pairs]
    return tuple(found)


def _knob(scenario, path, values):
    if not isinstance(path, str):
        raise ScenarioError([Problem("sliders", "must be paths of settings, or mappings of paths to values", path)])
    present = scenario.value(path)
    values = _around(scenario, path, present) if values is None else several(values, path, "values to choose from")
    values = [scenario.replace({path: value}).value(path) for value in values]  # as a file would say them
    if not values:
        raise ScenarioError([Problem(path, "needs values to choose from")])
    if present not in values:
        values = _sorted([present, *values])
    return Knob(path, tuple(values), values.index(present))


def _around(scenario, path, present):
    """Values around the present one that the scenario allows."""
    if isinstance(present, Mapping | list):
        inside = min(_numbers(path, present), key=lambda path: path.count("."), default=None)
        hint = f"name one of them, such as {inside}" if inside else f"give the values: {{{path!r}: [...]}}"
        raise ScenarioError([Problem(path, "is no number: settings stand in it", hint=hint)])
    match = NUMBER.fullmatch(str(present))
    if match is None or not float(match[1]):
        what = "is not set" if present is None else "is no number that could be more or less"
        raise ScenarioError([Problem(path, what, present, hint=f"give the values: {{{path!r}: [...]}}")])
    number, unit = float(match[1]), match[2]
    values = []
    for factor in FACTORS:
        plain = round(number * factor) if isinstance(present, int) else number * factor
        value = present if factor == 1 else f"{digits(number * factor, 3)}{unit}" if unit else plain
        if value not in values and allows(scenario, path, value):
            values.append(value)
    return values


def _numbers(path, value):
    """Paths of the numbers in a value."""
    if isinstance(value, Mapping | list):
        for name, each in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _numbers(f"{path}.{name}", each)
    elif NUMBER.fullmatch(str(value)):
        yield path


def _sorted(values):
    """In order of size where all are plain numbers or of one unit."""
    matches = [match for match in (NUMBER.fullmatch(str(value)) for value in values) if match]
    if len(matches) == len(values) and len({match[2] for match in matches}) == 1:
        return [value for _, value in sorted(zip([float(match[1]) for match in matches], values, strict=True))]
    return values


def switches(scenario, faults=None):
    """[(words, fault, whether it is on)] for faults as they stand in a scenario, or for those of the scenario.

    Where neither has any: an outage of each service and channel, a sixth of the run long.
    """
    own = [(fault, True) for fault in scenario.to_dict().get("faults", [])]
    more = [(fault, False) for fault in faults or ()]
    if faults is None and not own:
        begin, length = (float(f"{share * scenario.run_settings.duration:.1g}") for share in (1 / 4, 1 / 6))
        names = [*scenario.services, *scenario.channels]
        more = [({"outage": name, "at": begin, "for": length}, False) for name in names[:MOST_SWITCHES]]
    checked = scenario.replace({"faults": [fault for fault, _ in own + more]})
    return [(_words(fault), written, on) for fault, (written, on) in zip(checked.faults, own + more, strict=True)]


def _words(fault):
    """A fault as the label of a switch."""
    words = f"{fault.target} {verb(fault)}"
    if fault.at is None:
        return f"{words}, at random"
    until = "on" if fault.duration is None else f"to {seconds(fault.at + fault.duration)}"
    return f"{words}, from {seconds(fault.at)} {until}"
