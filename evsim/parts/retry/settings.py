"""What a person writes of the retries of whoever asks."""

from typing import Annotated, ClassVar

from pydantic import Field

from evsim.scenario.part import Part
from evsim.scenario.retry import Retry
from evsim.scenario.units import AtLeastOne, Share

__all__ = ["SETTINGS", "BudgetSettings", "CallRetry"]


class BudgetSettings(Part):
    """A bucket of tokens, full at first: each first call puts in `ratio` of one, up to `burst`; each retry takes one.

    With less than one in it there is no retry, and the call has failed. Each instance of the calling service has
    a bucket for each callee.
    """

    ratio: Annotated[Share, Field(gt=0, description="tokens that a first call puts in")]
    burst: Annotated[AtLeastOne, Field(description="tokens that the bucket holds, and has at first")] = 10


class CallRetry(Retry):
    """As :class:`Retry`, and with a `budget` no more often than it allows."""

    exchangeable: ClassVar[bool] = True

    budget: Annotated[BudgetSettings | None, Field(description="how many retries there may be for all calls")] = None

    def why_not(self, other):
        return None if self.budget == other.budget else "the budget of retries stays as it is while the system runs"


SETTINGS = CallRetry
