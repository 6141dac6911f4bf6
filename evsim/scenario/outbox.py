"""The transactional outbox: a message is written together with the row, and sent later."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from .part import Part
from .units import PositiveTime

__all__ = ["AnyOutbox", "Outbox"]


class Outbox(Part):
    """The publish step writes the message into a table of the service's own database, in the same transaction.

    That takes no time and cannot fail. A relay in the service looks into the table every `poll`, sends what it
    finds, and tries again until the channel has it. Written `outbox: true`, or `outbox: {poll: 20ms}`.
    """

    poll: Annotated[PositiveTime, Field(description="how often the relay looks for messages")] = 0.1


def _read(written):
    return {True: Outbox(), False: None}[written] if isinstance(written, bool) else written


AnyOutbox = Annotated[Outbox | None, BeforeValidator(_read)]
