"""What OpenTelemetry traces mean and say: spans as tuples. A span is known by what it is about: (kind, number)."""

import json

import evsim
from tests.exports.plain import START, nano

__all__ = ["otlp_means", "otlp_says"]

SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
FIELDS = {
    "traceId", "spanId", "parentSpanId", "flags", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes",
    "events", "links", "status",
}  # fmt: skip
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
SYSTEMS = {"rabbitmq": "rabbitmq", "rabbitmq-classic": "rabbitmq", "kafka": "kafka", "sqs": "aws_sqs",
           "sqs-fifo": "aws_sqs", "nats": "nats", "redis-streams": "redis", "pubsub": "gcp_pubsub"}  # fmt: skip


def otlp_means(plain):
    """(whose, kind, what it is about, name, begin, end, parent, trace, links, error, attributes, events) of each."""
    end = nano(plain.end)

    def span(whose, kind, about, name, begin, until, parent, *, trace, links=(), error="", says=(), events=()):
        says = {name: value for name, value in dict(says).items() if value is not None}
        says |= {"error.type": error} if error and kind != "internal" else {}
        says |= {"evsim.open": True} if until is None else {}
        return (whose, kind, about, name, nano(begin), end if until is None else nano(until), parent, trace,
                tuple(links), error, tuple(sorted(says.items())), tuple(sorted(events)))  # fmt: skip

    faults = list(plain.faults())
    for row in plain.rows:
        trace = row.request.workload, row.request.number
        if row.kind != "delivery" and row.verdict != "copy":
            yield span(row.source, "client", ("ask", row.number), f"call {row.service}", row.born, row.settled,
                       ("work", row.parent) if row.kind == "call" else None, trace=trace,
                       error=why(row, row.verdict, "done"),
                       says={"server.address": row.service, **about(row)})  # fmt: skip
        if row.started is not None:
            yield span(*worked(plain, row), trace=trace, error=why(row, row.outcome, "ok"),
                       links=[("send", row.parent)] if row.kind == "delivery" else (),
                       says=about(row) | moments(row) | handled(plain, row),
                       events=met(plain, row, faults))  # fmt: skip
        elif row.kind == "delivery" and row.ended is not None:
            known = (time for time in (row.leased, row.ready, row.born) if time is not None)
            message = plain.messages[row.parent]
            yield span(row.service or row.source, "client", ("receive", row.number), f"receive {row.source}",
                       next(known), row.ended, ("send", row.parent), trace=trace, links=[("send", row.parent)],
                       error=why(row, row.outcome, "ok"),
                       says=about(row) | messaging(plain, message, "receive", "receive", row.service))  # fmt: skip
        if is_heard(row):
            word, message = "ack" if row.verdict == "done" else "nack", plain.messages[row.parent]
            left = row.ended if row.replied is None else row.replied
            yield span(row.service, "client", ("settle", row.number), f"{word} {row.source}", left, row.settled,
                       ("work", row.number), trace=trace, links=[("send", row.parent)],
                       says=messaging(plain, message, word, "settle", row.service))  # fmt: skip
    for message in plain.messages:
        yield span(*sent(plain, message), trace=(message.request.workload, message.request.number),
                   links=[("send", number) for number in brought(plain, message.number)],
                   error=unkept(message), says=messaging(plain, message, "send", "send"),
                   events=met_on_its_way(plain, message))  # fmt: skip
    for time, kind, target, until in faults:
        what = "fault", (kind, target, nano(time))
        yield span(target, "internal", what, kind, time, until, None, trace=what,
                   says={"evsim.fault": kind, "evsim.target": target})  # fmt: skip


def brought(plain, number):
    """The messages that brought what a window's result is of: those of its pane, and of the panes that it repeats."""
    found = []
    for pane in plain.run.records.panes:
        if pane.message == number:
            for before in pane.before:
                found += brought(plain, before)
            found += [plain.rows[row].parent for row in pane.rows if plain.rows[row].kind == "delivery"]
    return list(dict.fromkeys(found))


def is_heard(row):
    """Whether its channel heard from who had it in work how that ended."""
    if row.kind != "delivery" or row.started is None or row.settled is None:
        return False
    return row.verdict == "done" or (row.outcome == "failed" and row.settled > row.ended)


def about(row):
    return {"evsim.workload": row.request.workload, "evsim.request": row.request.number, "evsim.row": row.number,
            "evsim.attempt": row.attempt, "evsim.outcome": row.outcome, "evsim.verdict": row.verdict}  # fmt: skip


def why(row, word, good):
    """Why it did not end well, or nothing."""
    return "" if word in (good, "open") else word if row.reason == "none" else row.reason


def moments(row):
    """What is no end of its span, in seconds."""
    found = {"ready": row.ready, "leased": row.leased, "arrived": row.inbox, "replied": row.replied, "late": row.late}
    return {f"evsim.{name}": time for name, time in found.items()}


def messaging(plain, message, name, type, reader=None):
    settings = plain.run.scenario.channels[message.channel]
    group = group_that_reads(plain, message.channel, reader)
    kept = message.appended is not None and settings.kind == "log"
    return {
        "messaging.system": SYSTEMS.get(getattr(settings, "like", None), "evsim"), "messaging.operation.name": name,
        "messaging.operation.type": type, "messaging.destination.name": message.channel,
        "messaging.message.id": str(message.number), "evsim.request": message.request.number,
        "messaging.destination.partition.id": str(message.partition) if kept else None,
        "evsim.offset": message.offset if kept else None, "messaging.consumer.group.name": group,
        "evsim.item": message.item or None,
    }  # fmt: skip


def group_that_reads(plain, channel, service):
    """The group in which a service reads a channel; None if nobody does."""
    settings = plain.run.scenario.services[service].subscribe if service else ()
    return next((each.group or service for each in settings if each.channel == channel), None)


def handled(plain, row):
    if row.kind != "delivery":
        return {}
    return messaging(plain, plain.messages[row.parent], "process", "process", row.service)


def worked(plain, row):
    if row.kind == "delivery":
        return (row.service, "consumer", ("work", row.number), f"process {row.source}", row.started, row.ended,
                ("send", row.parent))  # fmt: skip
    asked = row.first if row.verdict == "copy" else row.number  # of what a link made a second one of
    return row.service, "server", ("work", row.number), row.service, row.started, row.ended, ("ask", asked)


def met(plain, row, faults):
    """What happened while it was worked."""
    events = [(nano(each.time), "effect", each.name) for each in row.effects]
    events += [(nano(each.time), "undo", each.name) for each in row.undos]
    events += [(nano(each.time), "remark", each.words) for each in row.remarks]
    ended = plain.end if row.ended is None else row.ended
    struck = row.service, plain.run.scenario.services[row.service].inside
    for time, kind, target, _ in faults:
        if row.started <= time <= ended and target.split("/")[0] in struck:
            events.append((nano(time), "fault", f"{kind} {target}"))
    if row.kind != "delivery" and row.replied is not None:
        events.append((nano(row.replied), "reply", ""))
    return events


def sent(plain, message):
    """From the publish to the confirmation; unconfirmed, to the last that is known of it; under way, it is open."""
    known = [time for each in message.sendings for time in (each.sent, each.arrived) if time == time]
    until = message.acknowledged
    if until is not None or message.sendings[-1].fate != "under way":
        until = max([message.published if until is None else until, *known])
    parent = "send", message.origin
    if plain.rows[message.cause].started is not None:
        parent = "work", message.cause
    name = f"send {message.channel}"
    return message.sender, "producer", ("send", message.number), name, message.published, until, parent


def unkept(message):
    fate = message.sendings[-1].fate
    return fate if message.appended is None and fate != "under way" else ""


def met_on_its_way(plain, message):
    lingers = getattr(plain.run.scenario.complete.channels[message.channel], "linger", None)
    events = []
    for number, each in enumerate(message.sendings):
        if number:
            events.append((nano(each.sent), "sent again", ""))
        elif each.sent != message.published:
            events.append((nano(each.sent), f"left the {'batch' if lingers else 'outbox'}", ""))
        if each.arrived == each.arrived:
            events.append((nano(each.arrived), each.fate, ""))
        elif each.fate == "lost":
            events.append((nano(each.sent), "lost", ""))
    return events


SAID = ("evsim.effect",), ("evsim.remark",), ("evsim.fault", "evsim.target")


def otlp_says(plain, path):
    resources = json.loads(path.read_text(encoding="utf-8"))["resourceSpans"]
    for each in resources:
        (scope,) = each["scopeSpans"]
        assert scope["scope"] == {"name": "evsim", "version": evsim.__version__}
        assert each["schemaUrl"] == scope["schemaUrl"] == SCHEMA
        assert all(span.keys() == FIELDS and span["flags"] == 1 for span in scope["spans"])
    spans = [(attributes(each["resource"]), span) for each in resources for span in each["scopeSpans"][0]["spans"]]
    told, traces, within = {}, {}, {span["spanId"]: span["traceId"] for _, span in spans}
    for resource, span in spans:
        assert resource["service.namespace"] == plain.run.scenario.name and resource["evsim.seed"] == plain.run.seed
        assert span["spanId"] not in told
        told[span["spanId"]] = named(span, attributes(span))
        if told[span["spanId"]][0] == "fault":
            assert traces.setdefault(span["traceId"], told[span["spanId"]]) == told[span["spanId"]]
    for _, span in spans:
        if told[span["spanId"]][0] == "settle":
            told[span["spanId"]] = "settle", told[span["parentSpanId"]][1]
        says = attributes(span)
        if "evsim.workload" in says:
            who = says["evsim.workload"], says["evsim.request"]
            assert traces.setdefault(span["traceId"], who) == who
    for resource, span in spans:
        parent = told[span["parentSpanId"]] if span["parentSpanId"] else None
        begin, end = (int(span[f"{which}TimeUnixNano"]) - START for which in ("start", "end"))
        links = tuple(told[each["spanId"]] for each in span["links"])
        assert all(each["traceId"] == within[each["spanId"]] for each in span["links"])
        assert [attributes(each) for each in span["links"]] == [{"messaging.message.id": str(no)} for _, no in links]
        assert span["status"].get("code", 0) == (2 if span["status"] else 0)
        yield (resource["service.name"], KINDS[span["kind"]], told[span["spanId"]], span["name"], begin, end, parent,
               traces[span["traceId"]], links, span["status"].get("message", ""),
               tuple(sorted(attributes(span).items())), tuple(sorted(map(event, span["events"]))))  # fmt: skip


def named(span, says):
    """What a span is about; of a settling one the row is its parent's."""
    kind = KINDS[span["kind"]]
    if kind == "internal":
        return "fault", (says["evsim.fault"], says["evsim.target"], int(span["startTimeUnixNano"]) - START)
    if kind == "producer":
        return "send", int(says["messaging.message.id"])
    if kind in ("server", "consumer"):
        return "work", says["evsim.row"]
    if says.get("messaging.operation.type") == "receive":
        return "receive", says["evsim.row"]
    return ("ask", says["evsim.row"]) if "evsim.row" in says else ("settle", None)


def event(each):
    says = attributes(each)
    words = next((names for names in SAID if names[0] in says), ())
    return int(each["timeUnixNano"]) - START, each["name"], " ".join(str(says[name]) for name in words)


def attributes(of):
    read = {"intValue": int, "stringValue": str, "doubleValue": float, "boolValue": bool}
    found = {}
    for each in of["attributes"]:
        ((kind, value),) = each["value"].items()
        found[each["key"]] = read[kind](value)
    return found
