"""What a service does with a request or a message: a list of steps, one after the other."""

import inspect
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
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

from evsim.registry import CALL, EFFECT, PUBLISH, STEP, parts

from .distributions import AnyDistribution
from .errors import a, refuse
from .part import Name, OneOrMany, Tagged, Text, one_of
from .retry import Retry
from .step_kind import AnyStep
from .units import AtLeastOne, PositiveTime, Share, Size, up_to


def _key(key):
    if key == "request":
        return None
    if key is not None and (isinstance(key, bool) or not isinstance(key, int | str)):
        raise refuse("must be a whole number, a text, or request (the request's own key)")
    return key


MessageKey = Annotated[Any, BeforeValidator(_key), Field(json_schema_extra={"type": ["string", "integer", "null"]})]


def _routing_key(text):
    if "{" in text.replace("{key}", ""):
        raise refuse("knows {key}, the key of the message, and nothing else in braces")
    return text


RoutingKey = Annotated[Text, AfterValidator(_routing_key)]


class Work(AnyStep):
    """Compute for a time: holds a worker."""

    lasts: ClassVar[bool] = True
    kind: Literal["work"] = "work"
    time: Annotated[AnyDistribution, Field(description="how long it takes")]


class Wait(AnyStep):
    """Wait for input or output for a time: holds a worker."""

    lasts: ClassVar[bool] = True
    kind: Literal["wait"] = "wait"
    time: Annotated[AnyDistribution, Field(description="how long it takes")]


WITHOUT_ANSWER = "what follows when all attempts have failed"
ABOUT_WHOM = "about whom it is: a number or a text, or by default the key of the request"


class Failing(Tagged):
    """Without an answer the handler fails too."""

    kind: Literal["fail"] = "fail"


class Ignoring(Tagged):
    """Without an answer the handler goes on as with one."""

    kind: Literal["ignore"] = "ignore"


class _Asking(AnyStep):
    """What a call, and an ask on a bus, have in common."""

    asks: ClassVar[bool] = True
    if TYPE_CHECKING:
        on_error: Any

    @property
    def inside(self):
        steps = getattr(self.on_error, "steps", ())
        return ((("on_error", self.on_error.kind), steps, True),) if steps else ()

    @property
    def policies(self):
        """word -> settings of what the caller does beside asking, as far as it is written."""
        found = {each.word: getattr(self, each.word) for each in parts(CALL)}
        return {word: settings for word, settings in found.items() if settings is not None}


def _beside(socket):
    """What parts add to the settings of a step, each of which may be left out."""
    return {each.word: (each.settings | None, Field(default=None, description=each.in_short)) for each in parts(socket)}


if TYPE_CHECKING:
    Asking = _Asking
else:
    Asking = create_model("Asking", __base__=_Asking, **_beside(CALL))


class Call(Asking):
    """Ask another service and wait for its answer; without `timeout`, for as long as it takes.

    When all attempts fail, `on_error` says what follows: the handler fails too (by default), or it goes on (`ignore`);
    `{fallback: [...]}` takes other steps instead, and `{compensate: [...]}` undoes what was done, and then fails.
    """

    short: ClassVar[str] = "service"
    kind: Literal["call"] = "call"
    service: Annotated[Name, Field(description="the service that is asked")]
    timeout: Annotated[PositiveTime | None, Field(description="how long each attempt waits for its answer")] = None
    on_error: Annotated["OnError", Field(description=WITHOUT_ANSWER)] = Failing.model_construct()


class _Publish(AnyStep):
    """Hand a message to a channel.

    `key` is the request's own (by default), or a fixed number or text. An exchange goes by the `routing_key`, a text in
    which `{key}` stands for that key. `priority` counts in a queue that has
    priorities: the highest goes first. With `acks: 1` the worker is held until the channel has the message, with
    `acks: all` until all replicas of a log that are in sync have it; with `acks: 0` nobody waits, and nobody
    learns of a loss. With an `outbox` the message is written with the row, and sent by a relay. `size` is what
    it takes of a pipe that counts bytes.
    """

    short: ClassVar[str] = "channel"
    hands_over: ClassVar[bool] = True
    kind: Literal["publish"] = "publish"
    channel: Annotated[Name, Field(description="the channel that gets the message")]
    key: MessageKey = Field(description=ABOUT_WHOM, default=None)
    routing_key: Annotated[
        RoutingKey | None, Field(description="what an exchange goes by; `{key}` in it is the key of the message")
    ] = None
    priority: Annotated[
        up_to(255, least=0), Field(description="how urgent it is, in a queue with priorities: the highest goes first")
    ] = 0
    acks: Annotated[
        Literal[0, 1, "all"],
        Field(description="who must have it before the worker goes on: nobody, the channel, or all replicas in sync"),
    ] = 1
    timeout: Annotated[
        PositiveTime | None, Field(description="how long each attempt waits for the acknowledgement")
    ] = None
    retry: Annotated[Retry | None, Field(description="how often it is sent again without one, and when")] = None
    size: Annotated[
        Annotated[Size, Field(ge=1)] | None, Field(description="what it takes of a pipe that counts bytes")
    ] = None

    @model_validator(mode="after")
    def _waits_for_nothing(self):
        if self.relayed_by:
            for name, usual in (("acks", 1), ("timeout", None), ("retry", None)):
                if getattr(self, name) != usual:
                    raise refuse(
                        f"says how a handler waits, and with {a(self.relayed_by)} none does",
                        "remove it; the relay tries until the channel has the message",
                        name=name,
                    )
        return self

    @property
    def policies(self):
        """word -> settings of how its message gets to the channel, as far as it is written."""
        found = {each.word: getattr(self, each.word) for each in parts(PUBLISH)}
        return {word: settings for word, settings in found.items() if settings is not None}

    @property
    def relayed_by(self):  # type: ignore[override]
        return next((word for word, settings in self.policies.items() if settings.relays), None)

    @property
    def holds(self):  # type: ignore[override]
        return self.acks != 0 and not self.relayed_by


if TYPE_CHECKING:
    Publish = _Publish
else:
    Publish = create_model(
        "Publish", __base__=_Publish, __doc__=_Publish.__doc__, __module__=__name__, **_beside(PUBLISH)
    )


class Send(AnyStep):
    """Hand a message to one of the handlers on a bus, in turns. Nobody waits, and nobody learns of a loss."""

    short: ClassVar[str] = "bus"
    hands_over: ClassVar[bool] = True
    kind: Literal["send"] = "send"
    bus: Annotated[Name, Field(description="the bus on which a handler gets the message")]
    key: MessageKey = Field(description=ABOUT_WHOM, default=None)

    @property
    def channel(self):
        return self.bus


class Ask(Asking):
    """Ask one of the handlers on a bus, in turns, and wait for its answer, at most for `timeout`.

    As a call whose callee the bus picks, with the same `on_error`.
    """

    short: ClassVar[str] = "bus"
    hands_over: ClassVar[bool] = True
    kind: Literal["ask"] = "ask"
    bus: Annotated[Name, Field(description="the bus on which a handler is asked")]
    timeout: Annotated[PositiveTime, Field(description="how long each attempt waits for its answer")] = 30.0
    on_error: Annotated["OnError", Field(description=WITHOUT_ANSWER)] = Failing.model_construct()

    @property
    def channel(self):
        return self.bus


class Fail(AnyStep):
    """Fail here with a probability, drawn anew at each attempt; with `requeue: false`, a message is not tried again."""

    short: ClassVar[str] = "probability"
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
        found = {each.word: getattr(self, each.word) for each in parts(EFFECT)}
        return {word: settings for word, settings in found.items() if settings}


if TYPE_CHECKING:
    Effect = _Effect
else:
    Effect = create_model("Effect", __base__=_Effect, __doc__=_Effect.__doc__, __module__=__name__, **_beside(EFFECT))


class Undo(AnyStep):
    """Take back every effect of this name that the request has left so far, in any service. It takes no time."""

    short: ClassVar[str] = "name"
    in_no_time: ClassVar[bool] = True
    kind: Literal["undo"] = "undo"
    name: Annotated[Text, Field(description="the effects that are taken back")]


class Reply(AnyStep):
    """Answer the caller now; the steps after it still run. Without it the end of the handler answers."""

    in_no_time: ClassVar[bool] = True
    replies: ClassVar[bool] = True
    kind: Literal["reply"] = "reply"
    value: Annotated[Text, Field(description="what the caller is told")]


def _as_list(steps):
    return [steps] if isinstance(steps, dict | Tagged) else steps


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
Steps = Annotated[tuple["Step", ...], BeforeValidator(_as_list), OneOrMany()]


class Fallback(Tagged):
    """Without an answer take these steps, and go on after them."""

    kind: Literal["fallback"] = "fallback"
    steps: Annotated[Steps, Field(min_length=1, description="the steps that are taken instead")]


class Compensate(Tagged):
    """Without an answer take these steps, which undo what was done before, and then fail.

    Where one of them fails, those after it are left out.
    """

    kind: Literal["compensate"] = "compensate"
    steps: Annotated[Steps, Field(min_length=1, description="the steps that undo what was done")]


OnError = one_of("fail, ignore, {fallback: steps} or {compensate: steps}", Failing, Ignoring, Fallback, Compensate)


class Parallel(AnyStep):
    """Start all branches at once and go on when `all` have ended, at the first success of `any`, or at so many.

    `until: 2` is a quorum: it goes on at the second success, and fails as soon as there cannot be two.
    """

    short: ClassVar[str] = "branches"
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
                f"there are {len(self.branches)} branches, and so many successes there will never be",
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

    kind: Literal["maybe"] = "maybe"
    probability: Annotated[Share, Field(description="how often `then` is taken, of all requests")]
    then: Annotated[Steps, Field(description="the steps that are taken with that probability")]
    otherwise: Steps = Field(description="the steps that are taken otherwise", default=(), alias="else")

    @property
    def inside(self):
        return (("then",), self.then, self.probability < 1), (("else",), self.otherwise, self.probability > 0)


_OF_PARTS = [each.settings for each in parts(STEP)]
Step = one_of("a step", Work, Wait, Call, Parallel, Publish, Send, Ask, Maybe, Fail, Effect, Undo, Reply, *_OF_PARTS)

Handler = Annotated[
    tuple[Step, ...],
    Field(min_length=1),
    WrapValidator(_read_handler),
    WrapSerializer(lambda handler, write: handler if callable(handler) else write(handler)),
]
