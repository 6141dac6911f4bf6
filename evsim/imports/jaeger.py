"""Jaeger traces: the JSON that its page and its interface give (``data``: traces with spans and processes).

Source: Jaeger's JSON model (jaeger-ui, types/trace), tags by OpenTracing's and OpenTelemetry's conventions.
"""

from evsim.imports.from_trace import sketch_of_spans
from evsim.imports.json_data import load_json_lines, mapping, sequence, word
from evsim.imports.spans import CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER, TraceSpan

__all__ = ["read"]

KINDS = (SERVER, CLIENT, PRODUCER, CONSUMER)


def read(text, name, sketch):
    spans, unread = [], 0
    for data in load_json_lines(text, name):
        traces = sequence(mapping(data).get("data")) or [data]
        for trace in map(mapping, traces):
            processes = mapping(trace.get("processes"))
            for each in map(mapping, sequence(trace.get("spans"))):
                span = _span(each, mapping(processes.get(word(each.get("processID")))) or mapping(each.get("process")))
                if span is None:
                    unread += 1
                else:
                    spans.append(span)
    sketch.count(unread, "span", f"of {name} could not be read: without a service, an id or times")
    sketch_of_spans(spans, name, sketch)


def _span(span, process):
    tags, of_process = _tags(span.get("tags")), _tags(process.get("tags"))
    start, duration = span.get("startTime"), span.get("duration")
    service = word(process.get("serviceName"))
    if not service or not span.get("spanID") or not isinstance(start, int) or not isinstance(duration, int):
        return None
    parents = [mapping(each) for each in sequence(span.get("references"))]
    above = [word(each.get("spanID")) for each in parents if each.get("refType") == "CHILD_OF"]
    others = [word(each.get("spanID")) for each in parents if each.get("refType") == "FOLLOWS_FROM"]
    kind = word(tags.get("span.kind"))
    return TraceSpan(
        word(span.get("traceID")), word(span.get("spanID")), above[0] if above else word(span.get("parentSpanID")),
        service,
        word(of_process.get("service.instance.id") or of_process.get("hostname")), word(span.get("operationName")),
        kind if kind in KINDS else INTERNAL, start * 1000, (start + max(0, duration)) * 1000,
        tags.get("error") in (True, "true") or tags.get("otel.status_code") == "ERROR", tags, others,
    )  # fmt: skip


def _tags(written):
    return {word(each.get("key")): each.get("value") for each in map(mapping, sequence(written))}
