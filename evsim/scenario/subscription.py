"""How a service reads a channel."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, WrapSerializer

from .part import Name, OneOrMany, Part
from .retry import Retry
from .units import PositiveLimit


class Subscription(Part):
    """A service's attachment to a channel.

    `group` names the group of consumers on a log (the service's name by default); `prefetch` is how many
    messages of a queue an instance may hold (its workers by default), or `unlimited`; after `retry.attempts` (5 by
    default) failures a message is dead.
    """

    channel: Name
    group: Name | None = None
    prefetch: PositiveLimit | None = None
    retry: Retry | None = None


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
