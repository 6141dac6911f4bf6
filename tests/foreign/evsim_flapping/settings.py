"""What a person writes of a service that flaps: ``{flapping: back, every: 1s, at: 10s, for: 8s}``."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.errors import refuse
from evsim.scenario.fault_kind import AnyFault
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "Flapping"]


class Flapping(AnyFault):
    """It is down and up again in turns, each for the time `every`."""

    says: ClassVar = "down and up every {every:g} s"
    strikes: ClassVar = ("service",)
    every: Annotated[PositiveTime, Field(description="how long it is down, and then up")]

    @classmethod
    def check(cls, fault):
        super().check(fault)
        if fault.duration is not None and fault.duration <= fault.every:
            raise refuse("it would be over before it is up again", "write outage, or make every shorter", name="every")


SETTINGS = Flapping
