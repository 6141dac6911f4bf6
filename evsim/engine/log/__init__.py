"""The log: partitions, and groups that each read every message in the order of its partition (as Kafka does)."""

from evsim.engine.log.group import Group
from evsim.engine.log.owned import OwnedGroup
from evsim.engine.log.partitions import Log

__all__ = ["Group", "Log", "OwnedGroup"]
