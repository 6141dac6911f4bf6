"""What a person writes of contention."""

from typing import Annotated

from pydantic import Field

from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import Number

__all__ = ["SETTINGS", "ContentionSettings"]


class ContentionSettings(ServiceSetting):
    """Work takes longer the more of it an instance does at once (the universal scalability law of Gunther).

    With n pieces of work at once, the one that starts last included, its time is multiplied by
    1 + sigma (n - 1) + kappa n (n - 1).
    """

    sigma: Annotated[Number, Field(ge=0, description="the share of the work that all wait for")] = 0.0
    kappa: Annotated[Number, Field(ge=0, description="what each pair has to agree on, as a share of the work")] = 0.0


SETTINGS = ContentionSettings
