"""What a person writes of an exchange."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_serializer, model_validator

from evsim.parts.exchange.rules import misfit, problems
from evsim.scenario.channel_kind import AnyChannel
from evsim.scenario.errors import refuse
from evsim.scenario.part import Name, OrName, Part, Text

__all__ = ["SETTINGS", "Binding", "ExchangeSettings"]


class Binding(Part):
    """A queue that gets the messages whose routing key fits `key`. A bare name binds a queue for all of a fanout."""

    queue: Annotated[Name, Field(description="the channel that gets what the key fits")]
    key: Annotated[Text | None, Field(description="the routing key, or a pattern of it")] = None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Part) else {"queue": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings["queue"] if list(settings) == ["queue"] else settings


class ExchangeSettings(AnyChannel):
    """Keeps nothing itself: a copy of each message goes to every queue that is bound for it, to each once.

    A `direct` exchange compares whole routing keys, a `fanout` looks at none. A `topic` compares them word by word,
    with dots between: in a binding, `*` is exactly one word and `#` any number of them, also none. A message that no
    binding fits goes to the `alternate` (a queue, or another exchange); without one it is dropped and confirmed all
    the same (`unroutable: drop`), or comes back and the publish fails (`return`).
    """

    routes: ClassVar[bool] = True
    kind: Literal["exchange"] = "exchange"
    type: Annotated[Literal["direct", "fanout", "topic"], Field(description="how it reads a routing key")]
    bindings: Annotated[tuple[Annotated[Binding, OrName()], ...], Field(description="which queue gets what")] = ()
    alternate: Annotated[Name | None, Field(description="the channel of what no binding fits")] = None
    unroutable: Annotated[Literal["drop", "return"], Field(description="what becomes of the rest")] = "drop"

    @property
    def may_refuse(self):  # type: ignore[override]
        return self.unroutable == "return"

    @property
    def title(self):
        return f"{self.type} exchange"

    @property
    def bound(self):
        """Names of the queues that are bound to it, each once."""
        return list(dict.fromkeys(each.queue for each in self.bindings))

    @property
    def surely(self):
        return self.bound if self.type == "fanout" else []

    def forwards_to(self, routing_key=None):
        otherwise = [] if self.alternate is None else [self.alternate]
        if routing_key is None:
            return [*self.bound, *otherwise]
        fitting = (each.queue for each in self.bindings if self.fits(each.key, routing_key))
        return list(dict.fromkeys(fitting)) or otherwise

    def fits(self, pattern, routing_key):
        """Whether a binding's key is one for a routing key."""
        if self.type == "topic" and pattern is not None:
            return _fits(pattern.split("."), routing_key.split("."))
        return self.type == "fanout" or pattern == routing_key

    def misfit(self, step):
        return misfit(self, step)

    def problems(self, scenario, name):
        return problems(self, scenario, name)

    @model_validator(mode="after")
    def _one_way_out(self):
        if self.alternate is not None and self.unroutable == "return":
            raise refuse(
                "what no binding fits goes to the alternate, so nothing comes back",
                "remove one of them",
                name="unroutable",
                value="return",
            )
        return self


def _fits(pattern, words):
    if not pattern:
        return not words
    first, *further = pattern
    if first == "#":
        return any(_fits(further, words[start:]) for start in range(len(words) + 1))
    return bool(words) and first in ("*", words[0]) and _fits(further, words[1:])


SETTINGS = ExchangeSettings
