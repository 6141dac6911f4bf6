"""Publish sites: where the messages of one publish step may come, by exchanges and as dead letters."""

__all__ = ["Destination", "PublishSite"]


class PublishSite:
    """The channels that the messages of one publish step on one path may come to, with a destination for each.

    publisher: the service that publishes. place, step: where, and how. purpose: the key of the step's luck. numbers:
    channel name -> number of the destination. item, item_key: of several messages, the number of the one that is
    written now (1, 2 ...), and its key where each has one of its own.
    """

    item, item_key = 1, None

    def __init__(self, publisher, place, step, purpose, key):
        self.publisher, self.place, self.step, self.purpose, self.key = publisher, place, step, purpose, key
        self.numbers = {}


class Destination:
    """One channel of a publish site. ``partition_of(luck, row)`` is the partition of a message there.

    The publisher chooses it as its log says; what the broker itself brings goes by its key. ``ways_back``: number of a
    place that a message comes round to -> which of the ways back there this one is.
    """

    def __init__(self, number, site, channel):
        self.number, self.site, self.channel, self.ways_back = number, site, channel, {}
        kind = None if channel.name == site.step.channel else "key"
        self.partition_of = channel.partitioner(site, kind)
