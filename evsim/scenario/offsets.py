"""How a group reads a log: who owns a partition, when it commits, where it begins."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from .errors import refuse
from .part import OneOrMany, Part, Tagged, one_of
from .units import AtLeastOne, PositiveTime, Time, Whole

ASSIGNORS = ("range", "round_robin", "sticky", "cooperative_sticky")


class AnyCommit(Tagged):
    """What every rule of when to commit says of itself."""

    early: ClassVar[bool] = False  # whether the commit comes before the work
    atomic: ClassVar[bool] = False  # whether it is one transaction with what the handler publishes
    needs_owners: ClassVar[bool] = False  # whether a partition has to belong to somebody
    deferred: ClassVar[bool] = False  # whether what has ended waits for a commit of all that has by then
    periodic: ClassVar[bool] = False  # whether commits come by the clock, every so often
    polled: ClassVar[bool] = False  # whether it comes when a poll is worked through
    by_state: ClassVar[bool] = False  # whether it comes with a checkpoint of what the service remembers


class Before(AnyCommit):
    """Commit when the work begins: what a crash interrupts is lost."""

    early: ClassVar[bool] = True
    kind: Literal["before"] = "before"


class After(AnyCommit):
    """Commit when the work has ended: what a crash interrupts is done again."""

    kind: Literal["after"] = "after"


class Interval(AnyCommit):
    """Commit every so often what has ended by then: a crash repeats the work since the last commit."""

    needs_owners: ClassVar[bool] = True
    deferred: ClassVar[bool] = True
    periodic: ClassVar[bool] = True
    kind: Literal["interval"] = "interval"
    time: Annotated[PositiveTime, Field(description="how long from one commit to the next")]


class OfPoll(AnyCommit):
    """Commit when all messages of a poll have ended: a crash repeats all of them that had."""

    needs_owners: ClassVar[bool] = True
    deferred: ClassVar[bool] = True
    polled: ClassVar[bool] = True
    kind: Literal["poll"] = "poll"


class Transaction(AnyCommit):
    """Commit when the work has ended, and with it, or not at all, what the handler published to logs."""

    atomic: ClassVar[bool] = True
    needs_owners: ClassVar[bool] = True
    kind: Literal["transaction"] = "transaction"


class AtCheckpoint(AnyCommit):
    """Commit with each checkpoint of the service's `window`: a crash sets both back to the last one."""

    needs_owners: ClassVar[bool] = True
    deferred: ClassVar[bool] = True
    by_state: ClassVar[bool] = True
    kind: Literal["checkpoint"] = "checkpoint"


COMMITS = {  # when, of the work
    "before": Before.model_construct(), "after": After.model_construct(), "transaction": Transaction.model_construct(),
}  # fmt: skip


class FromEarliest(Tagged):
    """From the first message that the log still has."""

    kind: Literal["earliest"] = "earliest"


class FromLatest(Tagged):
    """From the next message on."""

    kind: Literal["latest"] = "latest"


class FromOffset(Tagged):
    """From this offset of each partition on."""

    kind: Literal["offset"] = "offset"
    number: Annotated[Whole, Field(description="the offset, from 0")]


class FromTime(Tagged):
    """From the first message that was kept at this time or later."""

    kind: Literal["time"] = "time"
    time: Annotated[Time, Field(description="the time at which the first message was kept")]


Start = one_of("a place in a log", FromEarliest, FromLatest, FromOffset, FromTime)


class Replay(Part):
    """At the time `at` the group reads again what it has handled since the place `to`."""

    at: Annotated[Time, Field(description="when the group goes back")]
    to: Annotated[
        one_of("a place in a log", FromEarliest, FromOffset, FromTime),
        Field(validate_default=True),
        Field(description="to which place it goes back"),
    ] = FromEarliest.model_construct()


def _as_list(written):
    return [written] if isinstance(written, Mapping | Replay) else written


Replays = Annotated[tuple[Replay, ...], BeforeValidator(_as_list), OneOrMany()]
Commit = one_of("a rule of when to commit", Before, After, Interval, OfPoll, Transaction, AtCheckpoint)


class Retention(Part):
    """How long a log keeps a message: for a `time`, or until its partition has more than so many `messages`.

    Written `10 min`, or `{time: 10 min, messages: 1000}`.
    """

    time: Annotated[PositiveTime | None, Field(description="for how long a message is kept")] = None
    messages: Annotated[AtLeastOne | None, Field(description="how many messages a partition keeps")] = None

    @model_validator(mode="before")
    @classmethod
    def _unpack(cls, written):
        return written if isinstance(written, Mapping | Retention) else {"time": written}

    @model_validator(mode="after")
    def _something(self):
        if self.time is None and self.messages is None:
            raise refuse("needs a time, or a number of messages")
        return self

    @model_serializer(mode="wrap")
    def _written(self, write):
        settings = {name: value for name, value in write(self).items() if value is not None}
        return settings["time"] if list(settings) == ["time"] else settings

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema, handler):
        reference = handler(core_schema)
        schema = handler.resolve_ref_schema(reference)
        whole = dict(schema)
        times = [each for each in schema["properties"]["time"]["anyOf"] if each.get("type") != "null"]
        schema.clear()
        schema.update({"title": "Retention", "description": whole.pop("description"), "anyOf": [*times, whole]})
        return reference
