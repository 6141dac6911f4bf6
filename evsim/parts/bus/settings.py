"""What a person writes of a bus: an address in the memory of the programs themselves."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.channel_kind import Likened
from evsim.scenario.units import Whole

__all__ = ["SETTINGS", "BusSettings"]


class BusSettings(Likened):
    """Nothing between sender and handler: no broker, nothing kept, nothing sent twice.

    Each instance of a subscribed service is a handler. Up to `capacity` messages wait for each of them
    (without it, any number); what comes on top is lost.
    """

    brokered: ClassVar[bool] = False
    direct: ClassVar[bool] = True
    confirms: ClassVar[bool] = False
    unanswered: ClassVar = ("is a bus, which confirms nothing", "remove it, or ask")
    nowhere: ClassVar = (
        "is a bus, which is nowhere: its messages go from service to service", "name the two services",
    )  # fmt: skip
    faults: ClassVar = ("outage",)
    kind: Literal["bus"] = "bus"
    capacity: Annotated[Whole | None, Field(description="how many messages wait for each handler at most")] = None


SETTINGS = BusSettings
