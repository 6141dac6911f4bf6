"""What a person writes to undo what was done."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.errors import Problem, suggest
from evsim.scenario.part import Text
from evsim.scenario.step_kind import AnyOnError, AnyStep, Steps

__all__ = ["SETTINGS", "Compensate", "Undo", "problems"]


class Undo(AnyStep):
    """Take back every effect of this name that the request has left so far, in any service. It takes no time."""

    short: ClassVar[str] = "name"
    in_no_time: ClassVar[bool] = True
    takes_back: ClassVar[bool] = True
    kind: Literal["undo"] = "undo"
    name: Annotated[Text, Field(description="the effects that are taken back")]


class Compensate(AnyOnError):
    """Without an answer take these steps, which undo what was done before, and then fail.

    Where one of them fails, those after it are left out.
    """

    fails: ClassVar[bool] = True
    kind: Literal["compensate"] = "compensate"
    steps: Annotated[Steps, Field(min_length=1, description="the steps that undo what was done")]


SETTINGS = {"undo": Undo, "compensate": Compensate}


def problems(scenario, steps):
    """What is undone must be an effect that somebody leaves. steps: (service, path, step) of all steps."""
    if any(callable(service.handle) for service in scenario.services.values()):
        return
    made = {step.name for _, _, step in steps if step.effects}
    for _, path, step in steps:
        if step.takes_back and step.name not in made:
            yield Problem(path, f"nobody leaves the effect {step.name}", hint=suggest(step.name, made))
