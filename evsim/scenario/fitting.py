"""What fits a channel that has no broker: which steps, links and faults a bus takes."""

from .errors import Problem

MESSAGES = ("publish", "send", "ask")   # the steps that hand something to a channel
UNBROKERED = ("bus",)   # kinds of channel with nothing between those who use them
FAULTS = {"bus": ("outage",)}


def readers(scenario, channel):
    """Names of the services that subscribe to a channel."""
    return [name for name, service in scenario.services.items()
            for subscription in service.subscribe if subscription.channel == channel]


def callees(scenario, step):
    """Names of the services that may have to answer a step."""
    if step.kind == "call":
        return [step.service]
    return readers(scenario, step.channel) if step.kind == "ask" else []


def step_problem(scenario, step):
    """(setting, rule, way out) if a step that hands over a message does not fit its channel; else None."""
    name, kind = step.channel, scenario.channels[step.channel].kind
    if step.kind == "publish":
        unknown = [setting for setting, usual in (("acks", 1), ("timeout", None), ("retry", None), ("outbox", None))
                   if kind == "bus" and getattr(step, setting) != usual]
        return (unknown[0], f"{name} is a bus, which confirms nothing", "remove it, or ask") if unknown else None
    if kind != "bus":
        other = "publish to it" if step.kind == "send" else "call a service, or make it a bus"
        return "bus", f"{name} is a {kind}, and {step.kind} is for a bus", other
    if step.kind == "ask" and not readers(scenario, name):
        return "bus", f"nobody subscribes to {name}, so nobody can answer", "subscribe a service to it"
    return None


def unbrokered(scenario):
    """The problems of a scenario with its buses."""
    from .checking import walk  # which checks the rest

    buses = {name for name, channel in scenario.channels.items() if channel.kind == "bus"}
    for name, service in scenario.services.items():
        for path, step, _ in walk(service.handle, ("services", name, "handle")):
            if step.kind in MESSAGES and step.channel in scenario.channels and (found := step_problem(scenario, step)):
                setting, rule, hint = found
                yield Problem((*path, setting), rule, hint=hint)
        for number, subscription in enumerate(service.subscribe):
            if subscription.dead_letter in buses:
                yield _not_kept(("services", name, "subscribe", number, "dead_letter"), subscription.dead_letter)
    for name, channel in scenario.channels.items():
        if getattr(channel, "dead_letter", None) in buses:
            yield _not_kept(("channels", name, channel.kind, "dead_letter"), channel.dead_letter)
    for name, link in scenario.network.links.items():
        for end, place in enumerate(link.between):
            if place in buses:
                yield Problem(("network", "links", name, "between", end),
                              f"{place} is a bus, which is nowhere: its messages go from service to service",
                              hint="name the two services")
    for number, fault in enumerate(scenario.faults):
        kind = scenario.channels[fault.place].kind if fault.place in scenario.channels else None
        if kind in FAULTS and fault.kind not in FAULTS[kind]:
            yield Problem(("faults", number, fault.kind), f"{fault.place} is a {kind}, which knows no {fault.kind}",
                          hint=f"a {kind} knows {', '.join(FAULTS[kind])}; let a service fail")


def _not_kept(path, bus):
    return Problem(path, f"{bus} is a bus, which keeps nothing", hint="name a queue or a log")
