"""Refusing a scenario for what only shows when it is built."""

from evsim.scenario.errors import Problem, ScenarioError

__all__ = ["refuse"]


def refuse(path, rule, value=None, hint=None):
    """A :class:`ScenarioError` to raise, with one problem."""
    return ScenarioError([Problem(path, rule, value, hint=hint)])
