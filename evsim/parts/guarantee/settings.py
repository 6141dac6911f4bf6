"""Delivery guarantees by name: what a subscription promises, and what that needs."""

from typing import Annotated, Literal

from pydantic import Field

from evsim.scenario.errors import Problem, a
from evsim.scenario.groups import readers_with, uncounted_prefetch

__all__ = ["GUARANTEES", "SETTINGS", "problems", "settled"]

GUARANTEES = {  # name -> when the consumer settles a message, of its work
    "at_most_once": "before", "at_least_once": "after", "effectively_once": "after", "exactly_once": "transaction",
}  # fmt: skip
SETTINGS = Annotated[
    Literal[tuple(GUARANTEES)],  # type: ignore[valid-type]
    Field(description="when a message is settled, said by what that is for"),
]


def settled(guarantee):
    """When a message is settled."""
    return GUARANTEES[guarantee]


def problems(scenario):
    """What each guarantee needs of the channel, and of who reads it."""
    for path, name, service, each, channel in readers_with(scenario, "guarantee"):
        for other in ("ack", "commit"):
            if getattr(each, other) is not None:
                yield Problem(
                    (*path, other), f"guarantee: {each.guarantee} says when", hint=f"remove {other} or guarantee"
                )
        if channel.settles and GUARANTEES[each.guarantee] not in channel.settles:
            yield Problem(
                (*path, "guarantee"),
                f"{a(channel.kind)} knows no transactions",
                each.guarantee,
                hint="effectively_once with an idempotent service; or read a log",
            )
        if each.guarantee == "at_most_once":
            yield from uncounted_prefetch(path, each, "promise at_least_once")
        if each.guarantee == "effectively_once" and not service.knows_again:
            rule = "what is handed out twice is done once only by an idempotent service"
            yield Problem((*path, "guarantee"), rule, each.guarantee, hint=f"write idempotent: true at services.{name}")
