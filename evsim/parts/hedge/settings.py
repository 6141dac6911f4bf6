"""What a person writes of a hedge."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.part import Part
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "HedgeSettings"]


class HedgeSettings(Part):
    """Without an answer `after` a time, make a second attempt beside the first; the first good answer counts.

    The other attempt is work for nothing. It is not taken back: `drop_stale: true` at the callee does that where it
    still waits. Each attempt has its own timeout, and takes a token of a retry budget.
    """

    asks_beside: ClassVar[bool] = True  # another attempt is made while one is under way

    after: Annotated[PositiveTime, Field(description="how long it waits for the first answer")]


SETTINGS = HedgeSettings
