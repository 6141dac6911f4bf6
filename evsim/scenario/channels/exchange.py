"""The exchange: a sorter that hands each message on to the queues bound for it (as RabbitMQ's, or SNS before SQS)."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import model_serializer, model_validator

from ..errors import refuse
from ..part import Name, OrName, Part, Text
from ..presets import AnyChannel


class Binding(Part):
    """A queue that gets the messages whose routing key fits `key`. A bare name binds a queue for all of a fanout."""

    queue: Name
    key: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Part) else {"queue": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings["queue"] if list(settings) == ["queue"] else settings


class Exchange(AnyChannel):
    """Keeps nothing itself: a copy of each message goes to every queue that is bound for it, to each once.

    A `direct` exchange compares whole routing keys, a `fanout` looks at none. A `topic` compares them word by word,
    with dots between: in a binding, `*` is exactly one word and `#` any number of them, also none. A message that no
    binding fits goes to the `alternate` (a queue, or another exchange); without one it is dropped and confirmed all
    the same (`unroutable: drop`), or comes back and the publish fails (`return`).
    """

    read_with: ClassVar[tuple[str, ...]] = ()
    kind: Literal["exchange"] = "exchange"
    type: Literal["direct", "fanout", "topic"]
    bindings: tuple[Annotated[Binding, OrName()], ...] = ()
    alternate: Name | None = None
    unroutable: Literal["drop", "return"] = "drop"

    @property
    def may_refuse(self):  # type: ignore[override]
        return self.unroutable == "return"

    def ways(self, routing_key):
        """Names of the queues that are bound for a routing key, each once."""
        return list(dict.fromkeys(each.queue for each in self.bindings if self.fits(each.key, routing_key)))

    def fits(self, pattern, routing_key):
        """Whether a binding's key is one for a routing key."""
        if self.type == "topic" and pattern is not None:
            return _fits(pattern.split("."), routing_key.split("."))
        return self.type == "fanout" or pattern == routing_key

    @model_validator(mode="after")
    def _one_way_out(self):
        if self.alternate is not None and self.unroutable == "return":
            raise refuse("what no binding fits goes to the alternate, so nothing comes back", "remove one of them",
                         name="unroutable", value="return")
        return self


def _fits(pattern, words):
    if not pattern:
        return not words
    first, *further = pattern
    if first == "#":
        return any(_fits(further, words[start:]) for start in range(len(words) + 1))
    return bool(words) and first in ("*", words[0]) and _fits(further, words[1:])
