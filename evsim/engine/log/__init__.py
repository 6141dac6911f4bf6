"""The log: partitions, and groups that each read every message in the order of its partition (as Kafka does)."""

from evsim.engine.log.group import Group
from evsim.engine.log.owned import OwnedGroup
from evsim.engine.log.partitions import Log

__all__ = ["Group", "Log", "OwnedGroup", "group"]


def group(system, channel, service, subscription):
    """The kind of group that a subscription asks for."""
    return (OwnedGroup if subscription.owns else Group)(system, channel, service, subscription)
