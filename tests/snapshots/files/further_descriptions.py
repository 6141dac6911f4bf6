"""What evsim says of files that tell of systems: further ones that are odd, long, or name several things."""

import json

from tests.snapshots.files.made_files import log, made, otlp, rows_of
from tests.snapshots.files.odd_descriptions import GROUPS, _queue, _rabbit
from tests.snapshots.telling import told

__all__ = ["FURTHER_DESCRIPTIONS"]

LONG = "^" + "x" * 44
POLICIES = [
    {"pattern": pattern, "vhost": "/", "priority": priority, "definition": {"max-length": length}}
    for pattern, priority, length in (
        ("^jobs", 5, 1), ("jobs$", 5, 2), ("(", 9, 3), (LONG + "(a+)+", 9, 4), ("o", None, 5), ("y{101}", 9, 6),
        ("y{100}", 9, 7), ("x" * 120, 9, 8))
]  # fmt: skip
QUEUES = [_queue("jobs"), _queue("more"), _queue("y" * 100), _queue("y" * 101), _queue("x" * 100), _queue("spoilt"),
          _queue("last"), _queue("tired", x_dead_letter_exchange="graves", x_dead_letter_routing_key="x"),
          _queue("weary", x_dead_letter_exchange="graves")]  # fmt: skip
BOUND = [("graves", "last", "queue", "y"), ("graves", "spoilt", "queue", "#"), ("plain", "jobs", "queue", "a"),
         ("plain", "more", "queue", "b"), ("keyless", "jobs", "queue"), ("keyless", "more", "queue", "b"),
         *(("wide", "jobs" if number % 2 else "more", "queue", f"key-{number}") for number in range(11))]  # fmt: skip
KINDS = [("graves", "direct"), ("keyless", "direct"), ("wide", "direct")]
LETTERS = {"asyncapi": "3.0.0", "channels": {"c": {"address": "letters"}, "d": {}, "e": {"address": "notes"}}}
WAYS = (("one", "receive", "c"), ("two", "receive", "d"), ("three", "receive", "e"), ("four", "send", "d"),
        ("five", "send", "e"))  # fmt: skip
OPERATIONS = {name: {"action": way, "channel": {"$ref": f"#/channels/{channel}"}} for name, way, channel in WAYS}
COMPOSED = """services:
  mq: {image: rabbitmq}
  kafka: {image: kafka}
  a: {image: x, depends_on: [mq, kafka], environment: {IN_QUEUE: jobs, OTHER_QUEUE: more, OUT_TOPIC: facts}}
  b: {build: ., depends_on: [mq], environment: {IN_QUEUE: jobs, NEXT_QUEUE: notes, A_QUEUE: more}}
  c: {depends_on: [a, b]}
"""
ASKED = {"db.system": "postgresql"}, {"messaging.operation": "publish", "messaging.destination": "facts"}
SPANS = [("page", "1", "", 2, 0, 90), ("page", "2", "1", 3, 10, 30, ASKED[0]), ("page", "3", "1", 4, 40, 50, ASKED[1]),
         ("page", "4", "1", 3, 55, 60, {"db.name": "shop", "db.system.name": "mysql"}),
         ("page", "5", "1", 3, 61, 62, {"peer.service": "10.0.0.1:80", "server.address": "bank"}),
         ("page", "6", "1", 3, 63, 64, {"status": 1}),
         ("mailer/1", "7", "3", 5, 60, 80, ASKED[1]), ("archive/2", "8", "3", 5, 60, 70, ASKED[1])]  # fmt: skip
JAEGER = {"traceID": "t", "processes": {"p": {"serviceName": "page"}}, "spans": [
    {"traceID": "t", "spanID": "1", "processID": "p", "startTime": 0, "duration": 9, "operationName": "get",
     "tags": [{"key": "span.kind", "value": "server"}]},
    {"traceID": "t", "processID": "p", "startTime": 0, "duration": 9}]}  # fmt: skip
MINUTES = "HashOwner,HashApp,HashFunction,Trigger,1,2,3"


def _trace(**more):
    """The same spans, wrapped as some tools wrap them."""
    data = json.loads(otlp(*SPANS))
    return json.dumps(dict.fromkeys(more, data) or data)


FURTHER = {
    "rabbit": lambda: [made(r__json=_rabbit(QUEUES, KINDS, BOUND, policies=POLICIES))],
    "asyncapi": lambda: [made(a__json=json.dumps(LETTERS | {"operations": OPERATIONS})),
                         made(a__json=json.dumps(LETTERS | {"operations": {}})),
                         made(a__json=json.dumps({"asyncapi": "2.6.0"})), made(a__json='{"asyncapi": null}')],
    "compose": lambda: [made(c__yaml=COMPOSED), made(c__yaml="x: 1\nservices:\n"), made(c__yaml="services: {a: {}}\n")],
    "groups": lambda: [
        made(g__txt=rows_of(GROUPS, "mail jobs 0 0 9 12345678901234 a - -", "mail facts 1 0 9 3 b - -", "odd", "mail",
                            "mail facts 0 0 9 4 - - -", "late facts 2 0 9 9 - - -", "mail jobs 10000001 0 9 2 - - -")),
        made(g__txt=rows_of("odd", GROUPS, "odder", "x jobs y 1 2 3 - - -"))],
    "logs": lambda: [
        made(x__log=log("200 5 0.25", "200 5 0.75", "500 5 0.5") + "odd\nodder\n"),
        made(x__log=log(*["200 5 " + "1" * 35 + ".5"] * 3)), made(x__log=log(*["200 5 " + "1" * 18] * 3)),
        made(x__log=log("200 5 1", "200 5", "200 5 2", start="09:00:{:02}.250", zone="")),
        made(x__log=log("200 5 -", "200 5"))],
    "counts": lambda: [made(m__csv=rows_of(MINUTES, "o,a,f,http,1,2,3", "odd", "o,a,g,queue,0,1,0", "odder,1")),
                       made(m__csv=rows_of(MINUTES, "odd", "odder"))],
    "tables": lambda: [made(t__csv=each) for each in (
        rows_of("time,count", "0,5", "0,6", "0,7"), rows_of("time,count", "0,5", "60,", "120,x"),
        rows_of("took,other", "1,0", "2,5"), rows_of("0,5", "1,6", "2,7"), rows_of("0;1,5", "1;2,5", "2;3,5"),
        rows_of("time,took_s", *(f"{n / 4 + 9},1" for n in range(9))))],
    "traces": lambda: [made(t__json=each) for each in (
        _trace(), _trace(trace=1), _trace(result=1), json.dumps(JAEGER), json.dumps({"data": [JAEGER, JAEGER]}))],
    "deep": lambda: [made(t__json='{"resourceSpans": ' + "[" * 200_000), made(t__json='{"data": ' + "[" * 200_000)],
}  # fmt: skip
FURTHER_DESCRIPTIONS = {"further descriptions": lambda: told(FURTHER)}
