"""Who asks whom: the readers of a channel, who is called, and what an attempt at a delivery is called everywhere."""

__all__ = ["called", "delivery_id", "group_of", "groups_of", "publishers", "readers_of"]


def called(scenario):
    """The services that workloads or calls lead to."""
    calls = [step.service for service in scenario.services.values() for step in _steps(service) if step.kind == "call"]
    return {*calls, *(workload.target for workload in scenario.workloads.values())}


def publishers(scenario, channel):
    """How many processes publish to a channel."""
    return sum(
        service.instances
        for service in scenario.services.values()
        if any(step.kind == "publish" and step.channel == channel for step in _steps(service))
    )


def _steps(service):
    """The steps of a handler, with those of its branches."""
    steps = list(service.handle)
    for step in steps:
        steps.extend(each for branch in (step.branches if step.together else ()) for each in branch)
    return steps


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
