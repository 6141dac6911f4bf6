"""The figures of each channel and subscriber, and of each partition."""

from tests.figures.averages import NONE, highest, overlap, spread
from tests.figures.prices_of_channels import cost_of_channel
from tests.figures.stations import waits_for_the_channel

__all__ = ["channels", "partitions"]


def subscriptions(plain):
    """(channel, service) of each way in which messages may reach a service."""
    return list(
        dict.fromkeys((place.source, place.service) for place in plain.run.tables.places if place.kind == "delivery")
    )


def channels(plain, entries):
    """(channel, service) -> figures; what a queue has not granted counts for each of its consumers."""
    found = {}
    for way in subscriptions(plain):
        found[way] = _figures(plain, _of(entries, way)) | _waits(plain, way[0]) | _spread(plain, entries, way)
        if plain.scenario.channels[way[0]].kind == "queue":
            found[way] |= _ready_and_in_hand(plain, *way)
        found[way] |= _pollers(plain, *way)
        if plain.scenario.channels[way[0]].price is not None:
            found[way] |= cost_of_channel(plain, way[0])
    return found


def partitions(plain, entries):
    """(channel, service, partition) -> figures."""
    found = {}
    for channel, service in subscriptions(plain):
        for number in range(_count(plain, channel)):
            mine = [each for each in _of(entries, (channel, service)) if each.message.partition == number]
            found[channel, service, number] = _figures(plain, mine)
    return found


def _count(plain, channel):
    settings = plain.scenario.channels[channel]
    if settings.kind != "log":
        return 0
    return settings.partitions + (settings.add_partitions.count if settings.add_partitions else 0)


def _of(entries, way):
    return [each for each in entries if each.subscriber == way or (not each.subscriber and each.channel == way[0])]


def _figures(plain, mine):
    window, counted = (plain.left, plain.right), [each for each in mine if each.counted]
    states = [each.state for each in counted]
    spans = [(each.born, each.settled) for each in mine]
    ages = [
        min(plain.right, plain.right if end is None else end) - born
        for born, end in spans
        if born < plain.right and (end is None or end >= plain.left)
    ]
    return {
        "published": len(counted),
        "delivered": sum(each.handed_out > 0 for each in counted),
        "done": states.count("done"),
        "redelivered": sum(each.handed_out > 1 for each in counted),
        "duplicated": states.count("duplicate"),
        "reordered": sum(each.reordered for each in counted),
        "expired": states.count("expired"),
        "dropped": states.count("dropped"),
        "dead": states.count("dead"),
        "lost": states.count("lost"),
        "pending": states.count("pending"),
        "replayed": sum(each.replay and each.first.counted for each in mine),
        "lag_mean": sum(overlap(*span, *window) for span in spans) / plain.window,
        "lag_max": highest(spans, *window),
        "age_max": max(ages, default=0.0),
    }


def _ready_and_in_hand(plain, channel, service):
    """What lay ready in a queue, for whoever might have it, and what one service had been handed of it."""
    deliveries = [row for row in plain.rows if row.kind == "delivery" and not row.copy]
    attempts = [row for row in deliveries if plain.messages[row.parent].channel == channel]
    ready = [(row.ready, row.ended if row.leased is None else row.leased) for row in attempts if row.ready is not None]
    in_hand = [(row.leased, row.settled) for row in attempts if row.leased is not None and row.service == service]
    found = {}
    for name, spans in (("ready", ready), ("unacknowledged", in_hand)):
        found[f"{name}_mean"] = sum(overlap(*span, plain.left, plain.right) for span in spans) / plain.window
        found[f"{name}_max"] = highest(spans, plain.left, plain.right)
    return found


def _pollers(plain, channel, service):
    """How many pollers there were, where a service reads a channel by some."""
    if all(each.pollers is None for each in plain.scenario.services[service].subscribe if each.channel == channel):
        return {}
    codes = list(plain.scenario.channels).index(channel), list(plain.scenario.services).index(service)
    changes = [(time, number) for time, *way, number in plain.run.records.pollers if tuple(way) == codes]
    total = most = 0
    for (begin, number), (end, _) in zip(changes, [*changes[1:], (plain.right, 0)], strict=True):
        lasted = overlap(begin, end, plain.left, plain.right)
        total, most = total + number * lasted, max(most, number if lasted else 0)
    return {"pollers_mean": total / plain.window, "pollers_max": most}


def _waits(plain, channel):
    """How long publishers waited until the channel had their message."""
    waited = [
        message.acknowledged - message.published
        for message in plain.messages
        if message.channel == channel and message.counted and message.acknowledged is not None
        and waits_for_the_channel(plain, message)
    ]  # fmt: skip
    return {"blocked_mean": sum(waited) / max(1, len(waited)), "blocked_max": max(waited, default=0.0)}


def _spread(plain, entries, way):
    """How the messages of a log are spread over its partitions."""
    if plain.scenario.channels[way[0]].kind != "log":
        return {"busiest_share": NONE, "fairness": NONE}
    counts = [0] * _count(plain, way[0])
    for each in entries:
        if each.subscriber == way and each.counted:
            counts[each.message.partition] += 1
    return spread(counts)
