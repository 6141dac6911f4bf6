"""What evsim says of the files that people bring: the scenarios made of them, and incidents replayed."""

import json
from functools import partial
from pathlib import Path

import evsim
from tests.imports.test_hostile_files import HARM
from tests.imports.test_replay import SMALL
from tests.reporting.test_report import ASKS
from tests.snapshots.files.made_files import exported, log, made, new, otlp, replayed, rows_of
from tests.snapshots.telling import ALONE, in_folder, refusals, told
from tests.snapshots.texts import drawn, tried

__all__ = ["BROUGHT_FILES"]

DATA = Path(__file__).resolve().parents[2] / "data"


SAMPLES = {path.name: partial(new, [path]) for path in sorted((DATA / "imports").iterdir())}
SAMPLES |= {f"shop {path.name}": partial(new, [path]) for path in sorted((DATA / "shop").iterdir())}
SAMPLES |= {
    "all of a shop": lambda: new(sorted((DATA / "shop").iterdir()), "shop"),
    "together": lambda: [new([DATA / "imports" / name for name in names]) for names in (
        ("compose.yaml", "nginx.log", "jaeger.json"), ("compose.yaml", "common.log"),
        ("asyncapi-2.yaml", "compose.yaml"),
        ("headerless.csv", "asyncapi-3.yaml"), ("rabbitmq-definitions.json", "consumer-groups.txt", "nginx.log"),
        ("common.log", "nginx.log"), ("azure-functions.csv", "nginx.log"),
        ("rabbitmq-definitions.json", "../shop/docker-compose.yml"))],
    **{f"trace of {name}": partial(exported, name) for name in (
        "registration-hybrid", "registration-parallel", "topic-exchange", "vertx-bus", "share-group",
        "saga-orchestrated",
        "two-producers-four-consumers", "poison-message", "registrations-per-minute", "hot-partition")},
}  # fmt: skip

COUNTS = "HashOwner,HashApp,HashFunction,Trigger,1,2,3,4"
TICKS = [f"{number},{number % 7 * 10}" for number in range(60)]
RING = "services:\n" + "".join(f"  {one}: {{image: x, depends_on: [{two}]}}\n" for one, two in zip("abcd", "bcax"))
QUEUES = {"rabbit_version": "3", "vhosts": [{"name": "/"}], "queues": [
    {"name": "jobs", "vhost": "/", "arguments": {"x-max-priority": 300, "x-single-active-consumer": True,
                                                 "x-overflow": "drop-head",
     "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "letters", "x-message-ttl": -1}},
    {"name": "jobs", "vhost": "other", "arguments": {"x-dead-letter-exchange": "dlx",
                                                     "x-dead-letter-routing-key": "gone"}},
    {"name": "letters", "vhost": "/"}, {"name": "gone", "vhost": "other"},
    {"name": "events", "vhost": "/", "arguments": {"x-queue-type": "stream"}},
    {"name": "fed", "vhost": "/", "arguments": {"x-queue-type": "stream", "x-dead-letter-exchange": "nowhere"}},
    {"name": "lost", "vhost": "/", "arguments": {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "none",
                                                 "x-max-length": 5}}],
    "policies": [{"vhost": "/", "pattern": each, "definition": {"max-length": 9}, "priority": "x"}
                 for each in ("(a+)+$", "(", "^letters$", "l")],
    "exchanges": [{"name": "direct", "vhost": "/", "type": "direct"}, {"name": "odd", "vhost": "/", "type": "x-hash"},
                  {"name": "jobs", "vhost": "/", "type": "direct"}],
    "bindings": [{"source": source, "vhost": vhost, "destination": to, "destination_type": kind, "routing_key": key}
                 for source, vhost, to, kind, key in (
                     ("direct", "/", "jobs", "queue", "a.*"), ("direct", "/", "fed", "queue", "b"),
                     ("odd", "/", "lost", "queue", ""),
                     ("jobs", "/", "lost", "queue", "one"), ("jobs", "/", "fed", "queue", ""),
                     ("dlx", "other", "gone", "queue", "#"),
                     ("direct", "/", "odd", "exchange", ""), ("", "/", "jobs", "queue", "jobs"))],
}  # fmt: skip
GROUPS = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID"
JOBS = """services:
  a: {image: rabbitmq-consumer, depends_on: [mq, b], environment: {JOBS_QUEUE: jobs}}
  mq: {image: rabbitmq}
  b: {image: x, depends_on: [mq, kafka], ports: [80], environment: [A_TOPIC=facts, B_QUEUE=jobs, odd]}
  kafka: {}
  r: {image: redis}
"""
BOTH_WAYS = """asyncapi: 2.0.0
info: {title: ...}
channels:
  a: {subscribe: {}, publish: {}, bindings: {amqp: {}}}
  b: {publish: {}}
  c: 5
"""
MAIL = """asyncapi: 3.0.0
info: {title: Mail API}
servers: {x: {protocol: kafka-secure}}
channels: {a: {address: null}, b: {}}
operations:
  one: {action: send, channel: {$ref: '#/channels/a'}, reply: {}}
  two: {action: wait, channel: {$ref: '#/channels/b'}}
  three: {action: receive}
"""
SAME_NAME = {"asyncapi": "2.6.0", "channels": {"mail": {"publish": {"x": 1}}, "program": {"subscribe": {}}}}
EMPTY = {
    "batches": [{"resource": 5, "instrumentationLibrarySpans": [{"spans": [{"spanId": "1", "x": "resourceSpans"}]}]}]
}
HANDMADE = {
    "logs": lambda: [
        made(access__log=log(*['200 5 "-" "-" 0.25 ms=3'] * 9, '503 5 "-" "-" 0.5')),
        made(x__log=log(*["200 5 2500"] * 9, "200 5")),
        made(x__log=log(*["200 5 1"] * 9, zone="")),
        made(x__log=log('200 5 "-" took=7ms', '500 - 3us', '404 5 "2.5"')),
        made(x__log=log("200 5") + log("200 5", start="25:00:{:02}") + "\n\ntorn\n"
              + log("200 5").replace("Mar", "Mir") * 2),
        made(x__log=log("200 5").replace("Mar", "Mir")),
        made(x__log=log(*["200 5"] * 60, start="09:00:{:02}", host="host:80 1.2.3.4 - ann"))],
    "tables": lambda: [
        made(t__csv=rows_of("time,took_ms,status", *(f"{each},{500 if n % 9 == 0 else 200}" for n,
                                                     each in enumerate(TICKS)))),
        made(t__csv=rows_of("time;latency", *(f"{number};0,{number}" for number in range(30)))),
        made(t__csv=rows_of(*map(str, range(30)))),
        made(t__csv=rows_of("time,duration_s", *(f"{n},x" for n in range(9)), "12")),
        made(t__tsv=rows_of("ts\tworked", "1\t2", "2\t3", "3\t4")),
        made(t__csv=rows_of("time,count", *(f"2026-03-02T09:{n:02}:00Z,{n % 3 * 90}" for n in range(24)))),
        made(t__csv=rows_of("minute,hits", "0,3", "0,4", "60,5")), made(t__csv=rows_of("time,count", "0,0", "60,0")),
        made(t__csv=rows_of("time", *(str(17e11 + 40 * n) for n in range(30)))),
        made(t__csv=rows_of("time,what", "1,2", "x,y", "z,2")),
        made(t__csv=rows_of("time", *(f"{n / 4000:.6f}" for n in range(100_001)))),
        made(t__csv=rows_of("when", "5", "5", "5")),
        made(t__csv=rows_of("time,work_us", *(f"{n * n / 90},{100 + n}" for n in range(200))))],
    "minutes": lambda: [
        made(m__csv=rows_of(COUNTS, *(f"o,a,f{n},http,{n},1,2,3" for n in range(12)), "o,a,torn,http,1,x,3,4",
                            "o,a,short,queue,1", "", "o,a,none,timer,0,0,0,0")),
        made(m__csv=rows_of(COUNTS, "o,a,busy,,90000,19,90000,9", "o,a,calm,http,0,0,0,5")),
        made(m__csv=rows_of(COUNTS, "o,a,busy,,200000,9,8,300000")),
        made(m__csv=rows_of(COUNTS, "o,a,f,http,0,0,0,0", "o,a,g,http,-1,0,0,0"))],
    "groups": lambda: [
        made(g__txt=rows_of(GROUPS, "mail facts 0 0 9 100001 c-1 h i", "mail facts 1 0 9 - - - -",
                            "mail facts x 0 9 1 - - -", "mail odd 20000 0 9 1 - - -", "torn")),
        made(g__txt=rows_of(GROUPS, "torn")), made(g__txt="Consumer group 'a' has no active members.\n"
                                                    + rows_of(GROUPS, "a calm 0 1 1 0 - - -")),
        made(g__txt="GROUP CONSUMER-ID HOST CLIENT-ID #PARTITIONS\n"),
        made(g__txt=rows_of(GROUPS[6:], "facts 0 1 9 8 c h i"))],
    "rabbit": lambda: [made(r__json=json.dumps({"queues": [{"name": f"queue {n}"} for n in range(103)],
                                                 "exchanges": [], "bindings": []})),
                       made(r__json=json.dumps(QUEUES)),
                       made(r__json='{"queues": [], "exchanges": [], "bindings": []}'),
                       made(r__json='{"queues": [], "exchanges": [], "bindings": 1' + "0" * 5000 + "}"),
                       made(r__json='{"queues": [}, "exchanges": "bindings"')],
    "compose": lambda: [
        made(c__yaml=RING), made(c__yaml="services:\n"
                                   + "".join(f"  service-with-a-very-long-name-{n:03}: {{image: x}}\n"
                                             for n in range(103))),
        made(c__json=json.dumps({"services": {"a": {"image": "x", "ports": [{"published": 80}, 81], "scale": 3},
                                               "1b": {"build": "."}}})),
        made(c__yaml=JOBS),
        made(c__yaml="services: [image: 5]\n"), made(c__yaml="services:\n  a: {image: x\n"),
        made(c__yaml="services:\n  zipkin: {image: zipkin}\n"),
        made(c__json='{"services": ' + "[" * 200 + "]" * 200 + ', "image": 5}'),
        made(c__json='{"services": "image": }')],
    "asyncapi": lambda: [
        *(made(a__yaml=text) for text in (BOTH_WAYS, MAIL)),
        made(a__yaml="asyncapi: 3.0.0\nchannels: {}\n"), made(a__json=json.dumps(SAME_NAME))],
    "refused": lambda: [*(made(**{name.replace(".", "__"): text}) for name, (text, _) in HARM.items()),
                        tried(evsim.from_file),
                        made(a__txt="nothing that is known\n"), made(a__csv="time\n"),
                        *refusals(partial(evsim.from_file, DATA / "imports/compose.yaml"), {}, {"name": 5}),
                        in_folder(lambda folder: [str(tried(evsim.from_file(DATA / "imports/compose.yaml").save,
                                                            folder / "a.yaml")) for _ in range(2)])],
}  # fmt: skip
SENDS = {"messaging.system": "kafka", "messaging.destination.name": "facts", "messaging.kafka.partition": 1}
ASKS_DB = {"db.system": "postgresql", "server.address": "10.0.0.7"}
ERROR = {"status": {"code": 2}, "events": [{"timeUnixNano": "5", "name": "reply"}, {"name": "torn"}]}
MANY = [each for n in range(0, 3000, 100) for each in (
    (f"front/{n % 200}", f"a{n}", "", 2, n, n + 60),
    ("front", f"b{n}", f"a{n}", 3, n + 5, n + 25, {"peer.service": "stock"}, ERROR if n % 300 else {}),
    ("front", f"c{n}", f"a{n}", 3, n + 30, n + 50, {"peer.service": "stock"}),
    ("stock", f"d{n}", f"c{n}", "SPAN_KIND_SERVER", n + 31, n + 52),
    ("front", f"e{n}", f"a{n}", 4, n + 51, n + 52, SENDS),
    ("mail", f"f{n}", "", 5, n + 70, n + 71 + n % 7, SENDS, {"links": [{"spanId": f"e{n}"}]}),
    ("front", f"h{n}", f"a{n}", 3, n + 59, n + 59, {"peer.service": "cache"}),
    ("front", f"g{n}", f"a{n}", 3, n + 53, n + 58, ASKS_DB, {"status": {"code": 2}, "name": "timeout"} if n % 200
     else {}),
)]  # fmt: skip
TRACED = {
    "many": lambda: made(t__json=otlp(*MANY)),
    "one": lambda: made(t__json=otlp(("alone", "1", "", 2, 0, 0))),
    "shapes": lambda: [made(t__json=otlp(*each)) for each in (
        [("a", "1", "", 2, 0, 9), ("a", "1", "", 2, 1, 9), ("b", "2", "1", 2, 2, 5), ("b", "3", "9", 2, 3, 4)],
        [("a", "1", "", 5, 0, 9, SENDS), ("a", "2", "", 5, 20, 25, {"messaging.operation": "process"}),
         ("a", "3", "", 5, 30, 31, SENDS | {"messaging.operation": "ack"})],
        [("a", "1", "", 3, 0, 9, {"server.address": "db"}),
         ("a", "2", "1", 3, 1, 5, {"messaging.destination.name": "q", "messaging.operation": "send"})],
        [("a", str(n), "", 2, 10 * n, 10 * n + 35 * (n % 2) + 5) for n in range(12)],
        [("a", "1", "", 9, 0, 5), ("", "2", "", 2, 0, 5)],
        [("a", str(n), "", "SPAN_KIND_ODD", 1000 * n, 1000 * n + n, {"evsim.fault": "outage"} if n == 3 else {},
          {"status": {"code": 2}} if n % 4 == 0 else {}) for n in range(25)])],
    "formats": lambda: [
        made(t__json=json.dumps(EMPTY)),
        made(t__json=otlp(("a", "1", "", 2, 0, 5)) + "\n\n" + otlp(("a", "2", "", 2, 9, 12)) + "\n"),
        made(t__json=otlp(("a", "1", "", 2, 0, 5)) + "\n{torn\n"),
        made(t__json=json.dumps({"traceID": "t", "processes": {"p": {"serviceName": "a"}}, "spans": [
            {"traceID": "t", "spanID": str(n), "processID": "p", "startTime": n * 10, "duration": 5,
             "tags": [{"key": "error", "value": "true"}],
             "references": [{"refType": "FOLLOWS_FROM", "spanID": "0"}]} for n in range(3)]
             + [{"spanID": "9", "processID": "q"}]}))],
    "traces": lambda: [exported("registration-classic", 6, **changes) for changes in (
        {"services.register.handle.1.call": {"service": "database", "timeout": "30ms", "retry": {"attempts": 3},
                                             "on_error": "ignore"}},
        {"services.mailing-list.handle.0.work": {"uniform": ["10ms", "20ms"]}, "services.database.handle.0.work": "5ms",
         "services.database.instances": 3},
        {"services.database.handle.1": {"fail": 0.1},
         "faults": [{"loss": ["register", "database"], "probability": 0.1, "at": 0}]})],
}  # fmt: skip
INCIDENT = [DATA / "incident" / name for name in ("shop.yaml", "timeline.csv", "observed.csv")]


ROW = "time,what,target,value,for\n{}\n"
SEEN = """time,requests,errors,availability,response_mean,response_p90
0s,100,1,99%,20ms,
5s,0,,100%,,50ms
# no more

10s,99,0,,21ms,40ms
"""
HAPPENED = """time,what,target,value,for,add
2s,outage,desk,,2s
3s,load,page,x2
4s,scale,,3
2s,Load,page,30/s
9s,latency,page - desk,,2s,5ms
"""
CLOSED = SMALL | {"workloads": {"page": {"target": "desk", "arrivals": {"closed": {"users": 3, "think": "1s"}}}}}
BREAKS = SMALL | {"faults": [{"outage": "desk", "mtbf": 5, "mttr": 1}]}
FAILS = SMALL | {"services": {"desk": {"handle": [{"fail": 1}]}}}
REPLAYED = {
    "an incident": lambda: [found := evsim.replay(*INCIDENT, n=2, **ALONE), repr(found), json.dumps(found.data),
                            drawn(found.plot), drawn(found.plot, "response_p90")],
    "small": lambda: replayed(SEEN, HAPPENED),
    "nothing happened": lambda: [replayed(SEEN, seed=4), replayed("time,response_mean\n0,\n9,\n"),
                                 replayed("time,errors\n0,0\n9,0\n")],
    "rows": lambda: [replayed(timeline=ROW.format(row)) for row in (
        "5s,slwdown,desk,,2s", "5s,outage,dsk,,2s", "soon,outage,desk,,2s", "5s,scale,desk,many,", "5s,scale,desk,0,",
        "5s,load,page,much,",
        "5s,load,page,xx,", "5s,load,nobody,x2,", "5s,outage,desk,,2s,9", '5s,"outage,desk,,2s',
        "2026-03-02T09:00:00Z,outage,desk,,1s\n2026-03-02T08:00:00Z,outage,desk,,1s")]
    + [replayed(timeline=ROW.format("5s,load,page,x2,"), of=each) for each in (CLOSED, SMALL, BREAKS, FAILS)]
    + [replayed(timeline=ROW.format("5s,scale,,2,"), of=ASKS)],
    "tables": lambda: [replayed(text) for text in (
        "time,respons_mean\n0,1\n1,1\n", "time,requests\n5,1\n1,1\n", "time,response_mean\n0,fast\n1,1\n",
        "time,requests\n0,1\n", "time\n0\n1\n", "when,requests\n0,1\n", "time,requests\n")],
}  # fmt: skip

BROUGHT_FILES = {name: partial(told, tries) for name, tries in {
    "files": SAMPLES, "files made by hand": HANDMADE, "traces": TRACED, "replay": REPLAYED}.items()}  # fmt: skip
