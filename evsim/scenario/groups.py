"""Who reads what: subscriptions with a setting, and the consumer groups of logs, each usually one service."""

from .errors import Problem
from .units import write_limit

__all__ = ["NOT_SHARED", "group_of", "groups", "readers_with", "shared_groups", "uncounted_prefetch"]

NOT_SHARED = (
    "commit",
    "batch",
    "max_poll_interval",
    "max_poll_records",
    "retry",
    "dead_letter",
    "guarantee",
)  # each service has its own


def readers_with(scenario, setting):
    """(path, name of the service, service, subscription, channel) of each subscription with a setting to a channel."""
    for name, service in scenario.services.items():
        for number, each in enumerate(service.subscribe):
            if getattr(each, setting) is not None and each.channel in scenario.channels:
                path = ("services", name, "subscribe", number)
                yield path, name, service, each, scenario.channels[each.channel]


def uncounted_prefetch(path, subscription, way):
    """A problem where what a subscription reads is acknowledged before the work, and it limits what is under way."""
    if subscription.prefetch is not None:
        rule = "what is acknowledged before the work is never counted"
        yield Problem((*path, "prefetch"), rule, write_limit(subscription.prefetch), hint=f"remove it, or {way}")


def group_of(service, subscription):
    """The name of the group in which a service reads a log."""
    return subscription.group or service


def groups(scenario):
    """(log, group) -> [(service, its subscription), ...]"""
    found = {}
    for name, service in scenario.services.items():
        for each in service.subscribe:
            channel = scenario.channels.get(each.channel)
            if channel is not None and channel.partitioned:
                found.setdefault((each.channel, group_of(name, each)), []).append((name, each))
    return found


def shared_groups(scenario):
    """(log, group) -> [(service, its subscription), ...] of those that several services are in."""
    return {way: readers for way, readers in groups(scenario).items() if len({name for name, _ in readers}) > 1}
