"""How a service reads a channel."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, StrictBool, WrapSerializer, create_model, model_validator

from evsim.registry import SUBSCRIPTION, part

from .errors import refuse
from .offsets import ASSIGNORS, COMMITS, Commit, Replays, Start
from .part import Name, OneOrMany, OrName, Part
from .retry import Retry
from .units import AtLeastOne, PositiveLimit, PositiveTime, Time, up_to, write_time
from .written import beside, written


class _Subscription(Part):
    """A service's attachment to a channel.

    `group` names the group of consumers on a log (the service's name by default; services that are in one group have
    each only a part of the messages, which is warned of); `prefetch` is how many
    messages of a queue an instance may hold (its workers by default), or `unlimited`; after `retry.attempts` (5 by
    default) failures a message is dead. A dead message comes again as a new one in the channel `dead_letter`.

    Who polls a queue (one with a `visibility_timeout`) tells it nothing of a failure: the message is visible again when
    its time is over. With `change_visibility: 0s` the handler that failed makes it visible at once, with another time
    after that; so does the `backoff` of a `retry`.

    Of those who may have a message of a queue, the one of the highest `priority` has it. With `poll` nothing is
    brought to an instance: it asks when it has room, and again after that time if there was nothing.

    A consumer of a queue acknowledges `after` the work (by default), `before` it, as soon as it is handed out, or
    `never`.

    A `guarantee` says the same by what it is for: `at_most_once` (before the work), `at_least_once` (after it),
    `effectively_once` (after it, by an idempotent service), or `exactly_once` (a log's transaction).

    A log's group commits what it has read `after` the work (by default), `before` it, at an `interval`, or in one
    `transaction` with what its handler publishes to logs. With an
    `assignor` each partition belongs to one instance (a member of the group), else any free worker takes
    the next message that is due. A member of which nothing is heard for `session_timeout`, or that keeps a
    message for longer than `max_poll_interval`, loses its partitions; when members come and go the group
    rebalances, which takes the time `rebalance`. A `static` member that is back before its session ends has its
    partitions as before. A member takes up to `batch` messages of a partition at once
    and works on them together, or fetches up to `max_poll_records` of its partitions in one poll and works on them one
    by one; then `max_poll_interval` is the time from one poll to the next. What needs owners implies the assignor
    `range`.

    A consumer of a queue takes up to `batch` messages at once, too, and waits for the time `batch_window` at most for
    more of them. If one of them fails all come again, or, with `report_item_failures`, only those that failed.

    A group that comes into being at the time `from` begins at `start`: `earliest` (by default), `latest`, an
    `offset` of each partition or a `time`; one whose next message is gone goes on with the earliest that is
    left, or with `start: latest` with the next that comes. It asks at every `metadata_max_age` which partitions there
    are; with `start: latest` it passes over what came to an added one before it owned it.
    `replay` hands out again what has been handled.

    Of the messages of a transaction a group gets those that are committed, when they are, and nothing that lies behind
    an open one (`isolation: read_committed`, by default), or each as it comes, thrown away later or not
    (`read_uncommitted`).

    The reader of a pipe ends when it has taken so many messages: `take: 10`, as `head` does.
    """

    may_change: ClassVar[tuple[str, ...]] = (
        "prefetch", "retry", "rebalance", "session_timeout", "max_poll_interval",
    )  # fmt: skip

    channel: Annotated[Name, Field(description="the channel it reads")]
    group: Annotated[
        Name | None, Field(description="the group of consumers it is in; by default the name of the service")
    ] = None
    prefetch: Annotated[
        PositiveLimit | None,
        Field(description="how many messages of a queue an instance may hold; by default its workers"),
    ] = None
    priority: Annotated[
        up_to(1_000, least=-1_000),
        Field(description="which consumer of a queue has a message, as long as it has credit: the highest"),
    ] = 0
    poll: Annotated[
        PositiveTime | None,
        Field(description="how long an instance that finds a queue empty waits before it looks again"),
    ] = None
    retry: Annotated[Retry | None, Field(description="how often a failed message is tried again, and when")] = None
    dead_letter: Annotated[Name | None, Field(description="the channel that gets what is given up")] = None
    change_visibility: Annotated[
        Time | None, Field(description="when a failed message of a polled queue is visible again")
    ] = None
    ack: Annotated[
        Literal["after", "before", "never"] | None, Field(description="when a consumer of a queue acknowledges")
    ] = None
    commit: Annotated[Commit | None, Field(description="when a group of a log commits")] = None
    assignor: Annotated[
        Literal[ASSIGNORS] | None, Field(description="how partitions are given to the members of the group")
    ] = None
    rebalance: Annotated[Time | None, Field(description="how long a rebalance takes")] = None
    session_timeout: Annotated[PositiveTime | None, Field(description="after which silence a member has gone")] = None
    static: Annotated[
        StrictBool, Field(description="whether a member that is back in time has its partitions as before")
    ] = False
    max_poll_interval: Annotated[
        PositiveTime | None, Field(description="how long a member may keep a message, or a poll")
    ] = None
    max_poll_records: Annotated[
        AtLeastOne | None, Field(description="how many messages a member fetches in one poll, to work on one by one")
    ] = None
    metadata_max_age: Annotated[
        Time | None, Field(description="how often the group asks which partitions there are")
    ] = None
    batch: Annotated[AtLeastOne | None, Field(description="how many messages a consumer works on together")] = None
    batch_window: Annotated[
        Time | None,
        Field(description="how long a consumer of a queue waits until its batch is full; by default 0s"),
    ] = None
    report_item_failures: Annotated[
        StrictBool,
        Field(description="whether only those messages of a batch come again that failed"),
    ] = False
    isolation: Annotated[
        Literal["read_committed", "read_uncommitted"] | None,
        Field(description="whether a group waits for transactions, or reads what may be thrown away"),
    ] = None
    joins: Time | None = Field(description="when the group comes into being", default=None, alias="from")
    start: Annotated[Start | None, Field(description="where a new group begins")] = None
    replay: Annotated[Replays, Field(description="when the group reads again, and from where")] = ()
    take: Annotated[AtLeastOne | None, Field(description="after how many messages the reader of a pipe ends")] = None
    operation: Annotated[
        Name | None,
        Field(description="which of its operations the service does; by default that of the channel's name"),
    ] = None

    @model_validator(mode="after")
    def _of_a_batch(self):
        for name, value in (("batch_window", self.batch_window), ("report_item_failures", self.report_item_failures)):
            if value and not self.takes_several:
                shown = write_time(value) if name == "batch_window" else value
                raise refuse("means nothing without a batch", "add batch: 10", name=name, value=shown)
        return self

    @model_validator(mode="after")
    def _one_time(self):
        if self.change_visibility is not None and self.retry and self.retry.backoff.base:
            raise refuse(
                "the back-off of retry says the same",
                "write one of them",
                name="change_visibility",
                value=write_time(self.change_visibility),
            )
        return self

    def hinders(self, name, other):
        if name in ("rebalance", "session_timeout", "max_poll_interval") and None in (getattr(self, name), other):
            return f"a group has a {name} as long as the system runs, or none"
        return super().hinders(name, other)

    @property
    def asks_for(self):
        """The operation that its messages are for, if the service has several."""
        return self.operation or self.channel

    @property
    def begins_elsewhere(self):
        """Whether it ever reads anything but each message as it comes."""
        return self.joins is not None or self.start is not None or bool(self.replay)

    @property
    def takes_several(self):
        """Whether it works on several messages together."""
        return (self.batch or 1) > 1

    @property
    def commits(self):
        """When it commits: as is written, or as a part says, or after the work."""
        return self.commit or COMMITS[self.settled or "after"]

    @property
    def policies(self):
        """word -> settings of the parts that are written at it."""
        return written(self, SUBSCRIPTION)

    @property
    def is_shared(self):
        """Whether those who read a log compete for each of its messages, and own no partitions."""
        return any(getattr(each, "shares_partitions", False) for each in self.policies.values())

    @property
    def settled(self):
        """When a message is settled, of its work: before, after or transaction; None where no part says so."""
        said = [part(word).module("settings").settled(settings) for word, settings in self.policies.items()]
        return said[0] if said else None

    @property
    def is_atomic(self):
        """Whether the commit and what a handler publishes are one transaction."""
        return self.commits.atomic

    @property
    def owns(self):
        """The assignor that gives each partition an owner, or None where any free worker takes the next message."""
        timed = self.session_timeout or self.max_poll_interval or self.rebalance or self.static
        together = self.takes_several and self.ack is None  # who reads a queue acknowledges, and owns nothing
        needed = timed or self.max_poll_records or self.commits.needs_owners or together
        return self.assignor or ("range" if needed else None)


if TYPE_CHECKING:
    Subscription = _Subscription
else:
    Subscription = create_model(
        "Subscription", __base__=_Subscription, __doc__=_Subscription.__doc__, __module__=__name__,
        **beside(SUBSCRIPTION),
    )  # fmt: skip


def _read_subscriptions(written):
    written = [written] if isinstance(written, str | Mapping | Subscription) else written
    if not isinstance(written, list | tuple):
        return written
    return [{"channel": each} if isinstance(each, str) else each for each in written]


def _write_subscriptions(subscriptions, write):
    short = [each["channel"] if list(each) == ["channel"] else each for each in write(subscriptions)]
    return short[0] if len(short) == 1 else short


Subscriptions = Annotated[
    tuple[Annotated[Subscription, OrName()], ...],
    WrapSerializer(_write_subscriptions),
    BeforeValidator(_read_subscriptions),
    OneOrMany(),
]
