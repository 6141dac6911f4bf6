"""The pipe: a bounded buffer between two programs on one machine (as Unix has them)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ..errors import refuse
from ..presets import Likened, load_preset
from ..units import Size, Whole

AtLeastAByte = Annotated[Size, Field(ge=1)]


class Pipe(Likened):
    """One reader takes the messages in order; who writes to a full pipe waits until there is room.

    It holds up to `capacity` messages, or so many `bytes`. With a `page` the bytes are used up in pages: a
    message that does not fit into the rest of the last page begins a new one, and a page is free again when
    all of it has been read. A reader that ends breaks the pipe: its writers end too.
    """

    short: ClassVar[str] = "capacity"
    brokered: ClassVar[bool] = False
    breaks: ClassVar[bool] = True
    unanswered: ClassVar = ("is a pipe: who writes waits until there is room, and that is all", "remove it")
    nowhere: ClassVar = ("is a pipe, which lies inside one machine", "name two other places")
    faults: ClassVar = ()
    read_with: ClassVar[tuple[str, ...]] = ("take",)
    kind: Literal["pipe"] = "pipe"
    capacity: Whole | None = None
    bytes: AtLeastAByte | None = None
    page: AtLeastAByte | None = None

    @property
    def counts_bytes(self):
        return self.capacity is None

    @property
    def largest(self):
        """Bytes of the largest message that finds room in the empty pipe."""
        preset = {} if self.like is None else load_preset(self.like).channel
        given = {name: value for name, (value, _) in preset.items()}
        page = self.page or given.get("page", 1.0)
        return (self.bytes or given["bytes"]) // page * page

    @model_validator(mode="after")
    def _bounded(self):
        if self.like is None and (self.capacity is None) == (self.bytes is None):
            raise refuse("must say how much it holds: capacity (messages) or bytes",
                         "write pipe: 100, pipe: {bytes: 64KiB}, or pipe: {like: linux}")
        if self.capacity is not None and (self.like is not None or self.page is not None):
            name = "page" if self.like is None else "like"
            raise refuse("counts bytes, and capacity counts messages", "keep one of them", name=name)
        if self.page is not None and self.bytes is not None and self.bytes < self.page:
            raise refuse("must not be larger than the whole pipe", name="page", value=self.page)
        return self
