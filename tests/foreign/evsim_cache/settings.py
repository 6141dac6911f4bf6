"""What a person writes of a cache: ``cache: {lookup: 1ms, load: {exponential: 20ms}, ttl: 10s}``."""

from typing import Annotated, Literal

from pydantic import Field

from evsim.scenario.distributions import AnyDistribution
from evsim.scenario.step_kind import AnyStep
from evsim.scenario.units import PositiveTime, Time

__all__ = ["SETTINGS", "Cache"]


class Cache(AnyStep):
    """Look the key up, which takes `lookup`; where it is not there, `load` it, and keep it for `ttl`."""

    kind: Literal["cache"] = "cache"
    lookup: Annotated[Time, Field(description="how long it takes to look a key up")] = 0.001
    load: Annotated[AnyDistribution, Field(description="how long it takes to load it, a time or a distribution")]
    ttl: Annotated[PositiveTime, Field(description="for how long it is kept")]


SETTINGS = Cache
