"""What a person writes of optimistic locking."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool

from evsim.scenario.errors import Problem
from evsim.scenario.part import Text
from evsim.scenario.step_kind import AnyStep

__all__ = ["SETTINGS", "Read", "problems"]


class Read(AnyStep):
    """Note which version of an effect the key has, so that an effect `if_unchanged` can tell. Takes no time."""

    in_no_time: ClassVar[bool] = True
    short: ClassVar[str] = "name"
    watches: ClassVar[str] = "if_unchanged"
    kind: Literal["read"] = "read"
    name: Annotated[Text, Field(description="the effect")]


SETTINGS = {
    "read": Read,
    "if_unchanged": Annotated[StrictBool, Field(description="it is made only if there was none since the `read`")],
}


def problems(scenario, steps):
    """Who compares has read before. steps: (service, path, step) of all steps, in the order of the file."""
    read = set()  # (service, name) so far
    for service, path, step in steps:
        if step.watches == "if_unchanged":
            read.add((service, step.name))
        elif step.effects and "if_unchanged" in step.policies:
            if (service, step.name) not in read:
                rule = f"the handler has not read {step.name} before, or not since it wrote it"
                hint = f"put `read: {step.name}` before it"
                yield Problem((*path, "if_unchanged"), rule, step.if_unchanged, hint=hint)
            read.discard((service, step.name))
