"""What goes wrong, from when to when, or at random."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_serializer, model_validator

from .distributions import AnyDistribution
from .errors import refuse, suggest
from .part import Part
from .units import Number, PositiveTime, Share, Time

TARGET = "^[a-z][a-z0-9-]*(/[1-9][0-9]{0,5})?$"
FAULTS = ("outage", "crash", "pause", "slowdown", "error_rate", "leader_failure")


class Fault(Part):
    """Something that goes wrong with `target`: a service, one instance (`register/2`), a channel, a link.

    outage: nothing new starts, work in hand ends; on a link, everything sent is lost
    crash: work in hand is lost, and `for` is the time until it is back
    pause: all freezes and goes on later
    slowdown: times of work started meanwhile (of a link: latencies) are multiplied by `factor`
    error_rate: handling fails with `probability`; on a link, a message is lost with it
    leader_failure: a log loses the broker that leads it, and `for` is the time until that is back

    It lasts from `at` for `for` (to the end of the run by default), or comes at random: after times drawn
    from `mtbf`, for times drawn from `mttr`. Written `{outage: mailing-list, at: 20s, for: 10s}`.
    """

    kind: Literal[FAULTS]
    target: Annotated[str, Field(json_schema_extra={"pattern": TARGET})]
    at: Time | None = None
    duration: PositiveTime | None = Field(default=None, alias="for")
    mtbf: AnyDistribution | None = None
    mttr: AnyDistribution | None = None
    factor: Annotated[Number, Field(gt=0)] | None = None
    probability: Share | None = None

    @property
    def place(self):
        """Name of the service, channel or link, without the number of an instance."""
        return self.target.partition("/")[0]

    @property
    def instance(self):
        """Number of the instance, from 1, or None for all."""
        number = self.target.partition("/")[2]
        return int(number) if number else None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written, info):
        if not isinstance(written, Mapping):
            return written
        if info.context is None and "kind" in written:   # by attributes, in Python
            return written
        named = [name for name in written if name in FAULTS]
        if len(named) > 1:
            raise refuse(f"is {' and '.join(named)} at once", "write one fault for each")
        if not named:
            known = {field.alias or name for name, field in cls.model_fields.items()}
            unknown = next((name for name in written if name not in known), None)
            raise refuse("is no fault", suggest(unknown, FAULTS), name=unknown)
        settings = {name: value for name, value in written.items() if name != named[0]}
        for name in ("kind", "target"):
            if name in settings:
                raise refuse("unknown setting", f"the target is written after {named[0]}", name=name)
        return {"kind": named[0], "target": written[named[0]], **settings}

    @model_validator(mode="after")
    def _complete(self):
        if not re.match(TARGET, self.target):
            raise refuse("must be a name such as register, or register/2 for its second instance",
                         name=self.kind, value=self.target)
        if (self.at is None) == (self.mtbf is None):
            raise refuse("needs either at (a moment) or mtbf (at random)")
        if self.at is not None and self.mttr is not None:
            raise refuse("mttr belongs to mtbf", "write for with at")
        if self.mtbf is not None and (self.mttr is None or self.duration is not None):
            raise refuse("a fault at random needs mtbf and mttr, and no for")
        if self.mtbf is not None and self.mtbf.kind == "constant" and self.mtbf.value == 0:
            raise refuse("mtbf must be greater than 0")
        for kind, setting in (("slowdown", "factor"), ("error_rate", "probability")):
            if (getattr(self, setting) is not None) != (self.kind == kind):
                raise refuse(f"{setting} is required for {kind}, and for nothing else")
        return self

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        return {settings.pop("kind"): settings.pop("target"), **settings}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        properties = schema["properties"]
        properties.pop("kind")
        target = properties.pop("target")
        properties.update(dict.fromkeys(FAULTS, target))
        schema["required"] = []
        schema["oneOf"] = [{"required": [kind]} for kind in FAULTS]
        return reference
