"""Files of other tools: how each kind is recognised. What is in one is read by its module of :mod:`evsim.imports`."""

import csv
import re
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "ForeignFile", "cells_of", "kind_of", "separator_of", "time_column"]

LOOKED_AT = 20_000  # characters
LOG_LINE = re.compile(
    r'^(?:\S+:\d+ )?\S+ \S+ [^\[\]"]{1,200} \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2}[^\]]*\] "', re.M
)
GROUPS = re.compile(
    r"^\s*(GROUP\s+)?(TOPIC\s+PARTITION\s+(LEADER-EPOCH\s+)?CURRENT-OFFSET\s+LOG-END-OFFSET\s+LAG|"
    r"CONSUMER-ID\s+HOST\s+CLIENT-ID\s+#PARTITIONS)", re.M
)  # fmt: skip
TIMES = re.compile(r"\d+(?:\.\d+)?|\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*")
NAMES_OF_TIMES = ("timestamp", "time", "ts", "date", "datetime", "arrived", "minute")
SEPARATORS = (",", ";", "\t")
HEAD = 20  # lines that a table is known by; the last of them may be cut off


@dataclass(frozen=True)
class ForeignFile:
    """A kind of file: the ``module`` of :mod:`evsim.imports` that reads it, and ``what`` it is in words."""

    module: str
    what: str
    recognises: Any


def _otlp(text):
    return any(f'"{word}"' in text for word in ("resourceSpans", "resource_spans", "scopeSpans", "scope_spans"))


def _jaeger(text):
    return '"traceID"' in text and '"spans"' in text


def _asyncapi(text):
    return re.search(r"""^\s*\{?\s*["']?asyncapi["']?\s*:\s*["']?\d""", text, re.M) is not None


def _compose(text):
    named = re.search(r"^services\s*:", text, re.M) or re.search(r'^\s*\{?\s*"services"\s*:', text, re.M)
    container = re.search(r"""[\s{,]["']?(image|build|container_name|depends_on)["']?\s*:""", text)
    ours = re.search(r"^(workloads|run)\s*:", text, re.M)
    return bool(named and container and not ours)


def _rabbitmq(text):
    return all(f'"{word}"' in text for word in ("queues", "exchanges", "bindings"))


def _consumer_groups(text):
    return GROUPS.search(text) is not None


def _access_log(text):
    return LOG_LINE.search(text) is not None


def _counts(text):
    return text.startswith("HashOwner,HashApp,HashFunction,Trigger,1,2")


def _table(text):
    lines = [line.strip() for line in text.splitlines()[:HEAD] if line.strip()]
    if len(lines) < 2:
        return False
    separator = separator_of(lines[0])
    rows = [cells_of(line, separator) for line in lines]
    place = time_column(rows[0])
    rows = rows if place is None else rows[1:]
    column = [row[place or 0] for row in rows if len(row) > (place or 0)]
    return bool(column) and len(column) >= len(rows) - 1 and all(TIMES.fullmatch(cell) for cell in column[: HEAD - 1])


def separator_of(line):
    """What stands between the cells of a line: a comma, a semicolon or a tab."""
    return max(SEPARATORS, key=line.count)


def cells_of(line, separator):
    """The cells of a line of a table; quotes are taken off."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [""])]
    except csv.Error:
        return [""]


def time_column(names):
    """The place of the first column whose name says that it has times; None if there is none."""
    return next((place for place, name in enumerate(names) if name.lower() in NAMES_OF_TIMES), None)


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
