"""The log: partitions that every group reads in order (as with Kafka)."""

from typing import ClassVar, Literal

from ..offsets import Retention
from ..presets import Likened
from ..units import AtLeastOne, PositiveTime


class Log(Likened):
    """Each message to each group; in order within one of the `partitions`, which a message's key chooses.

    It keeps its messages for ever, or for the `retention`: a time, a number in each partition, or both. With
    `compaction`, every so often only the latest message of each key stays.
    """

    mapped: ClassVar[bool] = True
    read_with: ClassVar[tuple[str, ...]] = (
        "group", "commit", "assignor", "rebalance", "session_timeout", "max_poll_interval", "from", "start", "replay")
    kind: Literal["log"] = "log"
    partitions: AtLeastOne = 1
    retention: Retention | None = None
    compaction: PositiveTime | None = None
