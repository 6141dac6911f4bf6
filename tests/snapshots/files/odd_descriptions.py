"""What evsim says of descriptions of systems that are odd or lie on a limit: compose files, AsyncAPI, RabbitMQ."""

import json
from unittest.mock import patch

from evsim.imports import described, draft
from tests.snapshots.files.made_files import log, made, otlp, rows_of
from tests.snapshots.telling import told

__all__ = ["ODD_DESCRIPTIONS"]

FACTS = {"messaging.destination.name": "facts"}
SCALES = (True, 0, -1, 1, 1000, 1001, "3", None)
SCALED = "services:\n" + "".join(
    f"  s{number}: {{image: x, scale: {json.dumps(each)}}}\n" for number, each in enumerate(SCALES)
)
PARTS = """services:
  DB-Postgres: {}
  cache: {image: 'docker.io/Library/Redis:7', ports: ['6379:6379']}
  Prometheus: {image: prom/prometheus}
  traces: {image: openzipkin/zipkin}
  mq: {image: RabbitMQ}
  kafka: {}
  api: {build: ., image: '', depends_on: [Prometheus, DB-Postgres, mq, gone], ports: [{target: 80}, 81]}
  inner: {image: y, depends_on: [api, kafka], ports: [{target: 80}], environment: {IN_TOPIC: one, SOME: two}}
  one: {image: x, depends_on: [mq], environment: {A_QUEUE: 'no name!', b_queue_name: both, XTOPIC: 5}}
  two: {image: x, depends_on: [kafka], environment: ['B_CHANNEL=both', 'C_QUEUE=both'], ports: [9]}
  three: {image: x, depends_on: {mq: {condition: healthy}}, environment: {A_EXCHANGE: both}}
  store: {image: mysql, ports: [3306]}
"""
LONELY = "services:\n  a: {image: x, depends_on: [mq], environment: {OUT_QUEUE: jobs}}\n  mq: {image: rabbitmq}\n"
MERGED = """x-all: &all {image: x}
x-more: &more {image: y, ports: [80], deploy: {replicas: 2}}
services:
  a: {<<: [*all, *more], depends_on: [b]}
  b: {<<: *more, image: z}
"""
CIRCLES = "services:\n" + "".join(f"  s{n}: {{image: x, depends_on: [s{(n + 1) % 102}]}}\n" for n in range(102))


def _partitions(*counts):
    channels = {f"c{number}": {"bindings": {"kafka": {"partitions": each}}, "publish": {}}
                for number, each in enumerate(counts)}  # fmt: skip
    return made(a__json="  " + json.dumps({"asyncapi": "2.0.0", "channels": channels}))


LETTERS = {"asyncapi": "3.0.0", "info": {"title": "Mail Events"}, "servers": {"x": {}, "y": {"protocol": "amqps"}},
           "channels": {"letters": {}, "j": {"address": "jobs"}},
           "operations": {"one": {"action": "receive", "channel": {"$ref": "#/channels/letters"}},
                          "two": {"action": "send", "channel": {"$ref": "#/channels/j"}, "reply": {}}, "three": {},
                          "four": {"action": "send", "channel": {"$ref": "#/channels/j"}, "reply": {}}}}  # fmt: skip
ROUND = {"asyncapi": "2.0.0", "info": {"title": "Round"}, "channels": {
    name: {"publish": {}, "subscribe": {}} for name in ("b", "a", "c")} | {"d": {"subscribe": {}}}}  # fmt: skip


def _queue(name, vhost="/", **arguments):
    return {"name": name, "vhost": vhost, "arguments": {key.replace("_", "-"): each for key, each in arguments.items()}}


def _rabbit(queues, exchanges=(), bindings=(), **more):
    """Definitions with bindings (source, destination, kind, key)."""
    bound = [
        dict(zip(("source", "destination", "destination_type", "routing_key"), each), vhost="/") for each in bindings
    ]
    kinds = [{"name": name, "vhost": "/", "type": kind} for name, kind in exchanges]
    return json.dumps({"queues": list(queues), "exchanges": kinds, "bindings": bound} | more)


MOST = 10**9
LIMITS = [_queue(f"ttl-{n}", x_message_ttl=each, x_max_length=each, x_delivery_limit=each, x_max_priority=each)
          for n, each in enumerate((True, 0, 1, 255, 256, MOST - 1, MOST, -1, "5"))]  # fmt: skip
POLICIES = [
    {"pattern": "^jobs", "vhost": "/", "definition": {"max-length": 1}, "priority": 1},
    {"pattern": "^jobs-two", "vhost": "/", "definition": {"max-length": 2}, "priority": 7},
    {"pattern": "", "vhost": "/", "definition": {"max-length": 3}, "priority": 3, "apply-to": "queues"},
    {"pattern": "", "vhost": "/", "definition": {"max-length": 4}, "priority": 9, "apply-to": "exchanges"},
    {"vhost": "other", "definition": {"max-length": 5}}, {"pattern": "lonely"},
    {"pattern": "^jobs$", "vhost": "/", "definition": {"max-length": 6}, "priority": 3},  # as high as one before
]  # fmt: skip
POLICED = [_queue("jobs"), _queue("jobs-two"), _queue("jobs-three", "other"), {"name": "lonely"}, {"vhost": "/"},
           _queue("", "/"), _queue("calm", queue_type="classic"), _queue("odd", x_queue_type="stream"),
           _queue("odder", x_queue_type="stream")]  # fmt: skip
DEAD = [
    _queue("jobs", x_dead_letter_exchange="dlx", x_dead_letter_routing_key="b"),
    _queue("more", x_dead_letter_exchange="dlx", x_dead_letter_routing_key="zz"),
    _queue("any", x_dead_letter_exchange="dlx"), _queue("all", x_dead_letter_exchange="every"),
    _queue("self", x_dead_letter_exchange="", x_dead_letter_routing_key="self"), *map(_queue, ("a", "b", "c")),
]  # fmt: skip
BOUND = [("dlx", "gone", "queue", "b"), ("dlx", "a", "queue", "a"), ("dlx", "b", "queue", "b"),
         ("every", "c", "queue", "#"),
         ("jobs", "a", "queue", "x"), ("topics", "a", "queue", "in.*"), ("topics", "b", "queue", "#"),
         ("topics", "c", "queue", "in.*"), ("pairs", "a", "queue", ""), ("pairs", "b", "queue", "k"),
         ("mixed", "a", "queue", "in.*"), ("mixed", "b", "queue", "x.y"), ("fans", "a", "queue", ""),
         ("fans", "jobs", "queue", ""),
         ("unknown", "a", "queue", "k"), ("a", "b", "exchange", ""), ("b", "c", "exchange", "")]  # fmt: skip
KINDS = [("dlx", "direct"), ("every", "topic"), ("jobs", "direct"), ("topics", "topic"), ("pairs", "direct"),
         ("mixed", "topic"), ("fans", "fanout")]  # fmt: skip
GROUPS = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID"
PATTERNS = [("topics", "topic"), ("pairs", "direct")], [
    ("topics", "x", "queue", "in.*"), ("topics", "y", "queue", "#"), ("topics", "z", "queue", "in.*"),
    ("pairs", "x", "queue", ""), ("pairs", "y", "queue", "k"), ("pairs", "z", "queue", "k")]  # fmt: skip
BARE = {
    "queues": [{"name": "x"}],
    "exchanges": [{}, {"name": "e"}],
    "bindings": [
        {},
        {"source": "e"},
        {"source": "e", "destination": "x"},
        {"source": "e", "destination": "x", "destination_type": "queue"},
    ],
}
TIMES = rows_of("time,took_s", *(f"{n / 4},1" for n in range(40)))


def _with_limit(module, limit, **files):
    with patch.object(module, limit, 5):
        return made(**files)


ODD = {
    "compose": lambda: [
        made(c__yaml=SCALED), made(c__yaml=PARTS), made(c__yaml=MERGED), made(c__yaml=CIRCLES),
        made(a__yaml=SCALED, b__yaml=SCALED.replace("1000,", "7,")),
        made(c__yaml="services:\n  mq: {image: rabbitmq}\n"),
        made(c__yaml="services: 5\nx: {image: 5}\n"), made(c__yaml="- x\n- services: 5\n  asyncapi: 3\n"),
        _with_limit(described, "MOST", c__yaml="services:\n  a: {image: x}\n"),
        _with_limit(described, "MOST", c__yaml="services:\n  a: {image: x, scale: 1}\n"),
        _with_limit(described, "MOST", c__yaml="services:\n  a: {image: x, scale: 1, y: 2}\n"),
        made(c__yaml="services:\n  a: {image: x}\n  b: {image: zipkin}\n"), made(a__yaml=LONELY, b__yaml=LONELY),
        *(_with_limit(draft, "LARGEST", c__yaml=text) for text in ("a: bc", "a:\n b\n", "a: b"))],
    "asyncapi": lambda: [_partitions(0, 1, 10_000, 10_001, "3", True), made(a__json=json.dumps(ROUND)),
                         made(a__json=json.dumps(LETTERS)),
                         made(a__json=json.dumps(LETTERS).replace('"j"', '"letters2"'))],
    "rabbit": lambda: [made(r__json=each) for each in (
        _rabbit(LIMITS), _rabbit(POLICED, policies=POLICIES), _rabbit(DEAD, KINDS, BOUND),
        _rabbit(map(_queue, "xyz"), PATTERNS[0], PATTERNS[1]), json.dumps(BARE),
        json.dumps({"queues": [{"name": "x", "vhost": "/"}, {}], "more": ["exchanges", "bindings"]}),
        _rabbit([_queue("self", x_dead_letter_exchange="", x_dead_letter_routing_key="self")]))],
    "together": lambda: [
        made(b__json=json.dumps(LETTERS), a__json=_rabbit([
            _queue("jobs", x_dead_letter_exchange="", x_dead_letter_routing_key="letters"), _queue("letters")])),
        made(c__yaml="services:\n  jobs: {image: x}\n  a: {image: x}\n", r__json=_rabbit(DEAD, KINDS, BOUND)),
        made(c__yaml=LONELY, x__log=log(*["200 5 0.1"] * 3)), made(c__yaml=LONELY + "  b: {image: y, ports: [80]}\n",
                                                                  x__log=log(*["200 5 0.1"] * 3)),
        made(a__yaml=LONELY, g__txt=rows_of(GROUPS, "mail jobs 3 0 9 2 - - -")),
        made(c__yaml=LONELY, t__json=otlp(("b", "1", "", 2, 0, 9))),
        made(t__csv=TIMES, u__json=otlp(*(("a", str(n), "", 2, 1000 * n, 1000 * n + 250) for n in range(4)))),
        made(t__csv=TIMES.replace(",1\n", ",2\n"), u__json=otlp(*(("a", str(n), "", 2, 500 * n, 500 * n + 500)
                                                                 for n in range(4)))),
        made(t__json=otlp(("facts", "1", "", 2, 0, 9), ("facts", "2", "1", 4, 1, 8, FACTS),
                          ("facts", "3", "1", 4, 2, 7, {"messaging.destination.name": "jobs"}),
                          ("facts", "4", "", 2, 20, 29)))],
    "lines": lambda: [made(t__json=otlp(("a", "1", "", 2, 0, 5)) + "\n   \n" + otlp(("a", "2", "", 2, 9, 12)))],
}  # fmt: skip
ODD_DESCRIPTIONS = {"odd descriptions": lambda: told(ODD)}
