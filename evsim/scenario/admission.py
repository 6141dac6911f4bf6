"""Whom a service turns away under load."""

from pydantic import model_validator

from .arrivals import PositiveRate
from .errors import refuse
from .part import Part
from .units import AtLeastOne, PositiveTime

__all__ = ["RateLimit", "Shed"]


class RateLimit(Part):
    """A token bucket: it holds `burst` tokens, fills at `rate`, and a call without a token is refused.

    It begins full. All instances of the service share it.
    """

    rate: PositiveRate
    burst: AtLeastOne = 1


class Shed(Part):
    """Calls are refused when their turn comes too late to be of use.

    age: refused at its turn if it has waited longer. expected_wait: refused on arrival while the first in line
    has waited longer.
    """

    age: PositiveTime | None = None
    expected_wait: PositiveTime | None = None

    @model_validator(mode="after")
    def _sheds(self):
        if self.age is None and self.expected_wait is None:
            raise refuse("says nothing about what is refused", "write {age: 500ms}, {expected_wait: 500ms}, or both")
        return self
