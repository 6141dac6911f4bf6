"""The queue: consumers compete for its messages (as with RabbitMQ and SQS)."""

from typing import ClassVar, Literal

from ..part import Name
from ..presets import Likened
from ..units import Limit


class Queue(Likened):
    """Each message to one of the consumers, whichever is free.

    `delivery_limit` is how often a message may come back: one that comes back more often is dead. Where neither
    it nor a subscription's `retry` is written, five deliveries are allowed. What is given up comes again as a
    new message in the channel `dead_letter`.
    """

    mapped: ClassVar[bool] = True
    read_with: ClassVar[tuple[str, ...]] = ("prefetch", "dead_letter", "retry")
    kind: Literal["queue"] = "queue"
    delivery_limit: Limit | None = None
    dead_letter: Name | None = None
