"""Steps that ask a service and wait for its answer."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model, model_validator

from evsim.registry import CALL

from .errors import refuse
from .on_error import Failing, OnError
from .part import Name
from .step_kind import ONCE, AnyStep
from .units import PositiveLimit, PositiveTime
from .written import beside, exchangeable, written

__all__ = ["Ask", "Call", "RequestStep"]

WITHOUT_ANSWER = "what follows when all attempts have failed"


class _RequestStep(AnyStep):
    """What a call, and an ask on a bus, have in common."""

    asks: ClassVar[bool] = True
    if TYPE_CHECKING:
        on_error: Any

    @property
    def inside(self):
        steps = vars(self.on_error).get("steps")
        return ((("on_error", self.on_error.kind), steps, True),) if steps else ()

    @property
    def policies(self):
        """word -> settings of what the caller does beside asking, as far as it is written."""
        return written(self, CALL)

    @property
    def times(self):  # type: ignore[override]
        return next((each for each in self.policies.values() if getattr(each, "multiplies", False)), ONCE)


if TYPE_CHECKING:
    RequestStep = _RequestStep
else:
    RequestStep = create_model("RequestStep", __base__=_RequestStep, **beside(CALL))


class Call(RequestStep):
    """Ask another service and wait for its answer; without `timeout`, for as long as it takes.

    When all attempts fail, `on_error` says what follows: the handler fails too (by default), or it goes on (`ignore`);
    `{fallback: [...]}` takes other steps instead, and `{compensate: [...]}` undoes what was done, and then fails.

    With `items: 3` the step makes three calls, one after another, or up to `max_concurrency` of them at a time. With
    `ignore` it makes all of them; else it begins no other one when one has failed, and `on_error` follows once.
    """

    short: ClassVar[str] = "service"
    may_change: ClassVar[tuple[str, ...]] = ("timeout", *exchangeable(CALL))
    kind: Literal["call"] = "call"
    service: Annotated[Name, Field(description="the service that is asked")]
    operation: Annotated[
        Name | None, Field(description="what it is asked for, where its handler has several operations")
    ] = None
    timeout: Annotated[PositiveTime | None, Field(description="how long each attempt waits for its answer")] = None
    on_error: Annotated[OnError, Field(description=WITHOUT_ANSWER)] = Failing.model_construct()
    max_concurrency: Annotated[
        PositiveLimit | None, Field(description="how many of its calls are under way at a time, if it makes several")
    ] = None

    @model_validator(mode="after")
    def _has_items(self):
        if self.max_concurrency is not None and not self.times.multiplies:
            raise refuse("here is one call", "remove it, or write items: 3", name="max_concurrency")
        return self


class Ask(RequestStep):
    """Ask one of the handlers on a bus, in turns, and wait for its answer, at most for `timeout`.

    As a call whose callee the bus picks, with the same `on_error`.
    """

    short: ClassVar[str] = "bus"
    hands_over: ClassVar[bool] = True
    to_one: ClassVar[bool] = True
    kind: Literal["ask"] = "ask"
    bus: Annotated[Name, Field(description="the bus on which a handler is asked")]
    timeout: Annotated[PositiveTime, Field(description="how long each attempt waits for its answer")] = 30.0
    on_error: Annotated[OnError, Field(description=WITHOUT_ANSWER)] = Failing.model_construct()

    @model_validator(mode="after")
    def _asks_one(self):
        if self.times.multiplies:
            raise refuse("an ask is one", "call a service, or publish", name="items")
        return self

    @property
    def channel(self):
        return self.bus
