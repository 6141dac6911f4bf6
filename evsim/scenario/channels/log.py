"""The log: partitions that every group reads in order (as with Kafka)."""

from typing import ClassVar, Literal

from pydantic import StrictBool, model_validator

from ..distributions import AnyDistribution, Constant
from ..errors import refuse
from ..guarantees import COMMITS
from ..offsets import Retention
from ..part import Part
from ..presets import Likened
from ..units import AtLeastOne, PositiveTime, Time, up_to


class Growth(Part):
    """At the time `at` a log gets `count` more partitions."""

    at: Time
    count: up_to(10_000)


class Log(Likened):
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
    faults: ClassVar = ("outage", "crash", "pause", "leader_failure")
    read_with: ClassVar[tuple[str, ...]] = (
        "group",
        "dead_letter",
        "commit",
        "guarantee",
        "assignor",
        "rebalance",
        "session_timeout",
        "static",
        "max_poll_interval",
        "metadata_max_age",
        "batch",
        "from",
        "start",
        "replay",
        "retry",
    )
    kind: Literal["log"] = "log"
    partitions: up_to(10_000) = 1
    partitioner: Literal["key", "sticky", "round_robin"] = "key"
    add_partitions: Growth | None = None
    linger: Time | None = None
    batch: AtLeastOne | None = None
    retention: Retention | None = None
    compaction: PositiveTime | None = None
    replicas: up_to(100) = 1
    replication: AnyDistribution = Constant.model_construct(value=0.0)
    min_in_sync: up_to(100) = 1
    election: Time = 0.0
    unclean_election: StrictBool = False
    idempotent: StrictBool = True

    def promises(self, guarantee):
        return {"commit": COMMITS[guarantee]}

    def read_plainly(self, service):
        """Instances that have an inbox each own their partitions."""
        return {"assignor": "range"} if service.is_balanced else {}

    @property
    def partitions_at_last(self):
        """How many partitions there are when all have been added."""
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
