"""Where a message may come: to the channel it is published to, by exchanges to others, and as a dead letter to more."""

__all__ = [
    "dead_letters",
    "forwards_to",
    "homes",
    "is_routed_by_key",
    "letter_homes",
    "letters_come_to",
    "reached",
    "routing_key",
]


def homes(scenario, step, key=None):
    """Names of the channels that may have the messages of a publish step, each once: its own, and where exchanges lead.

    key: the key of one message, as text; without it, wherever any key may lead.
    """
    return _closure(step.channel, lambda name: forwards_to(scenario, step, name, key))


def letter_homes(scenario, step):
    """Names of the further channels that may keep dead letters of its messages."""
    first = homes(scenario, step)
    return [name for name in reached(scenario, step) if name not in first]


def reached(scenario, step):
    """Names of all channels that its messages and their dead letters may come to, :func:`homes` first."""
    return _closure(
        step.channel, lambda name: forwards_to(scenario, step, name), lambda name: dead_letters(scenario, name)
    )


def forwards_to(scenario, step, name, key=None):
    """Names of the channels to which the messages of a step go on from a channel: none, unless it routes."""
    channel = scenario.channels.get(name)
    if channel is None or not channel.routes:
        return []
    return channel.forwards_to(None if key is None and is_routed_by_key(step) else routing_key(step, key))


def is_routed_by_key(step):
    """Whether the way of a step's messages differs from request to request."""
    return "{key}" in routing_key(step)


def routing_key(step, key=None):
    """The routing key of a message of a step; as in AMQP, it is the channel's name where nothing is written."""
    written, fixed = getattr(step, "routing_key", None) or step.channel, getattr(step, "fixed_key", None)
    key = fixed if key is None else key
    return written if key is None else written.replace("{key}", str(key))


def dead_letters(scenario, channel):
    """Names of the channels to which a channel, or those who read it, hand dead letters."""
    reading = [
        each.dead_letter
        for service in scenario.services.values()
        for each in service.subscribe
        if each.channel == channel
    ]
    own = getattr(scenario.channels.get(channel), "dead_letter", None)
    return [name for name in dict.fromkeys((own, *reading)) if name is not None]


def letters_come_to(scenario):
    """Names of the channels that dead letters of anything may come to, exchanges on the way among them."""
    ways = {}
    for name in scenario.channels:
        for first in dead_letters(scenario, name):
            ways |= dict.fromkeys(_closure(first, lambda each: _forwards_to(scenario.channels.get(each))))
    return list(ways)


def _forwards_to(channel):
    """Names of what a channel may hand on to, whatever comes."""
    return [] if channel is None else channel.forwards_to()


def _closure(first, *ways):
    """`first` and all that one of the ways leads to from what is there, each once; all of one way before the next."""
    found = [first]
    for number in range(len(ways)):
        for name in found:
            for way in ways[: number + 1]:
                found += [other for other in way(name) if other not in found]
    return found
