"""OTLP, read by OpenTelemetry's own protobuf messages and held against its list of names."""

import json
from base64 import b64encode
from collections import Counter

import pytest
from google.protobuf import json_format
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.semconv._incubating.attributes import messaging_attributes

from evsim.results.endings import Outcome, Verdict
from evsim.results.export.identity import nanoseconds, unix_nanoseconds
from evsim.scenario import Scenario
from tests.exports.runs import SOME_BY_DAY, a_run

pytestmark = pytest.mark.slow

Span = trace_pb2.Span


def parse(text):
    """OTLP JSON as a protobuf message. OTLP writes ids as hexadecimal digits where protobuf's JSON has base64."""

    def ids(node):
        for name, value in node.items():
            if name in ("traceId", "spanId", "parentSpanId"):
                node[name] = b64encode(bytes.fromhex(value)).decode()
        return node

    return json_format.ParseDict(json.loads(text, object_hook=ids), trace_pb2.TracesData())


def plain(attributes):
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


class Told:
    """What an export tells: spans by their id, and the program that made each."""

    def __init__(self, path):
        self.spans, self.service = {}, {}
        for resource in parse(path.read_text(encoding="utf-8")).resource_spans:
            name = plain(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    assert span.span_id not in self.spans, "an id is used twice"
                    self.spans[span.span_id], self.service[span.span_id] = span, name

    def of(self, kind, word=""):
        return [span for span in self.spans.values() if span.kind == kind and span.name.startswith(word)]


@pytest.fixture(scope="module", params=SOME_BY_DAY)
def exported(request, tmp_path_factory):
    run = a_run(request.param)
    return run, Told(run.export(tmp_path_factory.mktemp("otlp") / "traces.json", "otlp"))


def kinds(run):
    """The kind of each row."""
    return [run.tables.places[place].kind if place >= 0 else "delivery" for place in run.tables.rows["place"].tolist()]


def test_every_attempt_and_message_has_its_spans(exported):
    run, told = exported
    copied = run.tables.rows["verdict"] == Verdict.COPY  # nobody asked a second time
    asked = sum(kind != "delivery" for kind, copy in zip(kinds(run), copied.tolist()) if not copy)
    started = run.tables.rows["started"] >= 0
    worked = Counter(kind for kind, yes in zip(kinds(run), started.tolist()) if yes)
    assert len(told.of(Span.SPAN_KIND_CLIENT, "call ")) == asked
    assert len(told.of(Span.SPAN_KIND_SERVER)) == worked["request"] + worked["call"]
    assert len(told.of(Span.SPAN_KIND_CONSUMER, "process ")) == worked["delivery"]
    assert len(told.of(Span.SPAN_KIND_PRODUCER, "send ")) == len(run.tables.messages["published"])
    verdicts = Counter(zip(kinds(run), run.tables.rows["verdict"].tolist()))
    assert len(told.of(Span.SPAN_KIND_CLIENT, "ack ")) == verdicts["delivery", Verdict.DONE]
    effects = sum(event.name == "effect" for span in told.spans.values() for event in span.events)
    assert effects == len(run.tables.effects["row"])


def test_a_span_lies_in_the_trace_of_its_parent_and_of_its_link(exported):
    _, told = exported
    traces = {}
    for span in told.spans.values():
        assert len(span.trace_id) == 16 and len(span.span_id) == 8
        traces.setdefault(span.trace_id, []).append(span)
        if span.parent_span_id:
            assert told.spans[span.parent_span_id].trace_id == span.trace_id
        for link in span.links:
            assert told.spans[link.span_id].trace_id == link.trace_id
    for its in traces.values():
        assert sum(not span.parent_span_id for span in its) == 1, "a trace has one root, the customer's request"


def test_a_delivery_is_below_the_span_that_sent_it_and_linked_to_it(exported):
    _, told = exported
    for span in told.of(Span.SPAN_KIND_CONSUMER):
        parent = told.spans[span.parent_span_id]
        assert parent.kind == Span.SPAN_KIND_PRODUCER
        assert [link.span_id for link in span.links] == [parent.span_id]
        assert span.start_time_unix_nano >= parent.start_time_unix_nano


def test_a_span_ends_after_it_starts_and_its_events_lie_inside(exported):
    _, told = exported
    for span in told.spans.values():
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        for event in span.events:
            assert span.start_time_unix_nano <= event.time_unix_nano <= span.end_time_unix_nano


def test_the_span_of_a_message_that_is_lost_after_its_outbox_lasts_until_then(tmp_path):
    outbox = {"channel": "mails", "outbox": {"poll": "700ms"}}
    run = Scenario.from_dict({
        "name": "relayed", "workloads": {"page": {"target": "front", "arrivals": {"constant": 5}}},
        "services": {"front": {"handle": [{"effect": "row"}, {"publish": outbox}]},
                     "mailer": {"subscribe": "mails", "handle": [{"effect": "mail"}]}},
        "channels": {"mails": "queue"},
        "network": {"latency": "10ms", "links": {"wire": {"between": ["front", "mails"], "loss": 0.5}}},
        "run": {"duration": "9s"},
    }).run()  # fmt: skip
    told = Told(run.export(tmp_path / "traces.json", "otlp")).of(Span.SPAN_KIND_PRODUCER)
    assert any(event.name == "lost" for span in told for event in span.events)
    assert any(event.name == "kept" for span in told for event in span.events)
    for span in told:
        assert all(span.start_time_unix_nano <= each.time_unix_nano <= span.end_time_unix_nano for each in span.events)


def test_what_went_wrong_is_an_error_and_says_why(exported):
    run, told = exported
    rows = run.tables.rows
    for span in told.spans.values():
        wrong = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
        about = plain(span.attributes)
        assert wrong == ("error.type" in about)
        if "evsim.row" in about and span.name.startswith("call "):
            assert wrong == (rows["verdict"][about["evsim.row"]] not in (Verdict.DONE, Verdict.OPEN))
        elif "evsim.row" in about:
            assert wrong == (rows["outcome"][about["evsim.row"]] not in (Outcome.OK, Outcome.OPEN))


def test_times_are_those_of_the_records_to_the_nanosecond(exported):
    run, told = exported
    ends = {Span.SPAN_KIND_CLIENT: ("born", "settled")}
    for span in told.spans.values():
        about = plain(span.attributes)
        if "evsim.row" in about:
            row = about["evsim.row"]
            begin, end = ends.get(span.kind, ("started", "ended"))
            if span.name.startswith("receive "):
                times = run.tables.rows
                begin, end = next(each for each in ("leased", "ready", "born") if times[each][row] >= 0), "ended"
            assert span.start_time_unix_nano == unix_nanoseconds(nanoseconds(run.tables.rows[begin][row]))
            if "evsim.open" in about:
                assert not run.tables.rows[end][row] >= 0
            else:
                assert span.end_time_unix_nano == unix_nanoseconds(nanoseconds(run.tables.rows[end][row]))


def test_names_of_messaging_are_those_of_the_conventions(exported):
    known = {value for name, value in vars(messaging_attributes).items() if name.startswith("MESSAGING_")}
    types = {each.value for each in messaging_attributes.MessagingOperationTypeValues}
    kinds = {"send": Span.SPAN_KIND_PRODUCER, "process": Span.SPAN_KIND_CONSUMER, "settle": Span.SPAN_KIND_CLIENT,
             "receive": Span.SPAN_KIND_CLIENT}  # fmt: skip
    for span in exported[1].spans.values():
        about = plain(span.attributes)
        assert {name for name in about if not name.startswith("evsim.")} <= known | {"server.address", "error.type"}
        if "messaging.system" in about:
            kind = about["messaging.operation.type"]
            assert kind in types and kinds[kind] == span.kind
            assert span.name == f"{about['messaging.operation.name']} {about['messaging.destination.name']}"


def test_a_fault_is_a_trace_of_its_own_and_an_event_of_the_work_it_strikes(tmp_path):
    run = a_run("crashed calls")
    told = Told(run.export(tmp_path / "traces.json", "otlp"))
    (fault,) = told.of(Span.SPAN_KIND_INTERNAL)
    assert fault.name == "crash" and told.service[fault.span_id] == "database"
    assert (fault.start_time_unix_nano, fault.end_time_unix_nano) == tuple(unix_nanoseconds(s * 10**9) for s in (5, 6))
    struck = [span for span in told.spans.values() if any(event.name == "fault" for event in span.events)]
    died = [row for row, outcome in enumerate(run.tables.rows["outcome"]) if outcome == Outcome.CRASHED]
    started = [row for row in died if run.tables.rows["started"][row] >= 0]
    assert started
    assert {plain(span.attributes)["evsim.row"] for span in struck} == set(started)


def test_what_never_reached_a_worker_is_a_span_that_received_it_in_vain(tmp_path):
    run = a_run("lossy")
    told = Told(run.export(tmp_path / "traces.json", "otlp"))
    received = [span for span in told.of(Span.SPAN_KIND_CLIENT) if span.name.startswith("receive ")]
    lost = [row for row, outcome in enumerate(run.tables.rows["outcome"].tolist()) if outcome == Outcome.LOST]
    assert all(told.spans[span.parent_span_id].kind == Span.SPAN_KIND_PRODUCER for span in received)
    outcomes = [plain(span.attributes)["evsim.outcome"] for span in received]
    assert outcomes.count("lost") == sum(kinds(run)[row] == "delivery" for row in lost) > 0
