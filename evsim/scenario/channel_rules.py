"""What fits a channel without a broker: which steps and subscriptions a bus or a pipe takes."""

from .errors import Problem, a
from .handlers import all_steps, walk
from .routing import homes


def readers(scenario, channel):
    """Names of the services that subscribe to a channel."""
    return [
        name
        for name, service in scenario.services.items()
        for subscription in service.subscribe
        if subscription.channel == channel
    ]


def waits_in(scenario, channel):
    """What publishers keep messages for a channel in before they send them: a batch, an outbox ...; None: nothing."""
    steps = (step for service in scenario.services.values() for step in all_steps(service.handle) if step.publishes)
    relayed = (step.relayed_by for step in steps if step.channel == channel and step.relayed_by)
    return scenario.complete.channels[channel].waits_in or next(relayed, None)


def callees(scenario, step):
    """Names of the services that may have to answer a step."""
    if not step.asks:
        return []
    return readers(scenario, step.channel) if step.hands_over else [step.service]


def may_write(service, channel):
    """Whether a service may hand something to a channel; of a Python function nobody knows before."""
    steps = service.handle
    return callable(steps) or any(step.hands_over and step.channel == channel for _, step, _ in walk(steps))


def step_problem(scenario, step):
    """(setting, rule, way out) if a step that hands over a message does not fit its channel; else None."""
    channel = scenario.channels[step.channel]
    if step.kind == "publish":
        return _publish_problem(step, channel)
    if step.gathers:
        return None  # the part says where its messages may go
    name = step.channel
    if not channel.direct:
        other = "publish to it" if step.publishes else "call a service, or make it a bus"
        return "bus", f"{name} is {a(channel.kind)}, and {step.kind} is for a bus", other
    if step.asks and not readers(scenario, name):
        return "bus", f"nobody subscribes to {name}, so nobody can answer", "subscribe a service to it"
    return None


def _publish_problem(step, channel):
    name = step.channel
    ways = [(word, None) for word, settings in step.policies.items() if not settings.multiplies]
    for setting, usual in (("acks", 1), ("timeout", None), ("retry", None), *ways):
        if channel.unanswered and getattr(step, setting) != usual:
            rule, hint = channel.unanswered
            return setting, f"{name} {rule}", hint
    for setting in ("ttl", "delay"):
        if getattr(step, setting) is not None and not (channel.keeps_own_times or channel.routes):
            rule = f"{name} is {a(channel.kind)}, and only a queue looks at the time of one message"
            return setting, rule, "remove it"
    if step.size is not None and not channel.counts_bytes:
        return "size", f"{name} does not count bytes", "remove it, or make it a pipe with bytes"
    if step.routing_key is not None and not channel.routes:
        rule = f"{name} is {a(channel.kind)}, and only an exchange looks at a routing key"
        return "routing_key", rule, "remove it"
    return channel.misfit(step)


def blocking(scenario, step):
    """The channels that may keep the publisher of a step waiting for room."""
    channels = ((name, scenario.channels.get(name)) for name in homes(scenario, step))
    return [name for name, each in channels if each and each.blocks]


def unbrokered(scenario):
    """The problems of a scenario with its channels, and with what is handed to them."""
    for path, step in _messages(scenario):
        if step.channel in scenario.channels and (found := step_problem(scenario, step)):
            setting, rule, hint = found
            yield Problem((*path, setting), rule, hint=hint)
    yield from _letters(scenario)
    for name, channel in scenario.channels.items():
        yield from channel.problems(scenario, name)


def _messages(scenario):
    """(path, step) of all that hands over a message."""
    for name, service in scenario.services.items():
        for path, step, _ in walk(service.handle, ("services", name, "handle")):
            if step.hands_over:
                yield path, step


def _letters(scenario):
    """Dead letters want a channel that keeps them."""
    ways: list[tuple] = [
        (("channels", name, each.kind), getattr(each, "dead_letter", None)) for name, each in scenario.channels.items()
    ]
    ways += [
        (("services", name, "subscribe", number), each.dead_letter)
        for name, service in scenario.services.items()
        for number, each in enumerate(service.subscribe)
    ]
    for path, target in ways:
        channel = scenario.channels.get(target)
        if channel is not None and not channel.brokered:
            yield Problem(
                (*path, "dead_letter"),
                f"{target} is a {channel.kind}, which keeps nothing",
                hint="name a queue or a log",
            )
