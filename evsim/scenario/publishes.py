"""Steps that hand a channel a message of which nobody answers."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator

from evsim.registry import PUBLISH

from .errors import a, refuse
from .part import Name, Text
from .retry import Retry
from .step_kind import ONCE, AnyStep
from .units import PositiveTime, Size, Time, up_to
from .written import beside, written

__all__ = ["Publish", "Send"]

ABOUT_WHOM = "about whom it is: a number or a text, or by default the key of the request"
ITEM = "item"  # the key of a message that is one of several: the request's, and its number among them


def _key(key):
    if key == "request":
        return None
    if key is not None and (isinstance(key, bool) or not isinstance(key, int | str)):
        raise refuse("must be a whole number, a text, or request (the request's own key)")
    return key


MessageKey = Annotated[Any, BeforeValidator(_key), Field(json_schema_extra={"type": ["string", "integer", "null"]})]


def _routing_key(text):
    if "{" in text.replace("{key}", ""):
        raise refuse("knows {key}, the key of the message, and nothing else in braces")
    return text


RoutingKey = Annotated[Text, AfterValidator(_routing_key)]


class _Publish(AnyStep):
    """Hand a message to a channel.

    `key` is the request's own (by default), or a fixed number or text, or `item` where a message goes for each of
    several. An exchange goes by the `routing_key`, a text in
    which `{key}` stands for that key. `priority` counts in a queue that has
    priorities: the highest goes first. With `acks: 1` the worker is held until the channel has the message, with
    `acks: all` until all replicas of a log that are in sync have it; with `acks: 0` nobody waits, and nobody
    learns of a loss. A queue keeps it for its `ttl` at most, and holds it back for its `delay`.
    With an `outbox` the message is written with the row, and sent by a relay. `size` is what it takes of a
    pipe that counts bytes.
    """

    short: ClassVar[str] = "channel"
    hands_over: ClassVar[bool] = True
    may_change: ClassVar[tuple[str, ...]] = ("acks", "timeout", "retry")
    kind: Literal["publish"] = "publish"
    channel: Annotated[Name, Field(description="the channel that gets the message")]
    key: MessageKey = Field(description=ABOUT_WHOM, default=None)
    routing_key: Annotated[
        RoutingKey | None, Field(description="what an exchange goes by; `{key}` in it is the key of the message")
    ] = None
    priority: Annotated[
        up_to(255, least=0), Field(description="how urgent it is, in a queue with priorities: the highest goes first")
    ] = 0
    acks: Annotated[
        Literal[0, 1, "all"],
        Field(description="who must have it before the worker goes on: nobody, the channel, or all replicas in sync"),
    ] = 1
    timeout: Annotated[
        PositiveTime | None, Field(description="how long each attempt waits for the acknowledgement")
    ] = None
    retry: Annotated[Retry | None, Field(description="how often it is sent again without one, and when")] = None
    ttl: Annotated[Time | None, Field(description="how old the message may be in a queue when it is first in line")] = (
        None
    )
    delay: Annotated[
        PositiveTime | None, Field(description="how long a queue holds it back before anybody may have it")
    ] = None
    size: Annotated[
        Annotated[Size, Field(ge=1)] | None, Field(description="what it takes of a pipe that counts bytes")
    ] = None

    @model_validator(mode="after")
    def _waits_for_nothing(self):
        if self.relayed_by:
            for name, usual in (("acks", 1), ("timeout", None), ("retry", None)):
                if getattr(self, name) != usual:
                    raise refuse(
                        f"says how a handler waits, and with {a(self.relayed_by)} none does",
                        "remove it; the relay tries until the channel has the message",
                        name=name,
                    )
        return self

    @model_validator(mode="after")
    def _has_items(self):
        if self.keyed_by_item and not self.times.multiplies:
            raise refuse("item is the key of one of several messages, and here is one", "write items: 3", name="key")
        return self

    @property
    def times(self):  # type: ignore[override]
        return next((settings for settings in self.policies.values() if settings.multiplies), ONCE)

    @property
    def keyed_by_item(self):  # type: ignore[override]
        return self.key == ITEM

    @property
    def fixed_key(self):
        return None if self.keyed_by_item else self.key

    @property
    def policies(self):
        """word -> settings of how its message gets to the channel, as far as it is written."""
        return written(self, PUBLISH)

    @property
    def relayed_by(self):  # type: ignore[override]
        return next((word for word, settings in self.policies.items() if settings.relays), None)

    @property
    def holds(self):  # type: ignore[override]
        return self.acks != 0 and not self.relayed_by


if TYPE_CHECKING:
    Publish = _Publish
else:
    Publish = create_model(
        "Publish", __base__=_Publish, __doc__=_Publish.__doc__, __module__=__name__, **beside(PUBLISH)
    )


class Send(AnyStep):
    """Hand a message to one of the handlers on a bus, in turns. Nobody waits, and nobody learns of a loss."""

    short: ClassVar[str] = "bus"
    hands_over: ClassVar[bool] = True
    to_one: ClassVar[bool] = True
    kind: Literal["send"] = "send"
    bus: Annotated[Name, Field(description="the bus on which a handler gets the message")]
    key: MessageKey = Field(description=ABOUT_WHOM, default=None)

    @property
    def channel(self):
        return self.bus
