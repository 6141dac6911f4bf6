"""Spans, whoever wrote them, read into boxes, calls, channels and who comes.

A handling is a span that was asked for from outside (server, consumer), or one above which there is none. Calls and
publishes are the client and producer spans below it; the rest of its time is its own work.
"""

from collections import Counter, defaultdict

import numpy as np

from evsim.counting import count, listed
from evsim.imports.handling_fit import HandlingFit, Item, fit_handlings
from evsim.imports.json_data import load_json_lines, mapping
from evsim.imports.measured import arrivals_of, busiest, time_setting
from evsim.imports.sketch import GUESSED, HALF, slug
from evsim.imports.spans import CLIENT
from evsim.scenario.textfile import wrong

__all__ = ["sketch_of_spans"]

RANK = 3
DEEPEST = 200  # spans of one service below each other
HOPS = 20  # return hops from which the network's latency is told
LATE = 5  # times the usual hop: who starts later than that has waited
WAITED = 0.05  # of all handlings, if their workers were all busy at times
FULL = 0.9  # how busy the workers of a trace may be in which others waited
PARTITIONS = 6
LEAST = 0.01  # of the time of a call that is work, however long a hop takes
SHARED = 1.5  # times as many at once as partitions: more than what a rebalance makes come twice
LIKE = {"rabbitmq": "rabbitmq", "aws_sqs": "sqs"}  # presets, by messaging.system


def sketch_of_spans(text, name, sketch, spans_of):
    """Write down in the sketch what the spans of a file say; spans_of(data): each span, None if it cannot be read."""
    found = [span for data in load_json_lines(text, name) for span in spans_of(mapping(data))]
    spans = [span for span in found if span is not None]
    sketch.count(len(found) - len(spans), "span", f"of {name} could not be read: without a service, an id or times")
    faults = sum("evsim.fault" in span.about for span in spans)
    spans = [span for span in spans if "evsim.fault" not in span.about and not span.is_about_messages]
    if not spans:
        raise wrong(name, "holds no span that can be read")
    called = "no channel: it is called after who sends or reads there"
    sketch.count(_named(spans), "span", f"of {name} names {called}", f"of {name} name {called}")
    spans, exchanges = _without_exchanges(spans)
    for exchange in exchanges:
        sketch.note(f"the exchange {exchange} of {name} is left out: who publishes to it publishes to its queues")
    replayed = "not taken: `evsim replay` takes faults from a timeline"
    sketch.count(faults, "fault", f"of {name} is {replayed}", f"of {name} are {replayed}")
    trace = _SpanTree(spans)
    from_none = "a span that is not in the file, and"
    one, several = f"hangs from {from_none} is taken for a beginning", f"hang from {from_none} are taken for beginnings"
    sketch.count(trace.orphans, "span", f"of {name} {one}", f"of {name} {several}")
    hop = _network(trace, name, sketch)
    _boxes(trace, hop, name, sketch)
    _workloads(trace, name, sketch)


def _named(spans):
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


def _without_exchanges(spans):
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


class _SpanTree:
    """All spans, with the handlings among them and what each handling asked for."""

    def __init__(self, spans):
        self.by_id = {span.id: span for span in spans}
        if len(self.by_id) < len(spans):
            spans = list(self.by_id.values())
        self.spans = spans
        self.orphans = sum(bool(span.parent) and span.parent not in self.by_id for span in spans)
        self.known = {span.service for span in spans if span.handles}
        self.handlings = {}  # id of a span -> HandlingFit
        self.callee = {}  # id of an item's span -> Handlings that it led to
        self.entries = []  # (span that came from outside, the handling it led to)
        self._find()

    def above(self, span):
        return self.by_id.get(span.parent)

    def is_handling(self, span):
        above = self.above(span)
        return (
            span.handles
            or (not span.leaves and (above is None or above.service != span.service))
            or (above is None and span.service in self.known)
        )

    def _find(self):
        for span in self.spans:
            if self.is_handling(span):
                self.handlings[span.id] = HandlingFit(span)
        for span in self.spans:
            if span.leaves and span.id not in self.handlings:
                self._item(span)
        for handling in self.handlings.values():
            self._reached(handling)

    def _home(self, span):
        """(the handling that a span belongs to, the outermost call or publish around it)."""
        outer = span if span.leaves else None
        for _ in range(DEEPEST):
            if span.id in self.handlings:
                return self.handlings[span.id], outer
            above = self.above(span)
            if above is None or above.service != span.service:
                return None, outer
            span = above
            if span.leaves and span.id not in self.handlings:
                outer = span
        return None, outer

    def _item(self, span):
        handling, outer = self._home(span)
        if handling is not None and outer is span:
            kind = "publish" if span.publishes else "call"
            target = slug(span.channel) if span.publishes else slug(span.peer)
            handling.items.append(Item(kind, target, span.start, span.end, span))

    def _reached(self, handling):
        span = handling.span
        above = self.above(span)
        if span.consumes and (above is None or not above.publishes):
            linked = (self.by_id.get(each) for each in span.links)
            above = next((each for each in linked if each is not None and each.publishes), above)
        if above is None:
            self.entries.append((span, handling))
            return
        home, outer = self._home(above)
        if outer is not None:
            self.callee.setdefault(outer.id, []).append(handling)
            handling.asked = outer
            if home is None:
                self.entries.append((outer, handling))
        elif home is not None and home.span.service != span.service and not span.consumes:
            item = Item("call", slug(span.service), span.start, span.end, span)
            home.items.append(item)
            self.callee.setdefault(span.id, []).append(handling)


def _network(trace, name, sketch):
    """The time of a hop, in nanoseconds: what an answer takes from the end of the work to whoever asked."""
    hops, backwards = [], 0
    for handling in trace.handlings.values():
        asked = handling.asked
        if asked is None or asked.kind != CLIENT or asked.error or handling.span.error:
            continue
        back = asked.end - handling.answered
        backwards += back < 0 or asked.start > handling.span.start
        hops.append(max(0, back))
    if backwards > WAITED * len(hops):
        sketch.note(f"clocks of {name} differ: {backwards:,} of {len(hops):,} answers came before they were given")
    if len(hops) < HOPS or not np.mean(hops):
        return 0.0
    setting, words = time_setting(hops)
    sketch.network = setting, f"measured: {name}, {words}"
    return float(np.mean(hops))


def _boxes(trace, hop, name, sketch):
    by_service = defaultdict(list)
    for handling in trace.handlings.values():
        by_service[handling.span.service].append(handling)
    _name_callees(trace)
    peers = defaultdict(list)
    for service, handlings in by_service.items():
        box = sketch.box(slug(service))
        sketch.handle(slug(service), fit_handlings(handlings, name), RANK)
        box.words = f"{count(len(handlings), 'handling')} in {name}"
        _workers(box, handlings, hop, name)
        for handling in handlings:
            for item in handling.items:
                if item.is_call and item.span.id not in trace.callee:
                    peers[item.target].append(item)
        for channel, subscription in _read_channels(trace, handlings).items():
            box.subscribes.setdefault(channel, subscription)
    names = {slug(service) for service in by_service}
    for peer, items in peers.items():
        if peer not in names and peer not in sketch.boxes:
            _peer(peer, items, hop, name, sketch)
    _channels(trace, by_service, name, sketch)


def _peer(peer, items, hop, name, sketch):
    """Whom only those see who call it: what they wait for is its work and two hops, and has its queue in it already."""
    taken = [item.end - item.start for item in items if not item.span.error]
    work, words = time_setting([max(time - 2 * hop, time * LEAST) for time in taken] or [0])
    without = "without the network" if hop else "network in it"
    sketch.handle(peer, [({"work": work}, f"measured: {name}, {words}, {without}, waiting in it")], RANK)
    box, most = sketch.box(peer), max(1, _at_once([item.span for item in items]))
    box.workers, box.believed = (2 * most, f"{GUESSED}: {most} at once in {name}, who waited is in its work"), HALF
    box.words = f"seen in {name} by those who call it only"


def _name_callees(trace):
    """An item leads to the service that was seen to handle it, whatever its caller calls it."""
    for handling in trace.handlings.values():
        for item in handling.items:
            if item.is_call and item.span.id in trace.callee:
                item.target = slug(trace.callee[item.span.id][0].span.service)
        handling.items.sort(key=lambda item: (item.start, item.end))


def _workers(box, handlings, hop, name):
    """The most at once, where others waited meanwhile; twice that where nobody did."""
    instances = {handling.span.instance for handling in handlings} - {""}
    if len(instances) > 1:
        box.instances = min(1000, len(instances)), f"measured: {name}"
    most = 0
    for instance in instances or {""}:
        mine = [handling.span for handling in handlings if handling.span.instance == instance]
        most = max(most, _at_once(mine))
    box.together = len(instances) < 2
    waits = sum(handling.waited > LATE * hop + 1000 for handling in handlings)
    waited = waits > WAITED * len(handlings)
    words = "and others waited then" if waited else "nobody waited, so twice that"
    box.believed = FULL if waited else HALF
    box.workers = max(1, most if waited else 2 * most), f"{GUESSED}: {most} at once in {name}, {words}"


def _at_once(spans):
    """The most spans that are open at one time."""
    moments = sorted([(span.start, 1) for span in spans] + [(span.end, -1) for span in spans])
    return int(np.cumsum([change for _, change in moments]).max(initial=0))


def _read_channels(trace, handlings):
    """channel -> settings of the subscription, of those that a service reads."""
    found = defaultdict(list)
    for handling in handlings:
        if handling.span.consumes:
            found[slug(handling.span.channel)].append(handling.span)
    return {channel: {"share": True} if _shared(spans) else {} for channel, spans in found.items()}


def _shared(spans):
    """Whether many more messages of a log are in work at once than it has partitions: as in a share group."""
    partitions = {each for each in map(_partition, spans) if each is not None}
    return bool(partitions) and _at_once(spans) > SHARED * (max(partitions) + 1)


def _partition(span):
    number = str(span.about.get("messaging.destination.partition.id", span.about.get("messaging.kafka.partition", "")))
    return int(number) if number.isdigit() and len(number) < 6 else None


def _channels(trace, by_service, name, sketch):
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
    at_once = {channel: _at_once(spans) for channel, spans in handled.items()}
    for channel in systems:
        system = systems[channel].most_common(1)[0][0]
        if partitions[channel] or system == "kafka":
            seen = partitions[channel]
            count = min(10_000, seen or max(PARTITIONS, at_once.get(channel, 0)))
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


def _workloads(trace, name, sketch):
    came, messages = defaultdict(list), defaultdict(dict)
    for span, handling in trace.entries:
        if handling.span.consumes and (handling.asked is None or span.publishes):
            messages[slug(handling.span.channel)][span.id] = span
        else:
            target = slug(handling.span.service)
            who = slug(span.service) if span.service != handling.span.service else ""
            came[who, target].append((span.start, span.trace))
    begin = min([span.start for span in trace.spans])
    targets, asks = {target for _, target in came}, Counter(who for who, _ in came)
    lengths = []
    for (who, target), starts in came.items():
        firsts = {}
        for start, of_trace in starts:
            firsts[of_trace] = min(start, firsts.get(of_trace, start))
        moments = np.sort(np.array(list(firsts.values()), dtype=float) - begin) / 1e9
        if not who:
            who = "clients" if len(targets) == 1 else slug(f"clients-of-{target}")
        elif asks[who] > 1:
            who = slug(f"{who}-to-{target}")
        who = who if who not in sketch.boxes else slug(f"{who}-clients")
        lengths.append(_workload(who, target, moments, name, sketch))
    for channel, spans in messages.items():
        source = slug(f"{channel}-source")
        sketch.handle(source, [({"publish": channel}, "")], RANK)
        known = sorted({span.service for span in spans.values() if span.publishes})
        sketch.box(source).words = f"stands in for {listed(known) or 'whoever publishes: the trace does not say'}"
        moments = np.sort(np.array([span.start for span in spans.values()], dtype=float) - begin) / 1e9
        lengths.append(_workload(slug(f"{channel}-clients"), source, moments, name, sketch))
    sketch.duration = min(max([1.0, *lengths]), 86_400.0)


def _workload(who, target, moments, name, sketch):
    first, last, whole = busiest(moments)
    if not whole:
        sketch.note(f"the busiest {last - first:,} of {len(moments):,} requests of {who} are taken")
    arrivals, words, length = arrivals_of(moments[first:last])
    sketch.workloads[who] = target, arrivals, f"measured: {name}", f"{words}, {name}" if words else ""
    return length
