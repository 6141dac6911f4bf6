"""The boxes of a trace: what each service does, how long it takes, and how many work in it."""

from collections import defaultdict

import numpy as np

from evsim.counting import count
from evsim.imports.handling_fit import fit_handlings
from evsim.imports.measured import time_setting
from evsim.imports.sketch import GUESSED, HALF, slug
from evsim.imports.span_tree import RANK, at_once
from evsim.imports.spans import CLIENT
from evsim.imports.trace_channels import read_channels

__all__ = ["boxes", "network"]

HOPS = 20  # return hops from which the network's latency is told
LATE = 5  # times the usual hop: who starts later than that has waited
WAITED = 0.05  # of all handlings, if their workers were all busy at times
FULL = 0.9  # how busy the workers of a trace may be in which others waited
LEAST = 0.01  # of the time of a call that is work, however long a hop takes


def network(trace, name, sketch):
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


def boxes(trace, hop, name, sketch):
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
        for channel, subscription in read_channels(trace, handlings).items():
            box.subscribes.setdefault(channel, subscription)
    names = {slug(service) for service in by_service}
    for peer, items in peers.items():
        if peer not in names and peer not in sketch.boxes:
            _peer(peer, items, hop, name, sketch)


def _peer(peer, items, hop, name, sketch):
    """Whom only those see who call it: what they wait for is its work and two hops, and has its queue in it already."""
    taken = [item.end - item.start for item in items if not item.span.error]
    work, words = time_setting([max(time - 2 * hop, time * LEAST) for time in taken] or [0])
    without = "without the network" if hop else "network in it"
    sketch.handle(peer, [({"work": work}, f"measured: {name}, {words}, {without}, waiting in it")], RANK)
    box, most = sketch.box(peer), max(1, at_once([item.span for item in items]))
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
        most = max(most, at_once(mine))
    box.together = len(instances) < 2
    waits = sum(handling.waited > LATE * hop + 1000 for handling in handlings)
    waited = waits > WAITED * len(handlings)
    words = "and others waited then" if waited else "nobody waited, so twice that"
    box.believed = FULL if waited else HALF
    box.workers = max(1, most if waited else 2 * most), f"{GUESSED}: {most} at once in {name}, {words}"
