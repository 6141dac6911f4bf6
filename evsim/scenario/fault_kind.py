"""What every kind of fault says of itself. Whoever reads a scenario asks for what a fault does, not for its word."""

from typing import ClassVar

from .part import Part

__all__ = ["AnyFault"]


class AnyFault(Part):
    """The settings of a kind of fault. `says`: what it does to its target, with its settings in braces."""

    says: ClassVar[str] = ""
    strikes: ClassVar[tuple] = ()  # of service, channel, link; a kind of channel may say itself which faults it knows
    either: ClassVar[bool] = False  # whether exactly one of its settings is to be written
    whole_program: ClassVar[bool] = False  # whether it takes with a service what runs inside it
    kills: ClassVar[bool] = False  # whether work in hand is lost
    down: ClassVar[bool] = False  # whether nothing new starts meanwhile
    freezes: ClassVar[bool] = False  # whether all stands still meanwhile, and goes on later
    slows: ClassVar[bool] = False  # whether work takes longer meanwhile
    fails: ClassVar[bool] = False  # whether handlings fail by chance
    poisons: ClassVar[bool] = False  # whether handlings of a key fail
    copies: ClassVar[bool] = False  # whether what is sent may come twice
