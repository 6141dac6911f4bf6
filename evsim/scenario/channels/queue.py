"""The queue: consumers compete for its messages (as with RabbitMQ and SQS)."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import StrictBool, model_serializer, model_validator

from ..arrivals import PositiveRate
from ..errors import refuse
from ..part import Name, Part
from ..presets import Likened
from ..units import AtLeastOne, Limit, PositiveLimit, PositiveTime, Time, TimeLimit, TimeOrUnlimited


class Deduplication(Part):
    """For how long a queue remembers what it took: `by` content (the request and the publish step), or by key.

    Written `5 min`, or `{window: 5 min, by: key}`.
    """

    window: PositiveTime
    by: Literal["content", "key"] = "content"

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

    at: Time
    rate: PositiveRate | None = None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Part) else {"at": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings["at"] if list(settings) == ["at"] else settings


class Queue(Likened):
    """Each message to one of the consumers, whichever is free.

    `delivery_limit` is how often a message may come back: one that comes back more often is dead. Where neither
    it nor a subscription's `retry` is written, five deliveries are allowed. What is given up comes again as a
    new message in the channel `dead_letter`.

    Beyond `max_length` ready messages the oldest is dropped (`overflow: drop_head`), a publisher refused
    (`reject_publish`) or kept waiting (`block`). A message that is ready for longer than `ttl` expires when it is
    first in line. With `priorities`, the number of levels, the highest goes first.

    A message that is not acknowledged within `visibility_timeout` is ready again, though its consumer may still
    be at work; within `ack_timeout`, its consumer loses all it holds. With `single_active_consumer` the others
    stand by. With `fifo_groups` no message of a key is handed out while another one of it is. `deduplication`
    takes what comes again within the window and throws it away. A queue that is not `idempotent` keeps a message
    again when its publisher sends it again. `redrive` moves the dead letters that lie there back to where they died.
    """

    mapped: ClassVar[bool] = True
    plain: ClassVar[dict] = {"overflow": "drop_head", "idempotent": True}
    read_with: ClassVar[tuple[str, ...]] = ("prefetch", "ack", "guarantee", "dead_letter", "retry")
    kind: Literal["queue"] = "queue"
    delivery_limit: Limit | None = None
    dead_letter: Name | None = None
    max_length: PositiveLimit | None = None
    overflow: Literal["drop_head", "reject_publish", "block"] | None = None
    ttl: TimeOrUnlimited | None = None
    priorities: AtLeastOne | None = None
    visibility_timeout: TimeLimit | None = None
    ack_timeout: TimeLimit | None = None
    single_active_consumer: StrictBool | None = None
    fifo_groups: StrictBool | None = None
    deduplication: Deduplication | None = None
    idempotent: StrictBool | None = None
    redrive: Redrive | None = None

    @property
    def is_limited(self):
        """Whether it does anything but hand out what comes to whoever is free."""
        limits = self.max_length, self.deduplication, self.ttl, self.visibility_timeout, self.ack_timeout
        order = self.priorities, self.single_active_consumer, self.fifo_groups
        moves = self.idempotent is False or self.redrive is not None
        return any(each is not None for each in limits) or any(order) or moves

    @property
    def may_refuse(self):
        return self.max_length is not None and self.overflow in ("reject_publish", "block")

    def read_plainly(self, service):
        return {"ack": "after"}

    def binds(self, service, subscription):
        """A consumer that takes more than it can work on, or that stands by, is one instance, not all of them.

        So is one with an inbox of its own.
        """
        early = subscription.ack == "before" or (subscription.prefetch or 0) > service.workers
        alone = early or self.single_active_consumer or self.ack_timeout or service.is_balanced
        return service.instances > 1 and bool(alone)

    @model_validator(mode="after")
    def _sensible(self):
        if self.overflow is not None and self.max_length is None and self.like is None:
            raise refuse("means nothing without max_length", "add max_length: 1000", name="overflow",
                         value=self.overflow)
        if self.fifo_groups and self.priorities:
            raise refuse("groups are handed out in order, so there are no priorities", "remove one of them",
                         name="priorities", value=self.priorities)
        return self
