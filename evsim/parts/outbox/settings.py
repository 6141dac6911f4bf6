"""What a person writes of an outbox."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from evsim.scenario.publish_setting import PublishSetting
from evsim.scenario.units import PositiveTime

__all__ = ["SETTINGS", "OutboxSettings"]


class OutboxSettings(PublishSetting):
    """The publish step writes the message into a table of the service's own database, in the same transaction.

    That takes no time and cannot fail. A relay in the service looks into the table every `poll`, sends what it
    finds, and tries again until the channel has it. Written `outbox: true`, or `outbox: {poll: 20ms}`.
    """

    relays: ClassVar[bool] = True

    poll: Annotated[PositiveTime, Field(description="how often the relay looks into the table")] = 0.1

    def sent_before(self, rate):
        """All that came since the relay looked last leave together."""
        return rate * self.poll / 2


def _read(written):
    return {True: OutboxSettings(), False: None}[written] if isinstance(written, bool) else written


SETTINGS = Annotated[OutboxSettings | None, BeforeValidator(_read)]
