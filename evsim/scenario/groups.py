"""Consumer groups of logs: usually each is one service, and services that share one by mistake share its messages."""

__all__ = ["NOT_SHARED", "group_of", "groups", "shared_groups"]

NOT_SHARED = (
    "commit",
    "batch",
    "max_poll_interval",
    "max_poll_records",
    "retry",
    "dead_letter",
    "guarantee",
)  # each service has its own


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
