"""Spans, whoever wrote them, read into boxes, calls, channels and who comes."""

from evsim.imports.json_data import load_json_lines, mapping
from evsim.imports.span_tree import SpanTree
from evsim.imports.trace_boxes import boxes, network
from evsim.imports.trace_channels import channels, name_channels, without_exchanges
from evsim.imports.trace_workloads import workloads
from evsim.scenario.textfile import wrong

__all__ = ["sketch_of_spans"]


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
    sketch.count(name_channels(spans), "span", f"of {name} names {called}", f"of {name} name {called}")
    spans, exchanges = without_exchanges(spans)
    for exchange in exchanges:
        sketch.note(f"the exchange {exchange} of {name} is left out: who publishes to it publishes to its queues")
    replayed = "not taken: `evsim replay` takes faults from a timeline"
    sketch.count(faults, "fault", f"of {name} is {replayed}", f"of {name} are {replayed}")
    trace = SpanTree(spans)
    from_none = "a span that is not in the file, and"
    one, several = f"hangs from {from_none} is taken for a beginning", f"hang from {from_none} are taken for beginnings"
    sketch.count(trace.orphans, "span", f"of {name} {one}", f"of {name} {several}")
    hop = network(trace, name, sketch)
    boxes(trace, hop, name, sketch)
    channels(trace, name, sketch)
    workloads(trace, name, sketch)
