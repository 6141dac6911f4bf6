"""The idempotent service: it remembers what it has done, and does nothing twice."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from .distributions import AnyDistribution, Constant
from .part import Part
from .units import PositiveTime

__all__ = ["AnyIdempotent", "Idempotent"]


class Idempotent(Part):
    """What a handling was about is stored with its first effect, in one transaction; what is stored is skipped.

    Two handlings are about the same thing `by` message (all deliveries and copies of one message, all attempts of
    one call), by content (the request and the way into the service: also of a message that a handler published
    again), or by key. A `lookup` takes time before each handling. After `window` the store forgets (never, by
    default). Written `idempotent: true`, or `idempotent: {by: key, lookup: 1ms, window: 5 min}`.
    """

    by: Literal["message", "content", "key"] = "message"
    lookup: AnyDistribution = Constant(value=0.0)
    window: PositiveTime | None = None


def _read(written):
    return {True: Idempotent(), False: None}[written] if isinstance(written, bool) else written


AnyIdempotent = Annotated[Idempotent | None, BeforeValidator(_read)]
