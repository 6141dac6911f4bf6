"""The log: partitions by key, and groups that each read every message in the order of its partition (as Kafka does)."""

from evsim.engine.log.group import Group
from evsim.engine.log.partitions import Log

__all__ = ["Group", "Log"]
