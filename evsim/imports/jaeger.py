"""Jaeger traces: the JSON that its page and its interface give (``data``: traces with spans and processes).

Source: Jaeger's JSON model (jaeger-ui, types/trace), tags by OpenTracing's and OpenTelemetry's conventions.
"""

from evsim.imports.from_trace import sketch_of_spans
from evsim.imports.json_data import mapping, sequence, word
from evsim.imports.spans import TraceSpan, known_kind

__all__ = ["read"]


def read(text, name, sketch):
    sketch_of_spans(text, name, sketch, _spans)


def _spans(data):
    for trace in map(mapping, sequence(data.get("data")) or [data]):
        processes = mapping(trace.get("processes"))
        for each in map(mapping, sequence(trace.get("spans"))):
            yield _span(each, mapping(processes.get(word(each.get("processID")))) or mapping(each.get("process")))


def _span(span, process):
    tags, of_process = _tags(span.get("tags")), _tags(process.get("tags"))
    start, duration = span.get("startTime"), span.get("duration")
    service = word(process.get("serviceName"))
    if not service or not span.get("spanID") or not isinstance(start, int) or not isinstance(duration, int):
        return None
    parents = [mapping(each) for each in sequence(span.get("references"))]
    above = [word(each.get("spanID")) for each in parents if each.get("refType") == "CHILD_OF"]
    others = [word(each.get("spanID")) for each in parents if each.get("refType") == "FOLLOWS_FROM"]
    return TraceSpan(
        word(span.get("traceID")), word(span.get("spanID")), above[0] if above else word(span.get("parentSpanID")),
        service,
        word(of_process.get("service.instance.id") or of_process.get("hostname")), word(span.get("operationName")),
        known_kind(word(tags.get("span.kind"))), start * 1000, (start + max(0, duration)) * 1000,
        tags.get("error") in (True, "true") or tags.get("otel.status_code") == "ERROR", tags, others,
    )  # fmt: skip


def _tags(written):
    return {word(each.get("key")): each.get("value") for each in map(mapping, sequence(written))}
