"""What a person writes of shedding."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from evsim.scenario.errors import refuse
from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "ShedSettings"]


class ShedSettings(ServiceSetting):
    """Calls are refused when their turn comes too late to be of use: at their turn, on arrival, or both."""

    exchangeable: ClassVar[bool] = True
    refuses: ClassVar[bool] = True

    age: Annotated[PositiveTime | None, Field(description="refused at its turn if it has waited longer")] = None
    expected_wait: Annotated[
        PositiveTime | None, Field(description="refused on arrival while the first in line has waited longer")
    ] = None

    @model_validator(mode="after")
    def _sheds(self):
        if self.age is None and self.expected_wait is None:
            raise refuse("says nothing about what is refused", "write {age: 500ms}, {expected_wait: 500ms}, or both")
        return self


SETTINGS = ShedSettings
