"""What follows a call, or an ask, that has no answer after all attempts."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from evsim.registry import ON_ERROR, parts

from .part import one_of
from .step_kind import AnyOnError, Steps

__all__ = ["Failing", "Fallback", "Ignoring", "OnError"]


class Failing(AnyOnError):
    """Without an answer the handler fails too."""

    fails: ClassVar[bool] = True
    kind: Literal["fail"] = "fail"


class Ignoring(AnyOnError):
    """Without an answer the handler goes on as with one."""

    kind: Literal["ignore"] = "ignore"


class Fallback(AnyOnError):
    """Without an answer take these steps, and go on after them."""

    kind: Literal["fallback"] = "fallback"
    steps: Annotated[Steps, Field(min_length=1, description="the steps that are taken instead")]


_KINDS = [Failing, Ignoring, Fallback, *(each.settings for each in parts(ON_ERROR))]
_WORDS = [each.model_fields["kind"].default if each.is_word() else f"{{{each.model_fields['kind'].default}: steps}}"
          for each in _KINDS]  # fmt: skip
OnError = one_of(f"{', '.join(_WORDS[:-1])} or {_WORDS[-1]}", *_KINDS)
