"""What every kind of fault says of itself. Whoever reads a scenario asks for what a fault does, not for its word."""

from typing import ClassVar

from .errors import refuse
from .part import Part

__all__ = ["AnyFault"]


class AnyFault(Part):
    """The settings of a kind of fault. `says`: what it does to its target, with its settings in braces."""

    says: ClassVar[str] = ""
    strikes: ClassVar[tuple] = ()  # of service, channel, link; a kind of channel may say itself which faults it knows
    whole_program: ClassVar[bool] = False  # whether it takes with a service what runs inside it
    kills: ClassVar[bool] = False  # whether work in hand is lost
    down: ClassVar[bool] = False  # whether nothing new starts meanwhile
    freezes: ClassVar[bool] = False  # whether all stands still meanwhile, and goes on later
    slows: ClassVar[bool] = False  # whether work takes longer meanwhile
    fails: ClassVar[bool] = False  # whether handlings fail by chance
    poisons: ClassVar[bool] = False  # whether handlings of a key fail
    copies: ClassVar[bool] = False  # whether what is sent may come twice

    @classmethod
    def check(cls, fault):
        """Refuse a `fault` of this kind whose settings do not go together: here, one that lacks some."""
        needed = [name for name, field in cls.model_fields.items() if field.is_required()]
        if any(getattr(fault, name) is None for name in needed):
            raise refuse(f"{fault.kind} needs {' and '.join(needed)}")
