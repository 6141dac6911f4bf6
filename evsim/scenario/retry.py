"""How often, and how long after a failure, something is tried again."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_serializer, model_validator

from .errors import refuse, suggest
from .part import Part
from .units import Number, Time, up_to

BACKOFFS = ("constant", "exponential", "full_jitter", "equal_jitter", "decorrelated")


class Backoff(Part):
    """The wait before attempt n + 1 (n = 1, 2, ...), with e = min(cap, base x factor^(n - 1)).

    constant: base; exponential: e; full_jitter: uniform in [0, e]; equal_jitter: e/2 + uniform in [0, e/2];
    decorrelated: min(cap, uniform in [base, factor x the previous wait]), with factor 3.
    Written `50ms` (constant) or `{full_jitter: {base: 50ms, cap: 2s}}`.
    """

    kind: Literal[BACKOFFS] = "constant"
    base: Annotated[Time, Field(description="the first wait")] = 0.0
    cap: Annotated[Time | None, Field(description="the longest wait")] = None
    factor: Annotated[Number, Field(ge=1), Field(description="what each wait is multiplied by for the next")] = 2.0

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written, info):
        if not isinstance(written, Mapping):
            return {"kind": "constant", "base": written}
        if info.context is None and set(written) <= set(cls.model_fields):  # by attributes, in Python
            return written
        kind = next((name for name in written if name in BACKOFFS), None)
        if kind is None or len(written) > 1:
            unknown = next((name for name in written if name != kind), None)
            raise refuse("is no back-off", suggest(unknown, BACKOFFS), name=unknown)
        settings = written[kind] if isinstance(written[kind], Mapping) else {"base": written[kind]}
        given = {"factor": 3.0} if kind == "decorrelated" else {}
        return {**given, **settings, "kind": kind}

    @model_validator(mode="after")
    def _sensible(self):
        if self.kind == "constant" and self.cap is not None:
            raise refuse("a constant back-off has no cap")
        if self.kind != "constant" and self.base == 0:
            raise refuse(f"the base of {self.kind} must be greater than 0")
        return self

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = write(self)
        settings.pop("kind", None)
        if self.kind == "constant":
            return settings.get("base", "0s")
        return {self.kind: settings}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        schema["properties"].pop("kind")
        time = schema["properties"]["base"]
        mapping = {key: schema[key] for key in ("type", "properties", "additionalProperties")}
        kinds = {
            "type": "object",
            "properties": {kind: {"anyOf": [time, mapping]} for kind in BACKOFFS},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
        text = schema["description"]
        schema.clear()
        schema.update({"title": "Backoff", "description": text, "anyOf": [time, kinds]})
        return reference


PLAIN_ATTEMPTS = 5  # of a message, where nothing else is written


class Retry(Part):
    """Try up to `attempts` times in all, the first included, waiting `backoff` in between."""

    attempts: Annotated[up_to(10_000), Field(description="how often it is tried in all, the first time included")]
    backoff: Annotated[
        Backoff,
        Field(description="the wait before the next attempt, a time or a kind of back-off; none if it is left out"),
    ] = Backoff.model_construct()
