"""What evsim says of traces whose numbers lie on a limit of what is read from them, or whose spans are odd."""

import json

from tests.snapshots.files.made_files import made, otlp, with_limit
from tests.snapshots.telling import told

__all__ = ["ODD_TRACES"]

FACTS = {"messaging.system": "kafka", "messaging.destination.name": "facts"}
JOBS = {"messaging.system": "rabbitmq", "messaging.destination.name": "jobs"}
BAD = {"status": {"code": 2}}
MAIL = {"peer.service": "mail"}


def _trace(*spans):
    return made(t__json=otlp(*spans))


def _front(number, *inside, every=100, lasts=60, **more):
    """A request at the front desk, with spans in it: (name, kind, begin, end, attributes, others)."""
    at = number * every
    yield ("front", f"f{number}", "", 2, at, at + lasts, {}, more)
    for place, (kind, begin, end, about, *others) in enumerate(inside):
        yield ("front", f"c{number}-{place}", f"f{number}", kind, at + begin, at + end, about, *others)


def _fronts(*requests, **settings):
    return [span for number, inside in enumerate(requests) for span in _front(number, *inside, **settings)]


def _calls(*places, failed=()):
    """Calls of places, each begun when the one before has ended."""
    return [(3, 10 * n, 10 * n + 9, {"peer.service": place}, BAD if n in failed else {})
            for n, place in enumerate(places)]  # fmt: skip


def _with_errors(well, ill, calls_of_ill):
    """So many requests that go well, and some that fail, with a call in each of those alone."""
    return [
        *_fronts(*[_calls("stock")] * well),
        *(each for n in range(well, well + ill) for each in _front(n, *calls_of_ill, **BAD)),
    ]


def _on_error(well, ill, other=0):
    """Calls of the stock that fail, in requests that go well nevertheless, or fail themselves; and others that fail."""
    return [
        *_fronts(*[_calls("stock", failed=[0])] * well, *[_calls("stock", "mail", failed=[1])] * other),
        *(each for n in range(50, 50 + ill) for each in _front(n, *_calls("stock", failed=[0]), **BAD)),
    ]


def _relayed(*delays, held=0, plain=0):
    """Publishes, of which some were sent by an outbox so many ms after the handling let them go."""
    at = (int((100 * n + 10 + delay) * 1e6) for n, delay in enumerate(delays))
    left = [{"timeUnixNano": str(each), "name": "left the outbox"} for each in at]
    return _fronts(*([(4, 10, 90, FACTS, {"events": [each, each | {"timeUnixNano": "99000000000"}]})] for each in left),
                   *[[(4, 10, 20, FACTS)]] * held, *[[(4, 10, 90, FACTS)]] * plain)  # fmt: skip


def _waits(number, late, of=0):
    """Calls of a desk which begins late with some, and answers half a ms before that is known."""
    return [each for n in range(number) for each in (
        ("page", f"a{n}", "", 3, n * 100, n * 100 + 20 + late * (n < of), {"peer.service": "desk"}),
        ("desk", f"b{n}", f"a{n}", 2, n * 100 + 0.5 + late * (n < of),
         n * 100 + 19.5 + late * (n < of)))]  # fmt: skip


def _answers(*spans):
    """Calls of a desk: when it begins and ends, where who asks waits from 0 to 9 ms."""
    return [each for n, (begin, end, *others) in enumerate(spans) for each in (
        ("page", f"a{n}", "", 3, 100 * n + 9, 100 * n + 18, {"peer.service": "desk"}),
        ("desk", f"b{n}", f"a{n}", 2, 100 * n + 9 + begin, 100 * n + 9 + end, {}, *others))]  # fmt: skip


def _reads(channel, system, *partitions, begin=0):
    """Messages that are all read at one time, by the partitions that they are in."""
    about = {"messaging.destination.name": channel} | ({"messaging.system": system} if system else {})
    return [("reader", f"{channel}{n}", "", 5, begin + n, begin + 60, about
             | ({} if each is None else {"messaging.destination.partition.id": each}))
            for n, each in enumerate(partitions)]  # fmt: skip


def _spans(*spans, resource=(("service.name", "a"),), named="resourceSpans", scoped="scopeSpans", inside=None):
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in resource]
    data = {named: [{"resource": {"attributes": attributes}, scoped: [{"spans": list(spans)}]}]}
    return made(t__json=json.dumps({inside: data} if inside else data))


def _span(number=1, **changes):
    span = {"traceId": "t", "spanId": str(number), "name": "n", "kind": 2, "startTimeUnixNano": "1000000000",
            "endTimeUnixNano": "3000000000"} | changes  # fmt: skip
    return {key: value for key, value in span.items() if value is not None}


def _jaeger(*spans, processes=None, wrapped=True):
    trace = {"traceID": "t", "spans": list(spans), "processes": processes or {"p": {
        "serviceName": "a", "tags": [{"key": "hostname", "value": "h"}, {"value": 1}, {"key": "x"}]}}}  # fmt: skip
    return made(t__json=json.dumps({"data": [trace]} if wrapped else trace))


def _of_jaeger(number, **changes):
    span = {"traceID": "t", "spanID": str(number), "processID": "p", "operationName": "o", "startTime": number * 10**6,
            "duration": 5000, "tags": [{"key": "span.kind", "value": "server"}]} | changes  # fmt: skip
    return {key: value for key, value in span.items() if value is not None}


ODD = {"status": {"code": 2}, "events": [{"timeUnixNano": "1", "name": "effect", "attributes": []},
       {"timeUnixNano": "30000000", "name": "effect", "attributes": [
           {"key": "evsim.effect", "value": {"stringValue": "row"}}]}]}  # fmt: skip
STEPS = {
    "failures": lambda: [_trace(*_with_errors(well, 2, calls)) for well, calls in (
        (19, []), (20, []), (21, _calls("stock", failed=[0])))]
    + [_trace(*_on_error(*each)) for each in ((2, 1), (2, 2), (3, 0), (2, 0), (2, 2, 3))]
    + [_trace(*_front(0, **ODD)), _trace(("a", "1", "", 2, 0, 0.0005, {}, BAD)),
       _trace(("a", "1", "", 2, 0, 0.001)), _trace(*_fronts([(3, 0, 50, MAIL)], **BAD)),
       _trace(*_fronts(_calls("stock", failed=[0]), _calls("stock")))],
    "shares": lambda: [_trace(*_fronts(*[[(4, 0, 70, FACTS)]] * some, *[[]] * n)) for some, n in (
        (199, 1), (199, 2), (1, 999))],
    "tries": lambda: [
        _trace(*_front(0, *_calls(*["stock"] * 102, failed=range(101)), lasts=2000)),
        _trace(*_fronts([(3, 0, 20, MAIL, BAD), (3, 10, 30, MAIL), (3, 40, 50, MAIL)])),
        _trace(*_fronts([(3, 0, 20, MAIL, BAD), (3, 20, 30, MAIL)])),
        _trace(*_fronts([(4, 0, 20, FACTS, BAD), (4, 25, 30, FACTS), (3, 31, 32, {"peer.service": "facts"}, BAD),
                         (4, 33, 40, FACTS)]))],
    "at once": lambda: [
        _trace(*_fronts([(3, 0, 20, MAIL), (3, 5, 10, {"peer.service": "b"}), (3, 9, 30, {"peer.service": "c"}),
                         (3, 40, 50, {"peer.service": "d"})])),
        _trace(*_fronts([(3, 0, 20, MAIL), (3, 5, 10, {"peer.service": "b"})],
                        [(3, 0, 4, MAIL), (3, 5, 10, {"peer.service": "b"})])),
        _trace(*_fronts(*[_calls("mail", "stock")] * 3, _calls("stock", "mail"))),
        _trace(*_front(0, *_calls(*(f"place-{n}" for n in range(33))), lasts=400))],
    "outbox": lambda: [_trace(*each) for each in (
        _relayed(5, 7), _relayed(0, 0), _relayed(5, 7, held=2), _relayed(5, 7, 9, held=2), _relayed(plain=2, held=2),
        _relayed(plain=3, held=2))],
}  # fmt: skip
ANSWERED = (11, "read"), (13, "reply")  # ms
EXCHANGED = {"messaging.destination.name": "exchange"}
SHAPES = {
    "names of channels": lambda: [
        _trace(("a", "1", "", 2, 0, 9), ("a", "2", "1", 4, 1, 2, {}), ("b", "3", "2", 5, 4, 6, FACTS),
               ("c", "4", "", 5, 5, 6, {}, {"links": [{"spanId": "2"}, {}, {"spanId": "gone"}]}),
               ("c", "5", "1", 5, 7, 9, {}), ("d", "6", "", 5, 8, 9, {}), ("a", "7", "1", 4, 3, 4, {})),
        _trace(("mail", "1", "", 2, 0, 9), ("mail", "2", "1", 4, 1, 2, FACTS | {"messaging.destination.name": "mail"}),
               ("b", "3", "2", 5, 4, 6, JOBS | {"messaging.destination.name": "mail"}),
               ("mail", "4", "1", 3, 3, 5, {"peer.service": "b"}), ("mail", "5", "1", 3, 4, 6, {"peer.service": "c"}))],
    "exchanges": lambda: _trace(
        ("a", "1", "", 2, 0, 9), ("a", "2", "1", 4, 1, 2, EXCHANGED), ("exchange", "3", "1", 4, 1, 2, JOBS),
        ("exchange", "4", "1", 4, 1, 2, FACTS), ("b", "5", "3", 5, 4, 6, JOBS), ("c", "6", "4", 5, 4, 6, FACTS),
        ("d", "7", "2", 5, 4, 6, EXCHANGED), ("jobs", "8", "1", 4, 7, 8, JOBS)),
    "who asked": lambda: [
        _trace(("a", "1", "", 3, 0, 9, {"peer.service": "b"}), ("b", "2", "1", 1, 1, 8), ("b", "3", "2", 1, 2, 7),
               ("b", "4", "3", 3, 3, 6, {"peer.service": "c"}), ("b", "5", "4", 3, 4, 5, {"peer.service": "d"}),
               ("c", "6", "4", 3, 4, 5, {"peer.service": "e"})),
        _trace(("a", "1", "", 3, 0, 9, MAIL), ("a", "2", "", 2, 10, 19), ("a", "3", "2", 2, 11, 15),
               ("b", "4", "2", 2, 12, 14), ("b", "5", "2", 5, 12, 14, FACTS), ("b", "6", "4", 1, 13, 14)),
        _trace(("a", "1", "", 4, 0, 1, FACTS), ("b", "2", "1", 5, 2, 5, FACTS), ("c", "3", "", 5, 3, 5, FACTS,
               {"links": [{"spanId": "gone"}, {"spanId": "2"}, {"spanId": "1"}]}), ("d", "4", "2", 5, 4, 5, FACTS,
               {"links": [{"spanId": "1"}]})),
        _trace(("a", "1", "", 3, 0, 20, {"peer.service": "x"}), ("b", "2", "1", 2, 1, 5), ("c", "3", "1", 2, 6, 9)),
        _trace(("a", "1", "", 4, 0, 1, FACTS), ("a", "2", "", 4, 3, 4, JOBS), ("b", "3", "1", 5, 2, 5, FACTS),
               ("b", "4", "2", 5, 4, 5, JOBS), ("d", "5", "", 4, 30, 31, FACTS), ("c", "6", "5", 5, 40, 41, FACTS)),
        _trace(("a", "1", "", 2, 5, 9), ("a", "2", "", 2, 1, 4), ("clients", "3", "", 3, 20, 30, {"peer.service": "a"}),
               ("a", "4", "3", 2, 21, 29), ("facts-source", "5", "", 2, 30, 31), ("b", "6", "", 5, 30, 31, FACTS)),
        _trace(("a", "1", "", 2, 0, 1), ("a", "2", "", 2, 200_000_000, 200_000_001, {}, {"traceId": "u"})),
        with_limit(4, t__json=otlp(*(("a", str(n), "", 2, at, at + 1, {}, {"traceId": str(n)})
                                     for n, at in enumerate((0, 900, 1000, 1100, 1200, 9000))))),
        _trace(("clients", "1", "", 2, 0, 9)),
        _trace(("a", "1", "2", 1, 0, 9), ("a", "2", "1", 1, 0, 9), ("b", "3", "2", 2, 1, 5)),
        _trace(("a", "1", "", 3, 0, 9, MAIL), ("a", "2", "1", 3, 1, 5, {"peer.service": "b"}),
               ("a", "3", "", 2, 20, 29)),
        _trace(("a", "1", "", 2, 0, 8), ("a", "2", "1", 3, 0, 4, {"peer.service": "b"}), ("b", "3", "2", 2, 0, 4),
               ("b", "4", "3", 3, 0, 4, {"peer.service": "a"}), ("a", "5", "4", 2, 0, 4))],
    "waits": lambda: [_trace(*_waits(*each)) for each in (
        (19, 0), (20, 0), (20, 2.001, 2), (20, 2.002, 1), (20, 2.002, 2))]
    + [_trace(*_answers(*each)) for each in ([(0, 8)], [(-1, 8)], [(1, 10)], [(1, 9)], [(1, 8, BAD), (-1, 10, BAD)],
        [(0, 8, {"events": [{"timeUnixNano": f"{at}000000", "name": said} for at, said in ANSWERED]})])],
    "many": lambda: [
        _trace(*((f"a/{n}", str(n), "", 2, n, n + 2) for n in range(1001)), ("a", "x", "1", 3, 2, 3, MAIL)),
        _trace(("a/x", "1", "", 2, 0, 9), ("a/x", "2", "", 2, 1, 9), ("a/y", "3", "", 2, 20, 29),
               ("a", "4", "", 2, 3, 9)),
        _trace(("a", "1", "", 2, 0, 9), ("a", "2", "1", 3, 1, 5, MAIL, BAD)),
        made(a__json=otlp(("a", "1", "", 2, 0, 9), ("a", "2", "1", 3, 0, 5, MAIL)),
             b__json=otlp(("a", "2", "", 2, 0, 9), ("mail", "3", "", 2, 4, 9)),
             c__json=otlp(("b", "4", "", 2, 0, 9), ("b", "5", "4", 3, 1, 8, {"peer.service": "a"})))],
    "channels": lambda: [_trace(*_reads(*each)) for each in (
        ("facts", "kafka", "0", "1", "1"), ("facts", "kafka", "0", "1", "1", "1"),
        ("facts", "", "99999", "100000", "x"), ("facts", "kafka", *[None] * 7), ("facts", "", None),
        ("facts", "aws_sqs", None))]
    + [_trace(*_reads("facts", "aws_sqs", None), ("b", "x", "", 5, 0, 9, FACTS | {"messaging.system": "aws_sqs"}),
              ("a", "y", "", 2, 0, 9), ("a", "z", "y", 4, 1, 2, FACTS | {"messaging.system": "rabbitmq"}))],
}  # fmt: skip
WRITTEN = {
    "of OpenTelemetry": lambda: [
        _spans(_span(), inside="trace"), _spans(_span(), inside="result"), _spans(_span(), named="resource_spans"),
        _spans(_span(), scoped="scope_spans"), _spans(_span(), scoped="other"),
        made(t__json=json.dumps({"resourceSpans": [{"scopeSpans": [{}, {"spans": [_span()]}]}, {}]})),
        _spans(*(_span(n, **each) for n, each in enumerate((
            {}, {"spanId": None}, {"startTimeUnixNano": None}, {"endTimeUnixNano": "soon"}, {"kind": -1}, {"kind": 6},
            {"kind": 5}, {"kind": 2.0}, {"kind": 0}, {"kind": None}, {"startTimeUnixNano": 2 * 10**9},
            {"startTimeUnixNano": True}, {"startTimeUnixNano": -1}, {"startTimeUnixNano": "9" * 30},
            {"endTimeUnixNano": 5 * 10**8}, {"endTimeUnixNano": 0, "startTimeUnixNano": 0},
            {"traceId": None, "name": None, "parentSpanId": "0", "links": [{}, 5],
             "events": [{}, {"timeUnixNano": "1"}]},
            {"attributes": [{"key": "x"}, {"value": {"stringValue": "y"}}, {"key": "z", "value": {"other": 1}}]})))),
        _spans(_span(endTimeUnixNano="9" * 29))],
    "of Jaeger": lambda: [
        _jaeger(_of_jaeger(1), _of_jaeger(2, processID=None, process={"serviceName": "b"}), _of_jaeger(3, spanID=None),
                _of_jaeger(4, startTime="x"), _of_jaeger(5, duration=None), _of_jaeger(6, duration=-9), wrapped=False),
        _jaeger(_of_jaeger(1), _of_jaeger(2, parentSpanID="1", processID="q", tags=[
                    {"key": "otel.status_code", "value": "ERROR"}, {}]),
                _of_jaeger(3, traceID=None, operationName=None, references=[{}, {"refType": "CHILD_OF", "spanID": "1"},
                                                                            {"refType": "CHILD_OF", "spanID": "2"}]),
                _of_jaeger(4, references=[{"spanID": "1"}, {"refType": "CHILD_OF"}, {"refType": "FOLLOWS_FROM"}]),
                _of_jaeger(7, tags=[{"key": "otel.status_code", "value": "OK"}, {"key": "error", "value": True}]),
                processes={"p": {"serviceName": "a", "tags": [{"key": "service.instance.id", "value": "one"},
                                                              {"key": "hostname", "value": "h"}]},
                           "q": {"serviceName": "b"}}),
        made(t__json=json.dumps({"traceID": "t", "spans": 5})), made(t__json=json.dumps({"data": [{"traceID": "t"}],
                                                                                         "spans": []}))],
    "of operations": lambda: _trace(
        ("a", "1", "", 2, 0, 90),
        *(("a", f"2{n}", "1", kind, 10 * n, 10 * n + 5, about) for n, (kind, about) in enumerate((
            (3, JOBS | {"messaging.operation.type": "send"}), (3, JOBS | {"messaging.operation": "publish"}),
            (3, JOBS | {"messaging.operation.name": "ack"}), (3, {"messaging.operation": "create"}),
            (3, {"peer.service": "10.0.0.7", "db.system.name": "oracle", "db.system": "other"}),
            (3, {"peer.service": "10.0.0.8", "db.system": "redis"}),
            (3, {"server.address": "10.0.0.7:80", "db.namespace": "books"}), (3, {"rpc.service": "tax.v1"}), (3, {}),
            (3, JOBS | {"messaging.operation.type": "receive"}))))),
}  # fmt: skip
ODD_TRACES = {
    "odd traces": lambda: told(STEPS | SHAPES | {f"written {name}": make for name, make in WRITTEN.items()}),
}
