"""OpenTelemetry traces as OTLP JSON: one trace a request.

A request or a call is a CLIENT span of whoever asks, for each attempt, and a SERVER span of the service while a worker
is held. A message is a PRODUCER span (``send``) from the publish to the confirmation, linked to all messages that it is
the result of, if it is a window's; each attempt at a delivery is a CONSUMER span (``process``) while a worker is held,
below the span that sent it and linked to it, with a CLIENT span (``ack`` or ``nack``) while its news travels back. An
attempt that no worker took is a CLIENT span (``receive``) until it is withdrawn, lost ..., from when it was handed out;
of the channel, if nobody reads there. Effects, early replies, sendings of a message and faults that strike are events
of these spans; each fault is also a trace of its own.

What OpenTelemetry has no name for starts with ``evsim.``; moments that are no end of a span are attributes in seconds
since the start of the run.

Sources: OTLP 1.x (JSON encoding), semantic conventions of messaging.
"""

from bisect import bisect_left, bisect_right

from evsim.results.export.destination import write_list
from evsim.results.export.identity import unix_nanoseconds
from evsim.results.export.moments import Facts
from evsim.scenario.channel_rules import waits_in
from evsim.scenario.groups import group_of
from evsim.version import installed_version

__all__ = ["LEFT", "ONE_FILE", "write"]

LEFT = "left the"  # event of a message that has waited: left the outbox

ONE_FILE = True
INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5
ERROR = 2
SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
SYSTEMS = {"rabbitmq": "rabbitmq", "kafka": "kafka", "sqs": "aws_sqs", "sns": "aws.sns", "nats": "nats",
           "redis": "redis", "pubsub": "gcp_pubsub"}  # fmt: skip
MOMENTS = ("ready", "leased", "arrived", "replied", "late")


def write(run, chosen, path):
    write_list(path, resources(Facts(run, chosen)), '{"resourceSpans":[', "]}")


def resources(facts):
    """One dict for each program that made spans: workloads, services, and whatever a fault hit."""
    spans = {}
    for name, span in Spans(facts).all():
        spans.setdefault(name, []).append(span)
    run = facts.run
    scope = {"name": "evsim", "version": installed_version()}
    for name, its in spans.items():
        about = {"service.name": name, "service.namespace": run.scenario.name, "evsim.seed": run.seed}
        yield {
            "resource": {"attributes": _attributes(about)},
            "scopeSpans": [{"scope": scope, "spans": its, "schemaUrl": SCHEMA}],
            "schemaUrl": SCHEMA,
        }


class Spans:
    """All spans, each with the name of the program that made it."""

    def __init__(self, facts):
        self.facts, self.scenario = facts, facts.run.scenario
        self.id = facts.identity.span
        self.faults = list(facts.faults())
        self.starts = [fault.start for fault in self.faults]
        self.messages = {message.number: message for message in facts.messages()}
        self.worked = set()  # rows that a worker took
        self.groups = {(each.channel, name): group_of(name, each)
                       for name, service in self.scenario.services.items() for each in service.subscribe}  # fmt: skip

    def all(self):
        for attempt in self.facts.attempts():
            if not attempt.is_delivery and attempt.verdict != "copy":
                yield attempt.source, self._ask(attempt)
            if attempt.started is not None:
                self.worked.add(attempt.row)
                yield attempt.service, self._work(attempt)
            elif attempt.is_delivery and attempt.ended is not None:
                yield attempt.service or attempt.source, self._receive(attempt)
            if attempt.is_delivery and _news_travelled(attempt):
                yield attempt.service, self._settle(attempt)
        for message in self.messages.values():
            yield message.sender, self._send(message)
        for fault in self.faults:
            yield fault.target, self._fault(fault)

    # RequestReply and working.

    def _ask(self, attempt):
        wrong = attempt.verdict not in ("done", "open")
        attributes = {"server.address": attempt.service, **_about(attempt)}
        attributes |= {"error.type": _reason(attempt, attempt.verdict)} if wrong else {}
        parent = "" if attempt.is_request else self.id("work", attempt.parent)
        return self._span(
            attempt.request.trace, self.id("ask", attempt.row), parent, f"call {attempt.service}", CLIENT,
            attempt.born, attempt.settled, attributes, wrong and _reason(attempt, attempt.verdict),
        )  # fmt: skip

    def _work(self, attempt):
        wrong = attempt.outcome not in ("ok", "open")
        attributes = _about(attempt)
        for moment in MOMENTS:
            time = getattr(attempt, moment)
            if time is not None:
                attributes[f"evsim.{moment}"] = time / 1e9
        attributes |= {"error.type": _reason(attempt, attempt.outcome)} if wrong else {}
        parent, name, kind, links = self.id("ask", attempt.asked), attempt.service, SERVER, []
        if attempt.is_delivery:
            message = self.messages[attempt.parent]
            attributes |= self._messaging(message, "process", "process", attempt.service)
            parent, name, kind = self.id("send", message.number), f"process {message.channel}", CONSUMER
            links = [self._link(message)]
        events = [_event(time, "effect", {"evsim.effect": effect}) for time, effect in attempt.effects]
        events += [_event(time, "undo", {"evsim.effect": effect}) for time, effect in attempt.undos]
        events += [_event(time, "remark", {"evsim.remark": words}) for time, words in attempt.remarks]
        events += [_event(attempt.replied, "reply")] if attempt.replied is not None and kind == SERVER else []
        events += self._strikes(attempt)
        return self._span(
            attempt.request.trace, self.id("work", attempt.row), parent, name, kind, attempt.started, attempt.ended,
            attributes, wrong and _reason(attempt, attempt.outcome), events, links,
        )  # fmt: skip

    def _strikes(self, attempt):
        """Events of the faults that begin in the service while the attempt is worked."""
        end = self.facts.end if attempt.ended is None else attempt.ended
        program = self.scenario.services[attempt.service].inside
        for fault in self.faults[bisect_left(self.starts, attempt.started) : bisect_right(self.starts, end)]:
            if fault.target.partition("/")[0] in (attempt.service, program):
                yield _event(fault.start, "fault", {"evsim.fault": fault.kind, "evsim.target": fault.target})

    # Messages.

    def _send(self, message):
        attributes = self._messaging(message, "send", "send")
        events = []
        for number, (sent, arrived, fate) in enumerate(message.sendings):
            if number or sent != message.published:
                left = f"{LEFT} {waits_in(self.scenario, message.channel)}"
                events.append(_event(sent, "sent again" if number else left))
            if arrived is not None or fate == "lost":
                events.append(_event(sent if arrived is None else arrived, fate))
        known = max((time for each in message.sendings for time in each[:2] if time is not None), default=0)
        events.sort(key=lambda event: int(event["timeUnixNano"]))
        fate = message.sendings[-1][2]
        end, under_way = message.acknowledged, fate == "under way"
        if end is not None or not under_way:
            end = max(end or message.published, known)
        wrong = fate if message.appended is None and not under_way else ""
        attributes |= {"error.type": wrong} if wrong else {}
        worked = message.cause in self.worked
        parent = self.id("work", message.cause) if worked else self.id("send", message.origin)
        return self._span(
            message.request.trace, self.id("send", message.number), parent,
            f"send {message.channel}", PRODUCER, message.published, end, attributes, wrong, events,
            self._links_to_causes(message),
        )  # fmt: skip

    def _links_to_causes(self, message):
        """Links of a result to the sending of each message that it is the result of."""
        tables = self.facts.run.tables
        causes = [
            row for row in tables.causes.get(message.number, ()) if tables.places[tables.rows["place"][row]].is_delivery
        ]
        numbers = dict.fromkeys(int(tables.rows["parent"][row]) for row in causes)
        return [self._link(self.messages[number]) for number in numbers if number in self.messages]

    def _receive(self, attempt):
        """An attempt at a delivery that no worker took, and how it ended: its sending may be over long before."""
        message, wrong = self.messages[attempt.parent], attempt.outcome not in ("ok", "open")
        attributes = _about(attempt) | self._messaging(message, "receive", "receive", attempt.service)
        attributes |= {"error.type": _reason(attempt, attempt.outcome)} if wrong else {}
        start = next(time for time in (attempt.leased, attempt.ready, attempt.born) if time is not None)
        return self._span(
            attempt.request.trace, self.id("receive", attempt.row), self.id("send", message.number),
            f"receive {message.channel}", CLIENT, start, attempt.ended, attributes,
            wrong and _reason(attempt, attempt.outcome), links=[self._link(message)],
        )  # fmt: skip

    def _settle(self, attempt):
        message = self.messages[attempt.parent]
        word = "ack" if attempt.verdict == "done" else "nack"
        left = attempt.ended if attempt.replied is None else attempt.replied
        return self._span(
            attempt.request.trace, self.id("settle", attempt.row), self.id("work", attempt.row),
            f"{word} {message.channel}", CLIENT, left, attempt.settled,
            self._messaging(message, word, "settle", attempt.service), links=[self._link(message)],
        )  # fmt: skip

    def _messaging(self, message, name, type, reader=None):
        settings = self.scenario.channels[message.channel]
        product = (getattr(settings, "like", None) or "").partition("-")[0]
        attributes = {
            "messaging.system": SYSTEMS.get(product, "evsim"),
            "messaging.operation.name": name,
            "messaging.operation.type": type,
            "messaging.destination.name": message.channel,
            "messaging.message.id": str(message.number),
            "evsim.request": message.request.number,
        }
        if message.appended is not None and settings.partitioned:
            attributes |= {"messaging.destination.partition.id": str(message.partition), "evsim.offset": message.offset}
        if message.item:
            attributes["evsim.item"] = message.item
        if reader:
            attributes["messaging.consumer.group.name"] = self.groups[message.channel, reader]
        return attributes

    def _link(self, message):
        return {
            "traceId": message.request.trace,
            "spanId": self.id("send", message.number),
            "attributes": _attributes({"messaging.message.id": str(message.number)}),
        }

    # Faults.

    def _fault(self, fault):
        about = {"evsim.fault": fault.kind, "evsim.target": fault.target}
        ids = self.facts.identity.trace("fault", fault.number), self.id("fault", fault.number)
        return self._span(*ids, "", fault.kind, INTERNAL, fault.start, fault.end, about)

    def _span(self, trace, span, parent, name, kind, start, end, attributes, wrong="", events=(), links=()):
        """A span; what has not ended lasts to the end of the run, and says so."""
        if end is None:
            end, attributes = self.facts.end, {**attributes, "evsim.open": True}
        return {
            "traceId": trace,
            "spanId": span,
            "parentSpanId": parent,
            "flags": 1,
            "name": name,
            "kind": kind,
            "startTimeUnixNano": str(unix_nanoseconds(start)),
            "endTimeUnixNano": str(unix_nanoseconds(end)),
            "attributes": _attributes(attributes),
            "events": list(events),
            "links": list(links),
            "status": {"code": ERROR, "message": wrong} if wrong else {},
        }


def _about(attempt):
    return {
        "evsim.workload": attempt.request.workload,
        "evsim.request": attempt.request.number,
        "evsim.row": attempt.row,
        "evsim.attempt": attempt.number,
        "evsim.outcome": attempt.outcome,
        "evsim.verdict": attempt.verdict,
    }


def _reason(attempt, word):
    return attempt.reason if attempt.reason != "none" else word


def _news_travelled(attempt):
    """Whether the consumer told the channel how the work ended, and the channel heard."""
    if attempt.started is None or attempt.settled is None:
        return False
    refused = attempt.outcome == "failed" and attempt.settled > attempt.ended
    return attempt.verdict == "done" or refused


def _event(time, name, attributes=()):
    return {"timeUnixNano": str(unix_nanoseconds(time)), "name": name, "attributes": _attributes(dict(attributes))}


def _attributes(values):
    return [{"key": name, "value": _value(value)} for name, value in values.items()]


def _value(value):
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}
