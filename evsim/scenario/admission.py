"""What a service does under load: whom it turns away, and how much slower it gets."""

from typing import Annotated

from pydantic import Field, model_validator

from .arrivals import PositiveRate
from .errors import refuse
from .part import Part
from .units import AtLeastOne, Number, PositiveTime

__all__ = ["Contention", "RateLimit", "Shed"]


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


class Contention(Part):
    """Work takes longer the more of it an instance does at once (the universal scalability law of Gunther).

    With n pieces of work at once, the one that starts last included, its time is multiplied by
    1 + sigma (n - 1) + kappa n (n - 1): sigma is the share that all wait for, kappa what each pair has to agree on.
    """

    sigma: Annotated[Number, Field(ge=0)] = 0.0
    kappa: Annotated[Number, Field(ge=0)] = 0.0
