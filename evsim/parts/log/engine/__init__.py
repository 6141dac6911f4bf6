"""The log: partitions, and groups that each read every message in the order of its partition (as Kafka does)."""

from evsim.parts.log.engine.partitions import Log

__all__ = ["build"]

build = Log
