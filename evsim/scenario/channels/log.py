"""The log: partitions that every group reads in order (as with Kafka)."""

from typing import ClassVar, Literal

from ..presets import Likened
from ..units import AtLeastOne


class Log(Likened):
    """Each message to each group; in order within one of the `partitions`, which a message's key chooses."""

    mapped: ClassVar[bool] = True
    read_with: ClassVar[tuple[str, ...]] = (
        "group", "commit", "assignor", "rebalance", "session_timeout", "max_poll_interval")
    kind: Literal["log"] = "log"
    partitions: AtLeastOne = 1
