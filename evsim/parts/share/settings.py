"""What a person writes of a share group: ``subscribe: {channel: orders, share: {lock: 30s}}``, or ``share: true``."""

from math import inf
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.scenario.errors import Problem, a, not_beside
from evsim.scenario.groups import group_of, readers_with, shared_groups
from evsim.scenario.presets import LikenedReading
from evsim.scenario.units import PositiveLimit, TimeLimit

__all__ = ["SETTINGS", "ShareSettings", "problems", "settled"]

OF_OWNERS = ("assignor", "rebalance", "session_timeout", "static", "max_poll_interval", "max_poll_records")
OF_OTHERS = dict.fromkeys(OF_OWNERS, "nobody owns a partition") | {
    "commit": "each message is accepted when its work is done",
    "guarantee": "each message is accepted when its work is done",
    "batch": "each message is worked on alone",
    "replay": "what is done with is gone for the group",
    "retry": "write share: {deliveries: 5}",
}  # settings of other groups, and why it has none of them


class ShareSettings(LikenedReading):
    """Any consumer takes the next message of any partition, and locks it: nobody else has it meanwhile.

    It accepts a message when its work is done. One that fails it releases, so that it is there again at once, or
    rejects, which ends it (`on_failure`). After the time `lock` a message that was not accepted is there again, though
    its consumer may still be at work; what that one says of it later counts for nothing. After so many `deliveries` it
    is dead. A consumer, an instance of the service, holds up to `prefetch` messages. A partition is read no further
    than `in_flight` messages beyond the first that is not done with.
    """

    word: ClassVar[str] = "share"
    plain: ClassVar[dict] = {"lock": inf, "deliveries": 5, "in_flight": inf, "on_failure": "release"}
    shares_partitions: ClassVar[bool] = True

    lock: Annotated[
        TimeLimit | None, Field(description="after which a message that was not accepted is there again")
    ] = None
    deliveries: Annotated[
        PositiveLimit | None, Field(description="how often a message may be handed out before it is dead; by default 5")
    ] = None
    in_flight: Annotated[
        PositiveLimit | None,
        Field(description="how far a partition is read beyond its first message that is not done with"),
    ] = None
    on_failure: Annotated[
        Literal["release", "reject"] | None, Field(description="what a consumer says of a message that failed")
    ] = None
    prefetch: Annotated[
        PositiveLimit | None, Field(description="how many messages an instance may hold; by default its workers")
    ] = None


SETTINGS = ShareSettings


def settled(share):
    """When a message is settled."""
    return "after"


def problems(scenario):
    """What a share group cannot be read with, or by whom."""
    together = shared_groups(scenario)
    for path, name, service, each, channel in readers_with(scenario, "share"):
        if not channel.partitioned:
            rule = f"{each.channel} is {a(channel.kind)}, and a share group reads a log"
            yield Problem((*path, "share"), rule, hint="remove it, or make the channel a log")
            continue
        yield from not_beside(path, each, "a share group has", OF_OTHERS)
        if not service.fetches:
            rule = f"the instances of {name} fetch nothing for themselves, so none of them can lock a message"
            yield Problem((*path, "share"), rule, hint="remove it, or let the service have instances of its own")
        if (each.channel, group_of(name, each)) in together:
            rule = f"the share group {group_of(name, each)} of {each.channel} is one service"
            yield Problem((*path, "group"), rule, hint="give each service a group of its own")
