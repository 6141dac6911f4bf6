"""The retry budget: retries in proportion to calls."""

from typing import Annotated

from pydantic import Field

from .part import Part
from .units import AtLeastOne, Share

__all__ = ["Budget"]


class Budget(Part):
    """A bucket of tokens, full at first: each first call puts in `ratio` of one, up to `burst`; each retry takes one.

    With less than one in it there is no retry, and the call has failed. Each instance of the calling service has
    a bucket for each callee.
    """

    ratio: Annotated[Share, Field(gt=0)]
    burst: AtLeastOne = 10
