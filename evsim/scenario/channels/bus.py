"""The bus: an address in the memory of the programs themselves (as Vert.x's event bus)."""

from typing import ClassVar, Literal

from ..presets import Likened
from ..units import Whole


class Bus(Likened):
    """Nothing between sender and handler: no broker, nothing kept, nothing sent twice.

    Each instance of a subscribed service is a handler. Up to `capacity` messages wait for each of them
    (without it, any number); what comes on top is lost.
    """

    mapped: ClassVar[bool] = True
    confirms: ClassVar[bool] = False
    read_with: ClassVar[tuple[str, ...]] = ()
    kind: Literal["bus"] = "bus"
    capacity: Whole | None = None
