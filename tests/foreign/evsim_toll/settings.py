"""What a person writes of a toll: ``toll: {time: 5ms}``."""

from typing import Annotated

from pydantic import Field

from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "Toll"]


class Toll(ServiceSetting):
    """Each handling begins later by the `time` that it takes to pay."""

    time: Annotated[PositiveTime, Field(description="how long it takes to pay")]


SETTINGS = Toll
