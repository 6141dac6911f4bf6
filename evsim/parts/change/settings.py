"""What a person writes of a change."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from evsim.scenario.errors import refuse
from evsim.scenario.fault_kind import AnyFault
from evsim.scenario.part import FrozenDict
from evsim.scenario.paths import path_words

__all__ = ["SETTINGS"]

ANY = {"type": ["number", "string", "boolean", "object", "array", "null"]}
SECTIONS = ("services", "channels", "workloads")


def _frozen(value):
    """Plain data that cannot change."""
    if isinstance(value, dict):
        return FrozenDict({name: _frozen(each) for name, each in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


class Change(AnyFault):
    """A setting, by its path such as `services.register.instances`, becomes another; without `to`, as by default."""

    says: ClassVar = "becomes {to}"
    changes: ClassVar = True
    pattern: ClassVar = r"^[A-Za-z][\w%-]*(\.[\w%-]+)+$"
    named: ClassVar = "a path such as services.register.instances"
    to: Annotated[
        Any,
        BeforeValidator(_frozen),
        Field(json_schema_extra=ANY, description="what the setting becomes, as it would be written there"),
    ] = None

    @classmethod
    def verb(cls, fault):
        return "is as by default" if fault.to is None else cls.says

    @classmethod
    def in_words(cls, target):
        return path_words(target)

    @classmethod
    def place_of(cls, target):
        section, _, rest = target.partition(".")
        return rest.partition(".")[0] if section in SECTIONS else ""

    @classmethod
    def check(cls, fault):
        if fault.at_step is not None:
            raise refuse("a change comes at a moment, not at a step", "write at", name="at_step")


SETTINGS = Change
