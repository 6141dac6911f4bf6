"""What a person writes of instances on demand: ``on_demand: {start: 200ms, keep: 1s, most: 3}``."""

from typing import Annotated

from pydantic import Field

from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime, Time, Whole, up_to

__all__ = ["SETTINGS", "OnDemand"]


class OnDemand(ServiceSetting):
    """An instance is called up for who waits, and goes when it has had nothing to do for a while."""

    start: Annotated[Time, Field(description="from the call to the beginning of its work")]
    keep: Annotated[PositiveTime, Field(description="how long it stays without work")]
    least: Annotated[Whole, Field(description="how many are there from the beginning, and stay")] = 0
    most: Annotated[up_to(1_000), Field(description="how many there may be at a time")] = 10  # type: ignore[valid-type]

    @property
    def fetches(self):  # type: ignore[override]
        """Where nobody stays, somebody else must have the message for which one is called up."""
        return self.least > 0

    @property
    def most_instances(self):  # type: ignore[override]
        return self.most


SETTINGS = OnDemand
