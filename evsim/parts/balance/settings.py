"""Balancing: which instance of a service a request or a call goes to."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, WrapSerializer, model_validator

from evsim.scenario.errors import refuse
from evsim.scenario.part import Part
from evsim.scenario.service_setting import ServiceSetting
from evsim.scenario.units import PositiveTime, up_to

__all__ = ["SETTINGS", "BalanceSettings"]

METHODS = ("round_robin", "random", "least_busy", "power_of_two")


class BalanceSettings(ServiceSetting):
    """A load balancer before the instances, each of which has an inbox of its own.

    Each request and call goes to the next instance in turn (`round_robin`), to any (`random`), to the one with the
    least to do (`least_busy`, any of them where several have), or to the one with less to do of two that are picked
    by chance (`power_of_two`; of more `choices`). To do are all requests that are `outstanding` there, or only
    those `waiting`. The balancer does not know which instances are down, unless every `health_check` it looks.
    `shared` is no balancer: all instances share one inbox. Written `balance: random`, or
    `balance: {by: random, health_check: 5s}`.
    """

    own_inboxes: ClassVar[bool] = True

    by: Annotated[Literal[METHODS], Field(description="how an instance is chosen")]
    counts: Annotated[
        Literal["outstanding", "waiting"],
        Field(description="what an instance has to do: all that is outstanding, or what waits"),
    ] = "outstanding"
    choices: Annotated[
        up_to(5, least=2), Field(description="among how many instances, picked by chance, `power_of_two` chooses")
    ] = 2
    health_check: Annotated[
        PositiveTime | None, Field(description="how often the balancer looks which instances are up")
    ] = None

    @model_validator(mode="after")
    def _sensible(self):
        if self.choices != 2 and self.by != "power_of_two":
            raise refuse(
                f"{self.by} does not pick among so many",
                "write by: power_of_two, or remove it",
                name="choices",
                value=self.choices,
            )
        if self.counts == "waiting" and self.by not in ("least_busy", "power_of_two"):
            raise refuse(
                f"{self.by} counts nothing", "write by: least_busy, or remove it", name="counts", value=self.counts
            )
        return self


class _OrMethod:
    """JSON Schema of what may be written as the bare method."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [{"enum": ["shared", *METHODS]}, handler(core_schema)]}


def _read(written):
    if written is None or written == "shared":
        return None
    if not isinstance(written, Mapping):
        return written if isinstance(written, Part) else {"by": written}
    if written.get("by") != "shared":
        return written
    for name in written:
        if name != "by":
            raise refuse("without a balancer nobody looks", "write by: round_robin, or remove it", name=name)
    return None


def _write(balance, write):
    settings = write(balance)
    return settings["by"] if isinstance(settings, dict) and list(settings) == ["by"] else settings


SETTINGS = Annotated[BalanceSettings | None, BeforeValidator(_read), WrapSerializer(_write), _OrMethod()]
