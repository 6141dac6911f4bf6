"""What a system is: immutable descriptions, read from YAML or made in Python. Knows no simulation.

The names below are imported on first use: parts import single rooms of it, while the whole still waits for the parts.
"""

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .builtin import load, names
    from .distributions import Distribution
    from .errors import ScenarioError
    from .model import Scenario

__all__ = ["Distribution", "Scenario", "ScenarioError", "load", "names"]

_HOMES = {
    "Distribution": "distributions",
    "Scenario": "model",
    "ScenarioError": "errors",
    "load": "builtin",
    "names": "builtin",
}


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
