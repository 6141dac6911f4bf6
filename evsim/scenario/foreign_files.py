"""Files of other tools: how each kind is recognised. What is in one is read by its module of :mod:`evsim.imports`."""

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "ForeignFile", "kind_of"]

LOOKED_AT = 20_000  # characters
LOG_LINE = re.compile(
    r'^(?:\S+:\d+ )?\S+ \S+ [^\[\]"]{1,200} \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2}[^\]]*\] "', re.M
)
NUMBER = r"\d+(?:\.\d+)?"
TIMES = re.compile(rf"^(?:{NUMBER}|\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d[^,;\s]*)(?:[,;\t][^\n]*)?$")
NAMED = re.compile(r"^(?:timestamp|time|ts|date|datetime|arrived|minute)\s*(?:[,;\t]|$)", re.I)


@dataclass(frozen=True)
class ForeignFile:
    """A kind of file: the ``module`` of :mod:`evsim.imports` that reads it, and ``what`` it is in words."""

    module: str
    what: str
    recognises: Any


def _otlp(text):
    return '"resourceSpans"' in text or '"resource_spans"' in text


def _jaeger(text):
    return '"traceID"' in text and '"spans"' in text


def _asyncapi(text):
    return re.search(r"""^\s*["']?asyncapi["']?\s*:\s*["']?\d""", text, re.M) is not None


def _compose(text):
    named = re.search(r"^services\s*:", text, re.M) or re.search(r'^\s*\{?\s*"services"\s*:', text, re.M)
    container = re.search(r"""[\s{,]["']?(image|build|container_name|depends_on)["']?\s*:""", text)
    ours = re.search(r"^(workloads|run)\s*:", text, re.M)
    return bool(named and container and not ours)


def _rabbitmq(text):
    return all(f'"{word}"' in text for word in ("queues", "exchanges", "bindings"))


def _consumer_groups(text):
    return (
        re.search(r"^\s*(GROUP\s+)?TOPIC\s+PARTITION\s+CURRENT-OFFSET\s+LOG-END-OFFSET\s+LAG", text, re.M) is not None
    )


def _access_log(text):
    return LOG_LINE.search(text) is not None


def _counts(text):
    return text.startswith("HashOwner,HashApp,HashFunction,Trigger,1,2")


def _table(text):
    lines = [line.strip() for line in text.splitlines()[:20] if line.strip()]
    if lines and len(lines) > 1 and NAMED.match(lines[0]):
        lines = lines[1:]
    return len(lines) > 1 and all(TIMES.fullmatch(line) for line in lines[:-1])


KINDS = (
    ForeignFile("otlp_spans", "an OpenTelemetry trace (OTLP JSON)", _otlp),
    ForeignFile("jaeger", "a Jaeger trace", _jaeger),
    ForeignFile("asyncapi", "an AsyncAPI document", _asyncapi),
    ForeignFile("compose", "a compose file", _compose),
    ForeignFile("rabbitmq_definitions", "RabbitMQ's exported definitions", _rabbitmq),
    ForeignFile("consumer_groups", "a table of Kafka's consumer groups", _consumer_groups),
    ForeignFile("access_log", "an access log", _access_log),
    ForeignFile("minute_counts", "a table of counts a minute", _counts),
    ForeignFile("time_table", "a table of times", _table),
)


def kind_of(text):
    """The :class:`ForeignFile` that a text is; None if it is of no known kind."""
    start = text[:LOOKED_AT]
    return next((kind for kind in KINDS if kind.recognises(start)), None)
