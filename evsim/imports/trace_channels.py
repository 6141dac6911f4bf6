"""The channels of a trace: who sends to them, who reads them, and of which kind they are."""

from collections import Counter, defaultdict

from evsim.imports.sketch import GUESSED, slug
from evsim.imports.span_tree import at_once

__all__ = ["channels", "name_channels", "read_channels", "without_exchanges"]

PARTITIONS = 6
SHARED = 1.5  # times as many at once as partitions: more than what a rebalance makes come twice
LIKE = {"rabbitmq": "rabbitmq", "aws_sqs": "sqs"}  # presets, by messaging.system


def name_channels(spans):
    """How many spans of messages said no channel: each has that of whoever is at its other end, or one of its own."""
    by_id, other_end = {span.id: span for span in spans}, {}
    for span in spans:
        for each in (span.parent, *span.links) if span.consumes else ():
            if each in by_id and by_id[each].publishes and span.id not in other_end:
                other_end[span.id] = by_id[each]
                other_end.setdefault(each, span)
    nameless = [span for span in spans if (span.publishes or span.consumes) and not span.channel]
    for span in nameless:
        ends = [span, other_end[span.id]] if span.id in other_end else [span]
        sender = next((each for each in ends if each.publishes), None)
        channel = next((each.channel for each in ends if each.channel), "")
        channel = channel or (f"messages-of-{sender.service}" if sender else f"messages-for-{span.service}")
        span.about = {**span.about, "messaging.destination.name": channel}
    return len(nameless)


def without_exchanges(spans):
    """(spans, names of exchanges): what an exchange hands on counts as published by whoever published to it.

    In the kit's own export such a copy is a publish of the exchange, beside the one that it is a copy of. The copy for
    the queue that gets most takes as long as that one, and nobody waits for the others.
    """
    published = {(span.trace, span.parent, span.channel): span for span in spans if span.publishes}
    copies: dict = {}
    for span in spans:
        original = published.get((span.trace, span.parent, span.service)) if span.publishes else None
        if original is not None and original.service != span.service:
            copies.setdefault(original.id, (original, []))[1].append(span)
    often = Counter(copy.channel for _, mine in copies.values() for copy in mine)
    exchanges = dict.fromkeys(original.channel for original, _ in copies.values())
    for original, mine in copies.values():
        for number, copy in enumerate(sorted(mine, key=lambda each: (-often[each.channel], each.channel))):
            copy.service, copy.instance, copy.start = original.service, original.instance, original.start
            copy.end = original.end if number == 0 else original.start
    return [span for span in spans if not (span.publishes and span.channel in exchanges)], list(exchanges)


def channels(trace, name, sketch):
    partitions, systems, readers, handled = (
        defaultdict(int), defaultdict(Counter), defaultdict(set), defaultdict(list),
    )  # fmt: skip
    for span in trace.spans:
        if span.channel:
            channel = slug(span.channel)
            number = _partition(span)
            if number is not None:
                partitions[channel] = max(partitions[channel], number + 1)
            systems[channel][str(span.about.get("messaging.system", ""))] += 1
            if span.consumes:
                readers[channel].add(slug(span.service))
                handled[channel].append(span)
    most = {channel: at_once(spans) for channel, spans in handled.items()}
    for channel in systems:
        system = systems[channel].most_common(1)[0][0]
        if partitions[channel] or system == "kafka":
            seen = partitions[channel]
            count = min(10_000, seen or max(PARTITIONS, most.get(channel, 0)))
            like = {"like": system} if system == "kafka" else {}
            sketch.channel(channel, {"log": {**like, "partitions": count}}, f"measured: {name}" if seen else GUESSED)
        elif len(readers[channel]) < 2:
            like = {"like": LIKE[system]} if system in LIKE else {}
            sketch.channel(channel, {"queue": like}, f"measured: {name}, {system or 'no system said'}")
        else:
            queues = [slug(f"{channel}-{reader}") for reader in sorted(readers[channel])]
            sketch.channel(channel, {"exchange": {"type": "fanout", "bindings": queues}}, GUESSED)
            for queue, reader in zip(queues, sorted(readers[channel])):
                sketch.channel(queue, {"queue": {}}, GUESSED)
                subscribes = sketch.box(reader).subscribes
                subscribes.pop(channel, None)
                subscribes[queue] = {}


def read_channels(trace, handlings):
    """channel -> settings of the subscription, of those that a service reads."""
    found = defaultdict(list)
    for handling in handlings:
        if handling.span.consumes:
            found[slug(handling.span.channel)].append(handling.span)
    return {channel: {"share": True} if _shared(spans) else {} for channel, spans in found.items()}


def _shared(spans):
    """Whether many more messages of a log are in work at once than it has partitions: as in a share group."""
    partitions = {each for each in map(_partition, spans) if each is not None}
    return bool(partitions) and at_once(spans) > SHARED * (max(partitions) + 1)


def _partition(span):
    number = str(span.about.get("messaging.destination.partition.id", span.about.get("messaging.kafka.partition", "")))
    return int(number) if number.isdigit() and len(number) < 6 else None
