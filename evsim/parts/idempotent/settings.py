"""What a person writes of an idempotent service."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from evsim.scenario.distributions import AnyDistribution, Constant
from evsim.scenario.errors import Problem
from evsim.scenario.handlers import walk
from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "IdempotentSettings"]


class IdempotentSettings(ServiceSetting):
    """What a handling was about is stored with its first effect, in one transaction; what is stored is skipped.

    Two handlings are about the same thing `by` message (all deliveries and copies of one message, all attempts of
    one call), by content (the request and the way into the service: also of a message that a handler published
    again), or by key. Written `idempotent: true`, or `idempotent: {by: key, lookup: 1ms, window: 5 min}`.
    """

    knows_again: ClassVar[bool] = True
    may_change: ClassVar = ("window",)

    by: Annotated[Literal["message", "content", "key"], Field(description="what makes two handlings one")] = "message"
    lookup: Annotated[AnyDistribution, Field(description="how long it takes to look, before each handling")] = (
        Constant.model_construct(value=0.0)
    )
    window: Annotated[PositiveTime | None, Field(description="after this it forgets; never, if it is left out")] = None

    def problems(self, path, service):
        """An idempotent handling is one transaction: one row of steps, about one message."""
        if any(step.kind == "parallel" for _, step, _ in walk(service.handle)):
            yield Problem(
                path,
                "a handling is one transaction, and parallel branches are several",
                hint="put the effects into services of their own",
            )
        if any(each.batch for each in service.subscribe):
            yield Problem(path, "a handling is about one message, and a batch is about several", hint="remove batch")


def _read(written):
    return {True: IdempotentSettings(), False: None}[written] if isinstance(written, bool) else written


SETTINGS = Annotated[IdempotentSettings | None, BeforeValidator(_read)]
