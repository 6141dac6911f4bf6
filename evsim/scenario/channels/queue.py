"""The queue: consumers compete for its messages (as with RabbitMQ and SQS)."""

from typing import Literal

from ..part import Tagged


class Queue(Tagged):
    """Each message to one of the consumers, whichever is free."""

    kind: Literal["queue"] = "queue"
