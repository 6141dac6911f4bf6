"""What a person writes of a unique constraint."""

from typing import Annotated

from pydantic import Field, StrictBool

from evsim.scenario.errors import Problem

__all__ = ["SETTINGS", "problems"]

SETTINGS = Annotated[StrictBool, Field(description="there is one for each key at most, and who comes second fails")]


def problems(scenario, steps):
    """The constraint is the table's. steps: (service, path, step) of all steps, in the order of the file."""
    constrained = {}
    for _, path, step in steps:
        unique = "unique" in step.policies
        if step.effects and constrained.setdefault(step.name, unique) != unique:
            yield Problem(
                (*path, "unique"),
                f"{step.name} is unique in one place and not in another",
                unique,
                hint="a constraint holds for all who write the effect: write `unique: true` at each",
            )
