"""Who asks, calls and tells whom, worked out a second time: from the steps that are written, and from the records."""

__all__ = ["Wires"]

VERBS = {"asks": "asks", "calls": "calls", "publishes": "publishes to", "routes": "hands on to",
         "delivers": "delivers to"}  # fmt: skip


class Wires:
    """Sets of pairs by kind (``asks`` ...), of a run; and ``rates``: pair -> how many a second in the window."""

    def __init__(self, plain):
        self.plain, scenario = plain, plain.scenario
        self.services, self.channels = list(scenario.services), scenario.channels
        self.edges = {kind: set() for kind in VERBS}
        for name, workload in scenario.workloads.items():
            self.edges["asks"].add((name, workload.target))
        for name, service in scenario.services.items():
            self.edges["delivers"] |= {(each.channel, name) for each in service.subscribe}
            for step in _steps(service.handle):
                if step.hands_over:
                    self.edges["publishes"].add((name, step.channel))
                elif step.asks:
                    self.edges["calls"].add((name, step.service))
        for name, channel in self.channels.items():
            if channel.routes:
                self.edges["routes"] |= {(name, other) for other in channel.forwards_to()}
        self.counts = {}
        for row in plain.rows:
            self.row(row)
        for message in plain.messages:
            self.message(message)
        self.rates = {edge: many / plain.window for edge, many in self.counts.items()}

    def row(self, row):
        place = self.plain.run.tables.places[row.place] if row.place >= 0 else None
        if place is None:
            return
        ways = [(place.source, place.service)]
        if row.kind == "call" and place.step.hands_over:
            ways = [(place.source, place.step.channel), (place.step.channel, place.service)]
            self.edges["publishes"].add(ways[0])
        elif row.kind == "call":
            self.edges["calls"].add(ways[0])
        if self.plain.left <= row.born < self.plain.right:
            for way in ways:
                self.counts[way] = self.counts.get(way, 0) + 1

    def message(self, message):
        plain = self.plain
        made = message.origin >= 0
        sender = plain.messages[message.origin].channel if made else plain.rows[message.cause].service
        way = sender, message.channel
        if not made:
            self.edges["publishes"].add(way)
        if plain.left <= message.published < plain.right:
            self.counts[way] = self.counts.get(way, 0) + 1

    def words(self):
        pairs = (f"{one} {verb} {two}" for kind, verb in VERBS.items() for one, two in sorted(self.edges[kind]))
        return "; ".join(pairs) + "."

    def through(self):
        """(service, service) with a channel between them, or an exchange or two and a channel."""
        found = set()
        for one, channel in self.edges["publishes"]:
            reached, more = {channel}, [channel]
            while more:
                here = more.pop()
                further = {other for name, other in self.edges["routes"] if name == here} - reached
                reached |= further
                more += further
            found |= {(one, two) for name, two in self.edges["delivers"] if name in reached and one != two}
        return found

    def waited_for(self):
        """Services that a customer waits for: the target, and what it calls, and so on."""
        found = list(dict.fromkeys(target for _, target in sorted(self.edges["asks"])))
        for name in found:
            found += [two for one, two in sorted(self.edges["calls"]) if one == name and two not in found]
        return found


def _steps(steps):
    """All of them, wherever they stand."""
    for step in [] if callable(steps) else steps:
        yield step
        for _, inner, _ in step.inside:
            yield from _steps(inner)
