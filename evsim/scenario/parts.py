"""The parts a system is made of: workloads, services and their subscriptions, channels, the network."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictBool, WrapSerializer

from .arrivals import Arrivals, Key
from .distributions import AnyDistribution, Constant
from .part import Name, OneOrMany, Part, Tagged, names_of, one_of
from .retry import Retry
from .steps import Handler
from .units import AtLeastOne, PositiveTime, Share, Whole



class Workload(Part):
    """A source of requests to the service `target`; a customer gives up after `patience`."""

    target: Name
    arrivals: Arrivals
    key: Key | None = None
    patience: PositiveTime | None = None


class Subscription(Part):
    """A service's attachment to a channel.

    `group` names the group of consumers on a log (the service's name by default); `prefetch` is how many
    messages of a queue an instance may hold (its workers by default).
    """

    channel: Name
    group: Name | None = None
    prefetch: AtLeastOne | None = None
    retry: Retry = Retry(attempts=5)


def _read_subscriptions(written):
    written = [written] if isinstance(written, str | Mapping | Subscription) else written
    if not isinstance(written, list | tuple):
        return written
    return [{"channel": each} if isinstance(each, str) else each for each in written]


def _write_subscriptions(subscriptions, write):
    short = [each["channel"] if list(each) == ["channel"] else each for each in write(subscriptions)]
    return short[0] if len(short) == 1 else short


class _OrName:
    """JSON Schema of what may be written as a bare name."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [{"type": "string"}, handler(core_schema)]}


Subscriptions = Annotated[
    tuple[Annotated[Subscription, _OrName()], ...], WrapSerializer(_write_subscriptions),
    BeforeValidator(_read_subscriptions), OneOrMany()]


class Service(Part):
    """A program: `instances` copies with `workers` each, and what it does with a request: `handle`.

    `limit` bounds the inbox (full: the caller is rejected). `inside` names the service in whose program this
    one runs: no network between the two, and a crash or a pause of the program takes both. `drop_stale`
    withdraws waiting calls whose caller has given up.
    """

    instances: AtLeastOne = 1
    workers: AtLeastOne = 1
    limit: Whole | None = None
    discipline: Literal["fifo", "lifo"] = "fifo"
    inside: Name | None = None
    subscribe: Subscriptions = ()
    handle: Handler
    drop_stale: StrictBool = False


class Queue(Tagged):
    """Each message to one of the consumers, whichever is free."""

    kind: Literal["queue"] = "queue"


class Log(Tagged):
    """Each message to each group; in order within one of the `partitions`, which a message's key chooses."""

    mapped: ClassVar[bool] = True
    kind: Literal["log"] = "log"
    partitions: AtLeastOne = 1


Channel = one_of("a channel", Queue, Log)


class Link(Part):
    """The network between two places, both ways; what is not set is as in the rest of the network."""

    between: tuple[Name, Name]
    latency: AnyDistribution | None = None
    loss: Share | None = None


class Network(Part):
    """One-way `latency` of a hop, `loss` of a message on it, and when a lost call without timeout fails."""

    latency: AnyDistribution = Constant(value=0.0)
    loss: Share = 0.0
    give_up: PositiveTime = 30.0
    links: names_of(Link) = Field(default={}, validate_default=True)
