"""Where a message may come: to the channel it is published to, and as a dead letter to others."""

__all__ = ["dead_letters", "homes", "letter_homes", "reached"]


def homes(scenario, step):
    """Names of the channels that may keep the messages of a publish step, each once."""
    return [step.channel]


def letter_homes(scenario, step):
    """Names of the further channels that may keep dead letters of its messages."""
    first = homes(scenario, step)
    return [name for name in reached(scenario, step) if name not in first]


def reached(scenario, step):
    """Names of all channels that its messages and their dead letters may come to."""
    found = list(homes(scenario, step))
    for name in found:
        found += [letter for letter in dead_letters(scenario, name) if letter not in found]
    return found


def dead_letters(scenario, channel):
    """Names of the channels to which a channel, or those who read it, hand dead letters."""
    reading = [
        each.dead_letter
        for service in scenario.services.values()
        for each in service.subscribe
        if each.channel == channel
    ]
    own = getattr(scenario.channels[channel], "dead_letter", None)
    return [name for name in dict.fromkeys((own, *reading)) if name is not None]
