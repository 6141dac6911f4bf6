"""What a system is: immutable descriptions, read from YAML or made in Python. Knows no simulation."""

from .builtin import load, names
from .distributions import Distribution
from .errors import ScenarioError
from .model import Scenario

__all__ = ["Distribution", "Scenario", "ScenarioError", "load", "names"]
