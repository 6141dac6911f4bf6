"""YAML or JSON that describes a system, read with the project's own bounds; ``<<`` merges as in compose files."""

from evsim.imports.json_data import load_json, mapping
from evsim.scenario import reading
from evsim.scenario.errors import ScenarioError
from evsim.scenario.textfile import wrong

__all__ = ["load_description"]

MERGE = "<<"
MOST = 100_000  # entries after merging


def load_description(text, name):
    """The data of a YAML or JSON text."""
    if text.lstrip().startswith("{"):
        data = load_json(text, name)
        if reading.is_too_deep(data):
            raise wrong(name, reading.TOO_DEEP)
    else:
        try:
            data, _ = reading.read(text, name)
        except ScenarioError as error:
            (first, *_) = error.problems
            raise wrong(name, first.rule, first.value, first.hint, first.line) from None
    if not isinstance(data, dict):
        raise wrong(name, "is no mapping of names")
    return _merged(data, [0], name)


def _merged(data, met, name):
    met[0] += 1
    if met[0] > MOST:
        raise wrong(name, f"has more than {MOST:,} entries when all merges are written out")
    if isinstance(data, list):
        return [_merged(each, met, name) for each in data]
    if not isinstance(data, dict):
        return data
    below: dict = {}
    several = data.get(MERGE)
    for each in several if isinstance(several, list) else [several]:
        below = {**mapping(each), **below}
    return {key: _merged(value, met, name) for key, value in {**below, **data}.items() if key != MERGE}
