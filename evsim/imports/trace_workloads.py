"""Who comes in a trace: the requests and messages that nobody in it asked for."""

from collections import Counter, defaultdict

import numpy as np

from evsim.counting import listed
from evsim.imports.measured import arrivals_of, busiest
from evsim.imports.sketch import slug
from evsim.imports.span_tree import RANK

__all__ = ["workloads"]


def workloads(trace, name, sketch):
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
