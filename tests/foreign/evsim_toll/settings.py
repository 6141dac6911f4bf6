"""What a person writes of a toll: ``toll: {time: 5ms}``."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime, Share

__all__ = ["SETTINGS", "Toll"]


class Toll(ServiceSetting):
    """Each handling begins later by the `time` that it takes to pay. A share of those who call are too `poor`."""

    refuses: ClassVar[bool] = True

    time: Annotated[PositiveTime, Field(description="how long it takes to pay")]
    poor: Annotated[Share, Field(description="the share of callers who cannot pay")] = 0.0


SETTINGS = Toll
