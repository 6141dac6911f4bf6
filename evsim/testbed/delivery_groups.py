"""Deliveries: who gets the messages of a channel, and what one attempt at handing one over is called everywhere."""

__all__ = ["delivery_id", "group_of", "groups_of", "readers_of"]


def readers_of(scenario, channel):
    """The services that read a channel."""
    services = scenario.services.items()
    return [name for name, each in services if channel in {subscription.channel for subscription in each.subscribe}]


def group_of(scenario, channel, service):
    """The group for which a service gets a message: its own in a log; in a queue all readers are one, by its name."""
    return service if scenario.channels[channel].partitioned else channel


def groups_of(scenario, channel):
    """The groups of a channel."""
    return list(dict.fromkeys(group_of(scenario, channel, each) for each in readers_of(scenario, channel)))


def delivery_id(message, group, attempt):
    """What an attempt (1, 2 ...) at handing a message to a group is called, in frames, journals and stores."""
    return f"{message}>{group}#{attempt}"
