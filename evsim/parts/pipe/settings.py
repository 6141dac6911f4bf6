"""What a person writes of a pipe."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from evsim.counting import listed
from evsim.scenario.channel_kind import Likened
from evsim.scenario.channel_rules import may_write, readers
from evsim.scenario.errors import Problem, refuse
from evsim.scenario.presets import load_preset
from evsim.scenario.units import Size, Whole, write_size

__all__ = ["SETTINGS", "PipeSettings"]

AtLeastAByte = Annotated[Size, Field(ge=1)]


class PipeSettings(Likened):
    """One reader takes the messages in order; who writes to a full pipe waits until there is room.

    It holds up to `capacity` messages, or so many `bytes`. With a `page` the bytes are used up in pages: a
    message that does not fit into the rest of the last page begins a new one, and a page is free again when
    all of it has been read. A reader that ends breaks the pipe: its writers end too.
    """

    short: ClassVar[str] = "capacity"
    read_with: ClassVar = ("take",)
    brokered: ClassVar[bool] = False
    breaks: ClassVar[bool] = True
    unanswered: ClassVar = ("is a pipe: who writes waits until there is room, and that is all", "remove it")
    nowhere: ClassVar = ("is a pipe, which lies inside one machine", "name two other places")
    faults: ClassVar = ()
    kind: Literal["pipe"] = "pipe"
    capacity: Annotated[Whole | None, Field(description="how many messages it holds")] = None
    bytes: Annotated[AtLeastAByte | None, Field(description="how many bytes it holds")] = None
    page: Annotated[AtLeastAByte | None, Field(description="bytes that are used up and free again at once")] = None

    @property
    def counts_bytes(self):  # type: ignore[override]
        return self.capacity is None

    @property
    def largest(self):
        """Bytes of the largest message that finds room in the empty pipe."""
        preset = {} if self.like is None else load_preset(self.like).channel
        given = {name: value for name, (value, _) in preset.items()}
        page = self.page or given.get("page", 1.0)
        return (self.bytes or given["bytes"]) // page * page

    def misfit(self, step):
        """Where bytes are counted, a step says the size of its message."""
        name = step.channel
        if not self.counts_bytes:
            return None
        if step.size is None:
            hint = "write size: 100B, or give the pipe a capacity in messages"
            return "size", f"needs a size: {name} counts bytes", hint
        if step.size > self.largest:
            return (
                "size",
                f"{name} holds {write_size(self.largest)}, so this would wait for ever",
                "make the pipe larger",
            )
        return None

    def problems(self, scenario, name):
        """It joins single programs: those who write, and the one who reads."""
        mine = readers(scenario, name)
        if len(mine) != 1:
            has = "nobody reads it" if not mine else f"{listed(mine)} read it"
            hint = "subscribe one service" if not mine else "use a queue or a log for several"
            yield Problem(("channels", name), f"a pipe has one reader, and {has}", hint=hint)
        for other, service in scenario.services.items():
            on_it = other in mine or (not callable(service.handle) and may_write(service, name))
            if not on_it:
                continue
            rule = f"a pipe joins single programs, and {other} is on {name}"
            hint = "write workers, which are its threads"
            if service.instances > 1:
                yield Problem(("services", other, "instances"), rule, service.instances, hint=hint)
            for word, its in service.policies.items():
                if its.most_instances is not None:
                    yield Problem(("services", other, word), rule, hint=hint)

    @model_validator(mode="after")
    def _bounded(self):
        if self.like is None and (self.capacity is None) == (self.bytes is None):
            raise refuse(
                "must say how much it holds: capacity (messages) or bytes",
                "write pipe: 100, pipe: {bytes: 64KiB}, or pipe: {like: linux}",
            )
        if self.capacity is not None and (self.like is not None or self.page is not None):
            name = "page" if self.like is None else "like"
            raise refuse("counts bytes, and capacity counts messages", "keep one of them", name=name)
        if self.page is not None and self.bytes is not None and self.bytes < self.page:
            raise refuse("must not be larger than the whole pipe", name="page", value=self.page)
        return self


SETTINGS = PipeSettings
