"""What fits an exchange: its bindings, who publishes to it, and what may stand behind it."""

from evsim.scenario.errors import Problem, a, suggest

__all__ = ["misfit", "problems"]

WILD = ("*", "#")  # words of a topic's pattern: any one word, any number of words


def problems(exchange, scenario, name):
    """The problems of a scenario with an exchange of this name."""
    path = ("channels", name, exchange.kind)
    for number, binding in enumerate(exchange.bindings):
        here = (*path, "bindings", number)
        yield from _kept(scenario, (*here, "queue"), binding.queue, ("queue",))
        rule, hint = _key_problem(exchange.type, binding.key) or (None, None)
        if rule:
            yield Problem((*here, "key"), rule, binding.key, hint=hint)
        elif binding in exchange.bindings[:number]:
            yield Problem(here, f"{binding.queue} is bound like this already", hint="remove it")
    if exchange.alternate is not None:
        yield from _kept(scenario, (*path, "alternate"), exchange.alternate, ("queue", exchange.kind))
    yield from _circle(scenario, (*path, "alternate"), name)
    if exchange.unroutable == "return":
        yield from _nobody_to_return_to(scenario, name)


def _key_problem(type_, key):
    """(rule, way out) if the key of a binding does not go with the type of its exchange; else None."""
    if type_ == "fanout":
        return ("a fanout looks at no key", "remove it, or make the type topic") if key else None
    if key is None:
        return f"a {type_} exchange needs a key", 'add key: order.created; write "#" in quotes'
    wild = [word for word in key.split(".") if any(sign in word for sign in WILD)]
    if wild and type_ == "direct":
        return "a direct exchange compares whole keys, letter by letter", "make the type topic"
    if not set(wild) <= set(WILD):
        return "* and # stand for whole words between dots", "write order.*, or order.#"
    return None


def misfit(exchange, step):
    """(setting, rule, way out) if a publish step does not fit the exchange that it names; else None."""
    name = step.channel
    if step.routing_key is None and exchange.type != "fanout":
        rule = f"{name} is a {exchange.type} exchange, which needs a routing key"
        return "routing_key", rule, "add routing_key: order.created"
    returns = f"{name} returns what it cannot route"
    if exchange.unroutable == "return" and step.acks == 0:
        return "acks", f"{returns}, and nobody waits here", "write acks: 1"
    if exchange.unroutable == "return" and step.relayed_by:
        return step.relayed_by, f"{returns}, and a relay would try for ever", "write unroutable: drop"
    return None


def _kept(scenario, path, name, kinds):
    """The problem with the name of a channel that should be of one of some `kinds`, and is not."""
    kind = getattr(scenario.channels.get(name), "kind", None)
    if kind is None:
        yield Problem(path, f"there is no channel {name}", hint=suggest(name, scenario.channels))
    elif kind not in kinds:
        yield Problem(path, f"must be {' or '.join(map(a, kinds))}, but {name} is {a(kind)}")


def _circle(scenario, path, name):
    """An exchange whose alternates lead back to it: each such circle is told of once."""
    seen, other = [name], scenario.channels[name].alternate
    while other in scenario.channels and scenario.channels[other].routes and other not in seen:
        seen.append(other)
        other = scenario.channels[other].alternate
    if other == name and name == min(seen):
        yield Problem(path, f"leads in a circle: {' -> '.join([*seen, name])}", hint="let the last one end in a queue")


def _nobody_to_return_to(scenario, name):
    """An exchange that returns what it cannot route, and gets it from a channel."""
    alternates = [
        (("channels", other, each.kind, "alternate"), getattr(each, "alternate", None))
        for other, each in scenario.channels.items()
    ]
    letters = [
        (("channels", other, each.kind, "dead_letter"), getattr(each, "dead_letter", None))
        for other, each in scenario.channels.items()
    ]
    reading = [
        (("services", other, "subscribe", number, "dead_letter"), each.dead_letter)
        for other, service in scenario.services.items()
        for number, each in enumerate(service.subscribe)
    ]
    for path, target in (*alternates, *letters, *reading):
        if target == name:
            yield Problem(
                path,
                f"{name} returns what it cannot route, and here is nobody to return it to",
                hint=f"let {name} drop it, or give it an alternate",
            )
