"""What a person writes of a circuit breaker."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from evsim.counting import count
from evsim.scenario.errors import Problem, refuse
from evsim.scenario.part import Part
from evsim.scenario.units import AtLeastOne, PositiveTime, Share, up_to

__all__ = ["SETTINGS", "BreakerSettings", "problems"]


class BreakerSettings(Part):
    """Closed, calls pass, and their results are counted; open, none does; half-open, a few are tried.

    It opens when `failures` of the last `window` calls have failed (all of the last so many, without a window), or when
    `failure_rate` of the last `window` (100) have, as soon as there are `minimum` (the window). After `open_for` it is
    half-open: `trials` calls pass. If all of them succeed it closes, and one failure opens it again. Each instance
    of the calling service has a breaker for each callee.
    """

    exchangeable: ClassVar[bool] = True

    failures: Annotated[up_to(1_000_000) | None, Field(description="so many failures open it")] = None
    failure_rate: Annotated[
        Annotated[Share, Field(gt=0)] | None, Field(description="such a share of failures opens it")
    ] = None
    window: Annotated[up_to(1_000_000) | None, Field(description="how many calls it looks back at")] = None
    minimum: Annotated[up_to(1_000_000) | None, Field(description="how many it has to have seen, for a rate")] = None
    open_for: Annotated[PositiveTime, Field(description="how long it stays open")]
    trials: Annotated[AtLeastOne, Field(description="calls that pass when it is half-open")] = 1

    @model_validator(mode="after")
    def _sensible(self):
        if (self.failures is None) == (self.failure_rate is None):
            raise refuse("opens by a number of failures or by a failure_rate", "write one of the two")
        if self.minimum is not None and self.failure_rate is None:
            raise refuse("a number of failures needs no minimum", "remove it", name="minimum")
        if self.failures is not None and self.failures > self.calls:
            raise refuse(
                f"{self.failures} failures do not fit into {count(self.calls, 'call')}",
                "make the window longer",
                name="window",
            )
        if self.minimum is not None and self.minimum > self.calls:
            raise refuse(
                f"a window of {count(self.calls, 'call')} never has {self.minimum}", "make it longer", name="minimum"
            )
        return self

    @property
    def calls(self):
        """The length of the window."""
        return self.window or self.failures or 100

    def trips(self, count, failed):
        """Whether it opens, with so many calls in the window, of which so many failed."""
        if self.failures is not None:
            return failed >= self.failures
        return count >= (self.minimum or self.calls) and failed >= self.failure_rate * count - 1e-9


SETTINGS = BreakerSettings


def problems(scenario, steps):
    """A service has one circuit breaker for each callee: its steps agree how it works."""
    known = {}
    for name, path, step in steps:
        if "breaker" in step.policies:
            callee = getattr(step, step.short)
            if known.setdefault((name, callee), step.breaker) != step.breaker:
                yield Problem(
                    (*path, "breaker"),
                    f"{name} has a breaker for {callee} with other settings already",
                    hint="write the same at each step: there is one breaker for each callee",
                )
