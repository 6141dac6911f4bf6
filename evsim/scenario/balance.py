"""Balancing: which instance of a service a request or a call goes to."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WrapSerializer, model_validator

from .errors import Problem, refuse
from .part import Part
from .units import PositiveTime, up_to

__all__ = ["AnyBalance", "Balance", "unbalanced"]

METHODS = ("shared", "round_robin", "random", "least_busy", "power_of_two")


class Balance(Part):
    """A load balancer before the instances, each of which has an inbox of its own.

    Each request and call goes to the next instance in turn (`round_robin`), to any (`random`), to the one with the
    least to do (`least_busy`, any of them where several have), or to the one with less to do of two that are picked
    by chance (`power_of_two`; of more `choices`). To do are all requests that are `outstanding` there, or only
    those `waiting`. The balancer does not know which instances are down, unless every `health_check` it looks.
    `shared` is no balancer: all instances share one inbox. Written `balance: random`, or
    `balance: {by: random, health_check: 5s}`.
    """

    by: Annotated[Literal[METHODS], Field(description="how an instance is chosen")] = "shared"
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
        if self.health_check is not None and self.by == "shared":
            raise refuse("without a balancer nobody looks", "write by: round_robin, or remove it", name="health_check")
        return self


class _OrMethod:
    """JSON Schema of what may be written as the bare method."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [{"enum": list(METHODS)}, handler(core_schema)]}


def _read(written):
    return written if isinstance(written, Mapping | Part) else {"by": written}


def _write(balance, write):
    settings = write(balance)
    return settings["by"] if list(settings) == ["by"] else settings


AnyBalance = Annotated[Balance, BeforeValidator(_read), WrapSerializer(_write), _OrMethod()]


def unbalanced(scenario):
    """Services with a balancer that are handlers on a bus, which takes turns between instances itself."""
    for name, service in scenario.services.items():
        for subscription in service.subscribe:
            channel = scenario.channels.get(subscription.channel)
            if service.is_balanced and channel is not None and channel.direct:
                rule = f"{subscription.channel} is a bus, which picks a handler itself"
                hint = "remove balance, or give the handler on the bus a service of its own"
                yield Problem(("services", name, "balance"), rule, service.balance.by, hint=hint)
