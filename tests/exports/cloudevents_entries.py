"""What CloudEvents mean and say, and that they name the spans of the OpenTelemetry traces that sent them."""

import json
from collections import Counter
from datetime import UTC, datetime

from tests.exports.plain import nano

__all__ = ["cloudevents_mean", "cloudevents_say", "parents_mean", "parents_say"]

FIELDS = {
    "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "partitionkey", "sequence",
    "traceparent", "data",
}  # fmt: skip


def cloudevents_mean(plain):
    """(id, source, subject, type, key, place among its source's, microseconds, data) of each message."""
    scenario, places = f"/{plain.run.scenario.name}/seed-{plain.run.seed}", Counter()
    for message in plain.messages:
        places[message.sender] += 1
        who, kept = message.request, message.appended is not None
        data = {"workload": who.workload, "request": who.number, "channel": message.channel, "kept": kept}
        data |= {"partition": message.partition, "offset": message.offset} if kept else {}
        data |= {"item": message.item} if message.item else {}
        yield (message.number, f"{scenario}/{message.sender}", f"{who.workload}/{who.number}",
               f"evsim.{message.channel}", message.key, places[message.sender], round(nano(message.published) / 1000),
               tuple(sorted(data.items())))  # fmt: skip


def cloudevents_say(path):
    for event in json.loads(path.read_text(encoding="utf-8")):
        assert event.keys() == FIELDS
        assert (event["specversion"], event["datacontenttype"]) == ("1.0", "application/json")
        since = datetime.fromisoformat(event["time"]) - datetime(2025, 1, 1, tzinfo=UTC)
        time = (since.days * 86400 + since.seconds) * 10**6 + since.microseconds
        yield (int(event["id"]), event["source"], event["subject"], event["type"], event["partitionkey"],
               int(event["sequence"]), time, tuple(sorted(event["data"].items())))  # fmt: skip


def parents_mean(traces):
    """(message, traceparent) of each, by what the OpenTelemetry export calls the span that sent it."""
    for resource in json.loads(traces.read_text(encoding="utf-8"))["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            if span["name"].startswith("send "):
                about = {each["key"]: each["value"] for each in span["attributes"]}
                number = int(about["messaging.message.id"]["stringValue"])
                yield number, f"00-{span['traceId']}-{span['spanId']}-01"


def parents_say(path):
    return [(int(event["id"]), event["traceparent"]) for event in json.loads(path.read_text(encoding="utf-8"))]
