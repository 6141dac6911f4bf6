"""What a person writes of a rate limit."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.arrivals import PositiveRate
from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import AtLeastOne

__all__ = ["SETTINGS", "RateLimitSettings"]


class RateLimitSettings(ServiceSetting):
    """A token bucket: it holds `burst` tokens, fills at `rate`, and a call without a token is refused.

    It begins full. All instances of the service share it.
    """

    exchangeable: ClassVar[bool] = True
    refuses: ClassVar[bool] = True

    rate: Annotated[PositiveRate, Field(description="how fast tokens come")]
    burst: Annotated[AtLeastOne, Field(description="how many tokens there can be")] = 1


SETTINGS = RateLimitSettings
