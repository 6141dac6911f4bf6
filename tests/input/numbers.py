"""Every numeric setting of a scenario with numbers at its limits and beyond: each ends, and with a word.

    python -m tests.input.numbers          # all of them

The settings are found in the types of the scenario's parts; `numbers.yaml` has an example of each.
"""

import math
import re
import sys
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, get_args, get_origin

import yaml
from typer.testing import CliRunner

from evsim.cli import app
from evsim.scenario import Scenario, ScenarioError
from evsim.scenario.fault_kind import AnyFault
from evsim.scenario.faults import Fault
from evsim.scenario.part import Part, every_part

EXAMPLES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
HUGE = 1e300
ENDS = (0, 1, 2)  # all is well, an objective is missed, bad input


def numeric_settings():
    """(class, field) of every setting that is a number, or holds numbers; a fault has those of its kind."""
    return {(Fault if issubclass(kind, AnyFault) else kind, name)
            for kind in _parts() for name, field in kind.model_fields.items() if _holds_number(field.annotation)
            if not issubclass(Fault, kind) or kind is Fault}  # fmt: skip


def _parts():
    for each in every_part():
        if (
            each.__module__.startswith("evsim.")
            and each.__name__[0] != "_"
            and ("kind" in each.model_fields or not each.__subclasses__())
        ):
            yield each


def _holds_number(annotation):
    if get_origin(annotation) is Annotated:
        return _holds_number(get_args(annotation)[0])
    return annotation in (int, float) or any(map(_holds_number, get_args(annotation)))


def settings_in(part):
    """(class, field) of every setting that is written somewhere in a part."""
    if isinstance(part, Part):
        for name in part.model_fields_set:
            yield type(part), name
            yield from settings_in(getattr(part, name))
    elif isinstance(part, dict | tuple):
        for each in part.values() if isinstance(part, dict) else part:
            yield from settings_in(each)


def numbers():
    """(example, path) of each number of each example."""
    return ((name, path) for name, data in EXAMPLES.items() for path in _numbers(data))


def values(example, path):
    """What is tried in its place."""
    most, least = _bounds(EXAMPLES[example], path)
    return list(dict.fromkeys((most, least, 10 * most, 0, -1, HUGE, "1e400", "nan", "inf", "unlimited")))


def _numbers(node, path=()):
    if isinstance(node, dict | list):
        for step, each in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _numbers(each, (*path, step))
    elif not isinstance(node, bool) and re.match(r"[0-9.]", str(node)):
        yield path


def _bounds(data, path):
    """The largest and the smallest number that a setting may have, as its own error says."""
    return _bound(data, path, HUGE, "at most") or HUGE, _bound(data, path, 1e-300, "at least") or 1e-300


def _bound(data, path, value, words):
    try:
        Scenario.from_dict(replaced(data, path, value))
    except ScenarioError as error:
        found = re.search(rf"must be {words} ([0-9.e,-]+)", str(error))
        return float(found[1].rstrip(".,").replace(",", "")) if found else None


def replaced(data, path, value):
    """The data with another value at a path."""
    data = deepcopy(data)
    node = data
    for step in path[:-1]:
        node = node[step]
    whole = isinstance(value, float) and math.isfinite(value) and value == int(value) and value < 2**63
    node[path[-1]] = int(value) if whole else value
    return data


def ends(example, path, value, folder):
    """(exit status, output) of the command line for an example with another value."""
    file = Path(folder) / "scenario.yaml"
    (Path(folder) / "stamps.csv").write_text("timestamp\n0\n1\n2\n", encoding="utf-8")
    file.write_text(yaml.safe_dump(replaced(EXAMPLES[example], path, value)), encoding="utf-8")
    result = CliRunner().invoke(app, ["run", str(file)])
    return result.exit_code, result.output


def main():
    wrong = 0
    with TemporaryDirectory() as folder:
        for example, path, value in ((*each, value) for each in numbers() for value in values(*each)):
            status, output = ends(example, path, value, folder)
            if status not in ENDS:
                wrong += 1
                print(f"{example}.{'.'.join(map(str, path))}: {value}: status {status}: {output[-300:]}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
