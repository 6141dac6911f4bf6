"""What a service does with a request or a message: a list of steps, one after the other."""

import inspect
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    TypeAdapter,
    ValidationError,
    WrapSerializer,
    WrapValidator,
    create_model,
    model_validator,
)  # fmt: skip

from evsim.counting import count
from evsim.registry import EFFECT, STEP, parts

from .calls import Ask, Call
from .distributions import AnyDistribution
from .errors import refuse
from .part import Text, one_of
from .publishes import Publish, Send
from .step_kind import AnyStep, Steps
from .units import AtLeastOne, Share
from .written import beside, written

__all__ = ["Effect", "Fail", "Handler", "Maybe", "Parallel", "Reply", "Step", "Wait", "Work"]


class Work(AnyStep):
    """Compute for a time: holds a worker."""

    lasts: ClassVar[bool] = True
    may_change: ClassVar[tuple[str, ...]] = ("time",)
    kind: Literal["work"] = "work"
    time: Annotated[AnyDistribution, Field(description="how long it takes")]


class Wait(AnyStep):
    """Wait for input or output for a time: holds a worker."""

    lasts: ClassVar[bool] = True
    may_change: ClassVar[tuple[str, ...]] = ("time",)
    kind: Literal["wait"] = "wait"
    time: Annotated[AnyDistribution, Field(description="how long it takes")]


class Fail(AnyStep):
    """Fail here with a probability, drawn anew at each attempt; with `requeue: false`, a message is not tried again."""

    short: ClassVar[str] = "probability"
    may_change: ClassVar[tuple[str, ...]] = ("probability",)
    kind: Literal["fail"] = "fail"
    probability: Annotated[Share, Field(description="how often it fails, of all attempts")]
    requeue: Annotated[StrictBool, Field(description="whether a message that fails here may be tried again")] = True

    @property
    def fails(self):  # type: ignore[override]
        return self.probability


class _Effect(AnyStep):
    """Leave a lasting result, such as a row in a database. It takes no time.

    With `unique: true` there is one for each key at most: a second one is refused, and the handler fails (*taken*).
    With `if_unchanged: true` it is made only if there was no effect of its name and key since the handler `read` it;
    else the handler fails (*conflict*).
    """

    short: ClassVar[str] = "name"
    in_no_time: ClassVar[bool] = True
    effects: ClassVar[bool] = True
    kind: Literal["effect"] = "effect"
    name: Annotated[Text, Field(description="what it leaves, such as customer row")]

    @property
    def policies(self):
        """word -> settings of what goes with the effect, as far as it is written."""
        return written(self, EFFECT)

    @property
    def conditional(self):  # type: ignore[override]
        return bool(self.policies)


if TYPE_CHECKING:
    Effect = _Effect
else:
    Effect = create_model("Effect", __base__=_Effect, __doc__=_Effect.__doc__, __module__=__name__, **beside(EFFECT))


class Reply(AnyStep):
    """Answer the caller now; the steps after it still run. Without it the end of the handler answers."""

    in_no_time: ClassVar[bool] = True
    replies: ClassVar[bool] = True
    kind: Literal["reply"] = "reply"
    value: Annotated[Text, Field(description="what the caller is told")]


def _write_branches(branches, write):
    return [steps[0] if len(steps) == 1 else steps for steps in write(branches)]


def _read_handler(handler, read):
    if not callable(handler):
        return read(handler)
    if not inspect.isgeneratorfunction(handler):
        raise refuse("must be a list of steps, or a Python generator function")
    return handler


def _until(value):
    if value in ("all", "any"):
        return value
    try:
        return _COUNT.validate_python(value)
    except ValidationError:
        raise refuse("must be all, any, or how many branches have to succeed") from None


_COUNT = TypeAdapter(AtLeastOne)
Until = Annotated[
    Any,
    BeforeValidator(_until),
    Field(json_schema_extra={"anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}]}),
]


class Parallel(AnyStep):
    """Start all branches at once and go on when `all` have ended, at the first success of `any`, or at so many.

    `until: 2` is a quorum: it goes on at the second success, and fails as soon as there cannot be two.
    """

    short: ClassVar[str] = "branches"
    together: ClassVar[bool] = True
    kind: Literal["parallel"] = "parallel"
    branches: Annotated[
        tuple[Steps, ...],
        Field(min_length=1, description="the steps of each branch"),
        WrapSerializer(_write_branches),
    ]
    until: Annotated[Until, Field(description="how many branches have to succeed")] = "all"

    @model_validator(mode="after")
    def _possible(self):
        if self.successes > len(self.branches):
            raise refuse(
                f"of {count(len(self.branches), 'branch', 'branches')} so many successes there will never be",
                name="until",
                value=self.until,
            )
        return self

    @property
    def successes(self):
        """How many branches have to succeed before the step goes on; 0 where all have to end."""
        return {"all": 0, "any": 1}.get(self.until, self.until)

    @property
    def races(self):  # type: ignore[override]
        return bool(self.successes)

    @property
    def inside(self):
        return tuple((("branches", number), steps, False) for number, steps in enumerate(self.branches))


class Maybe(AnyStep):
    """Take the steps of `then` with a probability, or else those of `else`."""

    by_chance: ClassVar[bool] = True
    may_change: ClassVar[tuple[str, ...]] = ("probability",)
    kind: Literal["maybe"] = "maybe"
    probability: Annotated[Share, Field(description="how often `then` is taken, of all requests")]
    then: Annotated[Steps, Field(description="the steps that are taken with that probability")]
    otherwise: Steps = Field(description="the steps that are taken otherwise", default=(), alias="else")

    @property
    def inside(self):
        return (("then",), self.then, self.probability < 1), (("else",), self.otherwise, self.probability > 0)


_OF_PARTS = [each.settings for each in parts(STEP)]
Step = one_of("a step", Work, Wait, Call, Parallel, Publish, Send, Ask, Maybe, Fail, Effect, Reply, *_OF_PARTS)

Handler = Annotated[
    tuple[Step, ...],
    Field(min_length=1),
    WrapValidator(_read_handler),
    WrapSerializer(lambda handler, write: handler if callable(handler) else write(handler)),
]
