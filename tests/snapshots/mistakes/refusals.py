"""What evsim says to scenarios that cannot be, or are hardly meant: small changes of one small system."""

from copy import deepcopy
from functools import partial
from pathlib import Path

import yaml

from evsim import Scenario
from tests.snapshots.telling import by_hand
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


HANDLED = (  # changes of the base with handlers in Python, of which nobody knows what they call
    {"services/mailer/handle": by_hand},
    {"services/mailer/handle": by_hand, "services/mailer/subscribe": {"channel": "facts", "batch": 3}},
    {"services/mailer/handle": by_hand, "services/mailer/subscribe": {"channel": "facts", "commit": "transaction"}},
    {"services/mailer/handle": by_hand, "channels/tube": {"pipe": 100}, "services/tap": {"subscribe": "tube",
    "handle": by_hand}},
    {"services/clerk/handle": by_hand, "services/clerk/subscribe": {"channel": "jobs", "dead_letter": "jobs"},
    "network": {}},
    {"services/register/handle": by_hand, "objectives": {"effects_missing": 0}, "services/mailer/limit": 3},
    {"services/register/handle": by_hand, "faults": [{"crash": "register", "at_step": {"request": 1,
    "step": "anything"}}]},
    {"services/database/handle": by_hand, "faults": [{"change": "services.database.handle", "to": [{"work": 1}],
    "at": 1}]},
    {"services/database/handle": by_hand, "faults": [{"change": "services.database.workers", "to": 3, "at": 1}]},
    {"services/database/handle": len, "services/mailer/handle": [len]},
)  # fmt: skip


def _answers_in_python():
    for number, changes in enumerate(HANDLED):
        made = tried(Scenario.from_dict, _changed(_read("base"), changes))
        yield f"{number}", made if isinstance(made, str) else "\n".join(["is one", *made.warnings()])


REFUSALS = {
    "scenarios with wrong settings": partial(_answers, "settings"),
    "scenarios that do not fit together": partial(_answers, "together"),
    "scenarios that are hardly meant": partial(_answers, "warned"),
    "scenarios with handlers in Python": _answers_in_python,
}
