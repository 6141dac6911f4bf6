"""The queue: consumers compete for its messages (as with RabbitMQ and SQS)."""

from typing import ClassVar, Literal

from ..part import Tagged


class Queue(Tagged):
    """Each message to one of the consumers, whichever is free."""

    read_with: ClassVar[tuple[str, ...]] = ("prefetch",)
    kind: Literal["queue"] = "queue"
