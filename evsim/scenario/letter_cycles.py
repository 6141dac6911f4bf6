"""Dead letters that could never come to an end: ways that they go on at the same moment, again and again."""

__all__ = ["ways_at_once"]


def ways_at_once(scenario):
    """channel -> the channels to which all that comes there goes on at once, as each of its readers rejects it.

    A cycle in which nobody rejects needs no care, for it ends by itself. What takes time, or a chance, ends too.
    """
    ways = {name: [] for name in scenario.channels}
    if scenario.network.links or getattr(scenario.network.latency, "value", 1):
        return ways
    for name, channel in scenario.channels.items():
        readers = [(service, each) for service in scenario.services.values() for each in service.subscribe
                   if each.channel == name]  # fmt: skip
        if readers and all(_rejects_at_once(service, each, channel) for service, each in readers):
            first = [each.dead_letter or getattr(channel, "dead_letter", None) for _, each in readers]
            ways[name] = [home for target in first for home in _homes(scenario, target)]
    return ways


def _homes(scenario, target):
    """The channels that are sure to get what is handed to `target`."""
    channel = scenario.channels.get(target)
    if channel is None:
        return []
    return channel.surely if channel.routes else [target]


def _rejects_at_once(service, subscription, channel):
    settled = channel.settling(subscription.settled) if subscription.settled else {}
    if callable(service.handle) or service.knows_again or settled.get("ack", subscription.ack) in ("before", "never"):
        return False
    failing = next((step for step in service.handle if not step.in_no_time), None)
    if failing is None or failing.fails < 1:
        return False
    retry = subscription.retry
    gives_up = channel.readers_give_up if retry is None else not retry.backoff.base
    polled = channel.may_be_polled
    return not failing.requeue or (gives_up and not polled)
