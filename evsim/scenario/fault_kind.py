"""What every kind of fault says of itself. Whoever reads a scenario asks for what a fault does, not for its word."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from evsim.counting import listed

from .errors import refuse
from .part import Part

__all__ = ["AnyFault", "FaultKey"]


def _key(key):
    if key is not None and (isinstance(key, bool) or not isinstance(key, int | str)):
        raise refuse("must be a whole number or a text")
    return key


FaultKey = Annotated[
    Any,
    BeforeValidator(_key),
    Field(json_schema_extra={"type": ["string", "integer", "null"]}, description="the key that it is about"),
]


class AnyFault(Part):
    """The settings of a kind of fault. `says`: what it does to its target, with its settings in braces."""

    says: ClassVar[str] = ""
    pattern: ClassVar[str] = "^[a-z][a-z0-9-]*(/[1-9][0-9]{0,5})?$"  # of its target
    named: ClassVar[str] = "a name such as register, or register/2 for its second instance"
    strikes: ClassVar[tuple] = ()  # of service, channel, link; a kind of channel may say itself which faults it knows
    whole_program: ClassVar[bool] = False  # whether it takes with a service what runs inside it
    kills: ClassVar[bool] = False  # whether work in hand is lost
    down: ClassVar[bool] = False  # whether nothing new starts meanwhile
    freezes: ClassVar[bool] = False  # whether all stands still meanwhile, and goes on later
    slows: ClassVar[bool] = False  # whether work takes longer meanwhile
    fails: ClassVar[bool] = False  # whether handlings fail by chance
    poisons: ClassVar[bool] = False  # whether handlings of a key fail
    copies: ClassVar[bool] = False  # whether what is sent may come twice
    changes: ClassVar[bool] = False  # whether a setting is another meanwhile
    lasts: ClassVar[bool] = True  # or is over at the moment when it begins

    @classmethod
    def verb(cls, fault):
        """What a `fault` of this kind does to its target, with its settings in braces."""
        return cls.says

    @classmethod
    def in_words(cls, target):
        """A target that is no pair, as people call it."""
        return target

    @classmethod
    def place_of(cls, target):
        """The service, channel or link that a target names."""
        return target.partition("/")[0]

    @classmethod
    def check(cls, fault):
        """Refuse a `fault` of this kind whose settings do not go together: here, one that lacks some."""
        needed = [name for name, field in cls.model_fields.items() if field.is_required()]
        if any(getattr(fault, name) is None for name in needed):
            raise refuse(f"{fault.kind} needs {listed(needed)}")
