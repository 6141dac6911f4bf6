"""OpenTelemetry traces as OTLP JSON: one export, or one a line as the Collector's file exporter writes them.

Source: OTLP 1.x, JSON encoding (opentelemetry-proto); semantic conventions.
"""

from evsim.imports.from_trace import sketch_of_spans
from evsim.imports.json_data import mapping, sequence, word
from evsim.imports.spans import CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER, TraceSpan, known_kind

__all__ = ["read"]

KINDS = (INTERNAL, INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER)
ERROR = (2, "STATUS_CODE_ERROR")


def read(text, name, sketch):
    sketch_of_spans(text, name, sketch, _spans)


def _spans(data):
    data = mapping(data.get("trace")) or mapping(data.get("result")) or data  # of Tempo, and of Jaeger's interface v3
    groups = data.get("resourceSpans") or data.get("resource_spans") or data.get("batches")
    for group in map(mapping, sequence(groups)):
        resource = _attributes(mapping(group.get("resource")).get("attributes"))
        scopes = group.get("scopeSpans") or group.get("scope_spans") or group.get("instrumentationLibrarySpans")
        for scope in map(mapping, sequence(scopes)):
            for each in map(mapping, sequence(scope.get("spans"))):
                yield _span(resource, each)


def _span(resource, span):
    service = word(resource.get("service.name"))
    start, end = _nanoseconds(span.get("startTimeUnixNano")), _nanoseconds(span.get("endTimeUnixNano"))
    if not service or not span.get("spanId") or start is None or end is None:
        return None
    kind = span.get("kind", 0)
    if isinstance(kind, str):
        kind = known_kind(kind.removeprefix("SPAN_KIND_").lower())
    else:
        kind = KINDS[kind] if isinstance(kind, int) and 0 <= kind < len(KINDS) else INTERNAL
    events = [
        (_nanoseconds(each.get("timeUnixNano")), word(each.get("name")), _attributes(each.get("attributes")))
        for each in map(mapping, sequence(span.get("events")))
    ]
    return TraceSpan(
        word(span.get("traceId")), word(span.get("spanId")), word(span.get("parentSpanId")), service,
        word(resource.get("service.instance.id")), word(span.get("name")), kind, start, max(start, end),
        mapping(span.get("status")).get("code") in ERROR, _attributes(span.get("attributes")),
        [word(mapping(each).get("spanId")) for each in sequence(span.get("links"))],
        [each for each in events if each[0] is not None],
    )  # fmt: skip


def _attributes(written):
    found = {}
    for each in map(mapping, sequence(written)):
        value = mapping(each.get("value"))
        found[word(each.get("key"))] = next((value[key] for key in value if key.endswith(("Value", "_value"))), None)
    return found


def _nanoseconds(value):
    if isinstance(value, str) and value.isdigit() and len(value) < 30:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
