"""What a person writes: ``for_each: [{work: 5ms}, {effect: mail}]``."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.errors import Problem
from evsim.scenario.handlers import all_steps
from evsim.scenario.step_kind import AnyStep, Steps

__all__ = ["SETTINGS", "ForEach", "problems"]


class ForEach(AnyStep):
    """Take the steps for each message of a batch, one message after the other; once where there is no batch.

    The steps beside it are taken once for the whole batch.
    """

    short: ClassVar[str] = "steps"
    in_place: ClassVar[bool] = True
    by_message: ClassVar[bool] = True
    kind: Literal["for_each"] = "for_each"
    steps: Annotated[Steps, Field(min_length=1, description="the steps for one message")]

    @property
    def inside(self):
        return (((), self.steps, False),)


def problems(scenario, steps):
    """A loop in a loop. steps: (service, path, step) of all steps."""
    for _, path, step in steps:
        if step.by_message and any(each.by_message for each in all_steps(step.steps)):
            yield Problem(
                path, "each message is one already, so there is no for_each inside", hint="remove one of them"
            )


SETTINGS = ForEach
