"""What a person writes of a queue."""

from collections.abc import Mapping
from math import inf
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, model_serializer, model_validator

from evsim.parts.queue.batch_reading import batches
from evsim.scenario.arrivals import PositiveRate
from evsim.scenario.channel_kind import Likened
from evsim.scenario.errors import Problem, refuse
from evsim.scenario.handlers import walk
from evsim.scenario.part import Name, Part
from evsim.scenario.presets import completed, load_preset
from evsim.scenario.routing import homes, letters_come_to
from evsim.scenario.units import (
    Limit,
    PositiveLimit,
    PositiveTime,
    Time,
    TimeLimit,
    TimeOrUnlimited,
    up_to,
    write_limit,
    write_time,
)  # fmt: skip

__all__ = ["SETTINGS", "Deduplication", "QueueSettings", "Redrive"]


class Deduplication(Part):
    """For how long a queue remembers what it took: `by` content (the request and the publish step), or by key.

    Written `5 min`, or `{window: 5 min, by: key}`.
    """

    window: Annotated[PositiveTime, Field(description="for how long the same message is known again")]
    by: Annotated[Literal["content", "key"], Field(description="by which the same message is known")] = "content"

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Part) else {"window": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings["window"] if list(settings) == ["window"] else settings


class Redrive(Part):
    """When the dead letters that lie in a queue go back to where they died, all at once or at a `rate`.

    Written `40s`, or `{at: 40s, rate: 10/s}`.
    """

    at: Annotated[Time, Field(description="when it begins")]
    rate: Annotated[PositiveRate | None, Field(description="how many messages a second go back")] = None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Part) else {"at": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings["at"] if list(settings) == ["at"] else settings


class QueueSettings(Likened):
    """Each message to one of the consumers, whichever is free.

    `delivery_limit` is how often a message may come back: one that comes back more often is dead. The same in SQS's
    words is `max_receive_count`, how often it may be handed out. Where neither they nor a subscription's `retry`
    are written, five deliveries are allowed. What is given up comes again as a new message in the channel
    `dead_letter`.

    Beyond `max_length` ready messages the head is dropped (`overflow: drop_head`): the one that would be handed out
    next, which is the oldest of the highest priority. Or a publisher is refused (`reject_publish`), and a dead letter
    too if the queue `refuses_dead_letters`; or they are kept waiting (`block`). A message that is ready for longer than
    `ttl` expires when it is first in line; it goes to the `dead_letter` too, unless `expired_to_dead_letter` is
    false. With `priorities`, the number of levels, the highest goes first.

    With a `visibility_timeout` consumers poll and hold no connection: a message that is not acknowledged in that time
    is ready again, though its consumer may still be at work, and one whose handler failed or died not earlier. Within
    `ack_timeout`, a consumer that has not acknowledged loses all it holds. With `single_active_consumer` the others
    stand by. With `fifo_groups` no message of a key is handed out while another one of it is. `deduplication`
    takes what comes again within the window and throws it away. A queue that is not `idempotent` keeps a message
    again when its publisher sends it again. `redrive` moves the dead letters that lie there back to where they died.
    """

    plain: ClassVar[dict] = {
        "overflow": "drop_head", "refuses_dead_letters": True, "expired_to_dead_letter": True, "idempotent": True,
    }  # fmt: skip
    read_with: ClassVar[tuple[str, ...]] = (
        "prefetch", "ack", "dead_letter", "retry", "change_visibility", "priority", "poll", "batch", "batch_window",
        "report_item_failures",
    )  # fmt: skip
    not_read_with: ClassVar = {
        "group": ("a queue has no groups: all its consumers compete", "remove it, or make the channel a log"),
    }
    competing: ClassVar[bool] = True
    keeps_own_times: ClassVar[bool] = True
    settles: ClassVar = ("before", "after")
    faults: ClassVar = ("outage", "crash", "pause", "purge", "shovel")
    may_change: ClassVar = ("delivery_limit", "max_receive_count", "max_length", "ttl", "visibility_timeout")
    kind: Literal["queue"] = "queue"
    delivery_limit: Annotated[
        Limit | None, Field(description="how often a message may come back before it is dead, as RabbitMQ counts")
    ] = None
    max_receive_count: Annotated[
        PositiveLimit | None,
        Field(description="how often a message may be handed out before it is dead, as SQS counts"),
    ] = None
    dead_letter: Annotated[
        Name | None, Field(description="the channel to which what is given up, expires or is dropped goes")
    ] = None
    max_length: Annotated[PositiveLimit | None, Field(description="how many ready messages it holds")] = None
    overflow: Annotated[
        Literal["drop_head", "reject_publish", "block"] | None,
        Field(description="what happens beyond that: the head is dropped, or who publishes is refused or waits"),
    ] = None
    refuses_dead_letters: Annotated[
        StrictBool | None, Field(description="whether a full queue that refuses publishers refuses dead letters too")
    ] = None
    ttl: Annotated[
        TimeOrUnlimited | None, Field(description="how old a ready message may be when it is first in line")
    ] = None
    expired_to_dead_letter: Annotated[
        StrictBool | None, Field(description="whether what expires comes again as a dead letter; SQS deletes it")
    ] = None
    priorities: Annotated[
        up_to(255) | None, Field(description="how many levels there are, from 0; the highest goes first")
    ] = None
    visibility_timeout: Annotated[
        TimeLimit | None, Field(description="after which an unacknowledged message is ready again; its consumers poll")
    ] = None
    ack_timeout: Annotated[
        TimeLimit | None, Field(description="after which a consumer that has not acknowledged loses all it holds")
    ] = None
    single_active_consumer: Annotated[
        StrictBool | None, Field(description="whether one consumer has everything, and the others stand by")
    ] = None
    fifo_groups: Annotated[
        StrictBool | None, Field(description="whether one message of a key is handed out at a time, in order")
    ] = None
    deduplication: Annotated[
        Deduplication | None, Field(description="for how long what comes again is taken and thrown away, as SQS does")
    ] = None
    idempotent: Annotated[
        StrictBool | None, Field(description="whether what its publisher sends again is kept once")
    ] = None
    receive_limit: Annotated[
        up_to(10_000) | None, Field(description="how many messages one receive brings at most, to who reads in batches")
    ] = None
    redrive: Annotated[
        Redrive | None, Field(description="when the dead letters that lie here go back to where they died")
    ] = None

    @property
    def is_limited(self):
        """Whether it does anything but hand out what comes to whoever is free."""
        limits = self.max_length, self.deduplication, self.ttl, self.visibility_timeout, self.ack_timeout
        order = self.priorities, self.single_active_consumer, self.fifo_groups
        moves = self.idempotent is False or self.redrive is not None
        return any(each is not None for each in limits) or any(order) or moves

    @property
    def is_polled(self):  # type: ignore[override]
        return self.visibility_timeout not in (None, inf)

    @property
    def deletes_late(self):  # type: ignore[override]
        return self.is_polled and not self.fifo_groups

    @property
    def deliveries(self):
        """How often a message may be handed out, or None where that is not written."""
        if self.max_receive_count is not None:
            return self.max_receive_count
        return None if self.delivery_limit is None else self.delivery_limit + 1

    @property
    def has_clocks(self):  # type: ignore[override]
        return (self.visibility_timeout or self.ack_timeout) is not None

    @property
    def may_be_polled(self):  # type: ignore[override]
        return self.visibility_timeout is not None or self.like is not None

    @property
    def may_refuse(self):  # type: ignore[override]
        return self.max_length is not None and self.overflow in ("reject_publish", "block")

    @property
    def keeps_for(self):  # type: ignore[override]
        return inf if self.ttl is None else self.ttl

    @property
    def keeps_most(self):  # type: ignore[override]
        return inf if self.max_length is None or self.blocks else self.max_length

    @property
    def blocks(self):  # type: ignore[override]
        return self.overflow == "block"

    def hinders(self, name, other):
        if name == "visibility_timeout" and (self.is_polled, other) != (True, other or None):
            return "consumers that poll go on polling, and others hold their connection, while the system runs"
        return super().hinders(name, other)

    def settling(self, when):
        return {"ack": when}

    def read_plainly(self, service, shared=False):
        return {"ack": "after"}

    def problems(self, scenario, name):
        """What holds back a message of a group; and dead letters that cannot go back, or only after the end."""
        its = completed(self)
        if its.fifo_groups:
            yield from _held_back(scenario, name)
        if its.single_active_consumer:
            yield from _with_rank(scenario, name)
        yield from batches(scenario, name, its)
        if self.redrive is None:
            return
        path, duration = ("channels", name, "redrive"), scenario.run_settings.duration
        if name not in letters_come_to(scenario):
            yield Problem(path, f"no dead letters come to {name}", hint=f"write dead_letter: {name} where they die")
        if self.redrive.at >= duration:
            yield Problem(
                (*path, "at"),
                "comes after the end of the run",
                write_time(self.redrive.at),
                hint=f"the run takes {write_time(duration)}",
            )

    def binds(self, service, subscription):
        """A consumer that takes more than it can work on, or that stands by, is one instance, not all of them.

        So is one with an inbox of its own, or one that polls: what a dead one had fetched goes to no other.
        """
        early = subscription.ack == "before" or (subscription.prefetch or 0) > service.workers
        alone = (
            early
            or subscription.poll
            or self.single_active_consumer
            or self.ack_timeout
            or self.is_polled
            or service.own_inboxes
        )
        return service.most_instances > 1 and bool(alone)

    @model_validator(mode="after")
    def _in_the_words_of_the_product(self):
        receives, returns = self.max_receive_count, self.delivery_limit
        known = () if self.like is None else load_preset(self.like).channel
        if returns is not None and (receives is not None or "max_receive_count" in known):
            raise refuse(
                "counts how often a message comes back; SQS counts how often it is received",
                f"write max_receive_count: {write_limit(returns + 1)}",
                name="delivery_limit",
                value=write_limit(returns),
            )
        if receives is not None and "delivery_limit" in known:
            raise refuse(
                "counts how often a message is received; RabbitMQ counts how often it comes back",
                f"write delivery_limit: {write_limit(receives - 1)}",
                name="max_receive_count",
                value=write_limit(receives),
            )
        return self

    @model_validator(mode="after")
    def _sensible(self):
        if self.overflow is not None and self.max_length is None and self.like is None:
            raise refuse(
                "means nothing without max_length", "add max_length: 1000", name="overflow", value=self.overflow
            )
        if self.fifo_groups and self.priorities:
            raise refuse(
                "groups are handed out in order, so there are no priorities",
                "remove one of them",
                name="priorities",
                value=self.priorities,
            )
        return self


def _held_back(scenario, name):
    """Steps that would have a queue with groups hold one of their messages back."""
    for service, its in scenario.services.items():
        for path, step, _ in walk(its.handle, ("services", service, "handle")):
            if getattr(step, "delay", None) is not None and name in homes(scenario, step):
                rule = f"{name} has groups, whose messages keep their order, so it holds none back"
                yield Problem((*path, "delay"), rule, write_time(step.delay), hint="remove it, or fifo_groups")


def _with_rank(scenario, name):
    """Readers with a priority, where one of them has everything."""
    for service, its in scenario.services.items():
        for number, each in enumerate(its.subscribe):
            if each.channel == name and each.priority:
                path = ("services", service, "subscribe", number, "priority")
                rule = f"one consumer has all of {name}, whoever was there first"
                yield Problem(path, rule, each.priority, hint="remove it, or single_active_consumer")


SETTINGS = QueueSettings
