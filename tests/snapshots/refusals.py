"""What evsim says to scenarios that cannot be, or are hardly meant: small changes of one small system."""

from copy import deepcopy
from functools import partial
from pathlib import Path

import yaml

from evsim import Scenario
from tests.snapshots.texts import tried

__all__ = ["REFUSALS"]

FOLDER = Path(__file__).with_name("refused")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _read(name):
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=_Loader)


def _changed(base, changes):
    """The base with other values at some paths (``services/register/workers``); one that begins with - is taken out."""
    data = deepcopy(base)
    for path, value in changes.items():
        *above, last = path.removeprefix("-").split("/")
        node = data
        for step in above:
            node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
        if path.startswith("-"):
            del node[last]
        else:
            node[int(last) if isinstance(node, list) else last] = value
    return data


def _answer(data):
    """Why there is no such scenario, by the lines of its file; or what is warned of."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, default_flow_style=False)
    made = tried(Scenario.from_yaml, text, "small.yaml")
    return made if isinstance(made, str) else "\n".join(["is one", *made.warnings()])


def _answers(name):
    base = _read("base")
    for changes in _read(name):
        yield str(changes), _answer(_changed(base, changes))


REFUSALS = {
    "scenarios with wrong settings": partial(_answers, "settings"),
    "scenarios that do not fit together": partial(_answers, "together"),
    "scenarios that are hardly meant": partial(_answers, "warned"),
}
