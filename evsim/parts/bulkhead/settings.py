"""What a person writes of a bulkhead."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, model_serializer, model_validator

from evsim.scenario.part import Part
from evsim.scenario.units import AtLeastOne, Whole

__all__ = ["SETTINGS", "BulkheadSettings"]


class BulkheadSettings(Part):
    """At most `limit` calls at once from each instance of the calling service to the callee; `queue` more may wait.

    Who finds no place is refused at once. Written `bulkhead: 10`, or `bulkhead: {limit: 10, queue: 5}`.
    """

    exchangeable: ClassVar[bool] = True
    refuses: ClassVar[bool] = True  # who finds no place

    limit: Annotated[AtLeastOne, Field(description="calls under way at once, from each instance")]
    queue: Annotated[Whole, Field(description="how many more may wait for their turn")] = 0

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping) else {"limit": written}

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return settings if settings.get("queue") else settings["limit"]


class _OrNumber:
    """JSON Schema of what may be written as a number."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [{"type": "integer", "minimum": 1}, handler(core_schema)]}


SETTINGS = Annotated[BulkheadSettings, _OrNumber()]
