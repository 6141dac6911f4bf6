"""What a person writes of a log."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, model_validator

from evsim.scenario.channel_kind import Likened
from evsim.scenario.distributions import AnyDistribution, Constant
from evsim.scenario.errors import Problem, refuse
from evsim.scenario.groups import group_of, shared_groups
from evsim.scenario.offsets import COMMITS, Retention
from evsim.scenario.part import Part
from evsim.scenario.units import AtLeastOne, PositiveTime, Time, up_to, write_time


class Growth(Part):
    """At the time `at` a log gets `count` more partitions."""

    at: Annotated[Time, Field(description="when they are added")]
    count: Annotated[up_to(10_000), Field(description="how many are added")]


class LogSettings(Likened):
    """Each message to each group; in order within one of the `partitions`.

    The `partitioner` chooses it: by the hash of the `key`, `round_robin`, or `sticky`: one for a whole batch.
    `add_partitions` makes more of them while the system runs, so that keys move. With `linger` a producer keeps
    messages back for so long, or until a `batch` of so many for one partition is full.

    It keeps its messages for ever, or for the `retention`: a time, a number in each partition, or both. With
    `compaction`, every so often only the latest message of each key stays.

    The first of the `replicas` leads; the others have each message after the time `replication`. A publish
    with `acks: all` is confirmed when all in sync have it, and refused where fewer than `min_in_sync` are.
    When the leader fails, one in sync leads after the time `election`, or with `unclean_election` any. A log
    that is not `idempotent` keeps a message again when it is sent again.
    """

    not_read_with: ClassVar = {
        "prefetch": ("a log has no prefetch", "its partitions decide how much is in process; prefetch is for queues"),
    }
    partitioned: ClassVar[bool] = True
    transactional: ClassVar[bool] = True
    readers_give_up: ClassVar[bool] = True
    settles: ClassVar = tuple(COMMITS)
    faults: ClassVar = ("outage", "crash", "pause", "leader_failure")
    read_with: ClassVar[tuple[str, ...]] = (
        "group",
        "dead_letter",
        "commit",
        "assignor",
        "rebalance",
        "session_timeout",
        "static",
        "max_poll_interval",
        "max_poll_records",
        "metadata_max_age",
        "batch",
        "isolation",
        "from",
        "start",
        "replay",
        "retry",
    )
    may_change: ClassVar = ("retention",)
    kind: Literal["log"] = "log"
    partitions: Annotated[
        up_to(10_000), Field(description="how many there are; within one, messages are read in order")
    ] = 1
    partitioner: Annotated[Literal["key", "sticky", "round_robin"], Field(description="how a producer chooses one")] = (
        "key"
    )
    add_partitions: Annotated[Growth | None, Field(description="how many more there are, and from when on")] = None
    linger: Annotated[
        Time | None, Field(description="for how long a producer keeps messages back to send them together")
    ] = None
    batch: Annotated[AtLeastOne | None, Field(description="how many messages for one partition are sent at once")] = (
        None
    )
    retention: Annotated[
        Retention | None, Field(description="how long, or how many messages in each partition, it keeps")
    ] = None
    compaction: Annotated[
        PositiveTime | None, Field(description="how often all but the latest message of each key is taken out")
    ] = None
    replicas: Annotated[up_to(100), Field(description="how many brokers have it, of which the first leads")] = 1
    replication: Annotated[AnyDistribution, Field(description="how long a message travels to the other brokers")] = (
        Constant.model_construct(value=0.0)
    )
    min_in_sync: Annotated[up_to(100), Field(description="how many must be in sync for a publish with `acks: all`")] = 1
    election: Annotated[Time, Field(description="how long it takes until another broker leads")] = 0.0
    unclean_election: Annotated[StrictBool, Field(description="whether a broker may lead that lacks messages")] = False
    idempotent: Annotated[StrictBool, Field(description="whether what its producer sends again is kept once")] = True

    def binds(self, service, subscription):
        """Whoever has locked a message is one instance."""
        return subscription.is_shared

    def hinders(self, name, other):
        if name == "retention" and (self.retention is None or other is None):
            return "a log that forgets goes on forgetting, and another one keeps all, while the system runs"
        return super().hinders(name, other)

    def settling(self, when):
        return {"commit": COMMITS[when]}

    @property
    def brokers(self):  # type: ignore[override]
        return self.replicas

    @property
    def title(self):
        return f"log, {self.partitions:,} partition{'s' * (self.partitions > 1)}"

    def problems(self, scenario, name):
        """Partitions that are to be added after the end of the run, and static members without a session."""
        duration = scenario.run_settings.duration
        if self.add_partitions is not None and self.add_partitions.at >= duration:
            yield Problem(
                ("channels", name, "add_partitions", "at"),
                "comes after the end of the run",
                write_time(self.add_partitions.at),
                hint=f"the run takes {write_time(duration)}",
            )
        for service, settings in scenario.services.items():
            for number, each in enumerate(settings.subscribe):
                path = ("services", service, "subscribe", number)
                if each.channel == name and each.static and not (each.session_timeout or self.like):
                    yield Problem(
                        (*path, "static"),
                        "a member keeps its place for the time of its session, and has none",
                        True,
                        hint="add session_timeout: 45s",
                    )
                if each.channel == name:
                    yield from _polls(path, each, (name, group_of(service, each)) in shared_groups(scenario))

    @property
    def waits_in(self):  # type: ignore[override]
        return "batch" if self.linger else None

    def sent_before(self, rate):
        """Of 1 + Poisson(come) messages in a batch, come of which follow the first within the linger."""
        come = (self.linger or 0.0) * rate / (1 if self.partitioner == "sticky" else self.partitions)
        before = come * (2 + come) / (2 * (1 + come))
        return before if self.batch is None else min(before, (self.batch - 1) / 2)

    def read_plainly(self, service, shared=False):
        """Instances that have an inbox each own their partitions, and so do those of services that share a group."""
        return {"assignor": "range"} if service.own_inboxes or shared else {}

    @property
    def partitions_at_last(self):  # type: ignore[override]
        return self.partitions + (self.add_partitions.count if self.add_partitions else 0)

    @model_validator(mode="after")
    def _batches(self):
        if self.like is not None:
            return self  # it may give a linger
        if self.batch is not None and not self.linger and self.partitioner != "sticky":
            raise refuse(
                "without linger no message waits for a batch", "add linger: 5ms", name="batch", value=self.batch
            )
        if self.partitioner == "sticky" and not (self.linger or self.batch):
            raise refuse(
                "sticky stays on a partition for a batch",
                "add batch: 100, or linger: 5ms",
                name="partitioner",
                value="sticky",
            )
        return self

    @model_validator(mode="after")
    def _enough_replicas(self):
        if self.min_in_sync > self.replicas:
            raise refuse(
                f"more than there are replicas ({self.replicas}): no publish with acks: all could succeed",
                "raise replicas, or lower it",
                name="min_in_sync",
                value=self.min_in_sync,
            )
        return self


def _polls(path, reading, is_shared):
    """What does not go together with a poll of many messages that are handled one by one."""
    if reading.max_poll_records is None:
        if reading.commits.polled:
            rule = "it fetches one message after another, so there is no poll to commit"
            yield Problem((*path, "commit"), rule, "poll", hint="add max_poll_records: 500, or commit after")
        return
    number = reading.max_poll_records
    if (reading.batch or 1) > 1:
        rule = "the messages of a poll are handled one by one, and those of a batch together"
        yield Problem((*path, "max_poll_records"), rule, number, hint="remove it, or batch")
    if reading.commits.by_state:
        rule = "who commits with the checkpoints of a window fetches one message after another"
        yield Problem((*path, "max_poll_records"), rule, number, hint="remove it, or commit after")
    if is_shared:
        rule = "services that share a group fetch one message after another"
        yield Problem((*path, "max_poll_records"), rule, number, hint="remove it, or give each a group of its own")


SETTINGS = LogSettings
