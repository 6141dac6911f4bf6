"""Files as the documentation of each tool has them, in the forms in which people have them."""

import json

import numpy as np
import pytest

import evsim
from evsim.imports.sketch import slug

MOMENTS = np.cumsum(np.random.default_rng(1).exponential(0.1, 400))
TOOK = np.random.default_rng(2).gamma(4, 0.02, 400)  # seconds: 80 ms on average


def draft(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return evsim.from_file(tmp_path / name)


def work_mean(scenario, service="web"):
    return scenario.services[service].handle[0].time.mean


def stamp(moment, form="T"):
    whole = int(moment)
    return f"2026-03-02{form}09:{whole // 60:02}:{whole % 60:02}.{int(moment % 1 * 1000):03}"


LOGS = {  # what stands behind the agent of the browser, where the request took so many seconds
    "nginx's own example": lambda s: f'"-" rt={s:.3f} uct="0.000" uht="{s:.3f}" urt="{s:.3f}"',
    "ingress-nginx": lambda s: f"502 {s:.3f} [shop-web-80] [] 10.0.0.3:8080 612 {s:.3f} 200 b1946ac9",
    "Traefik": lambda s: f'7 "web@docker" "http://10.0.0.2:80" {s * 1000:.0f}ms',
    "Apache %D": lambda s: f"{s * 1e6:.0f}",
}


def log(behind):
    return "".join(
        f"192.0.2.{number % 200} - - [02/Mar/2026:09:{int(at) // 60:02}:{int(at) % 60:02} +0000] "
        f'"GET /orders HTTP/1.1" 200 612 "-" "Mozilla/5.0 (X11)" {behind(s)}\n'
        for number, (at, s) in enumerate(zip(MOMENTS, TOOK, strict=True))
    )


@pytest.mark.parametrize("form", LOGS)
def test_how_long_a_request_took_is_read_in_each_form_of_a_log(form, tmp_path):
    made = draft(tmp_path, "access.log", log(LOGS[form]))
    assert work_mean(made.scenario) == pytest.approx(TOOK.mean(), rel=0.02)
    assert any("whole numbers are taken for microseconds" in note for note in made.notes) == (form == "Apache %D")


def test_a_log_of_one_moment_says_nothing_of_a_rate(tmp_path):
    line = '192.0.2.1 - - [02/Mar/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 612\n'
    made = draft(tmp_path, "stock.log", 3 * line)
    assert made.scenario.run().audit() and "# ," not in made.yaml


def test_whole_seconds_are_no_times_of_work(tmp_path):
    made = draft(tmp_path, "access.log", log(lambda s: f"{s:.0f}"))
    assert "access.log does not say in fractions of a second how long a request took" in made.notes[0]
    assert made.scenario.origins["services.web.handle.0"] == "guessed"


TABLES = {  # a header, and a row
    "time in the second column": ("id,timestamp,latency_ms", lambda n, t, s: f"{n},{stamp(t)}Z,{s * 1000:.1f}"),
    "semicolons and decimal commas": ("time;duration_s", lambda n, t, s: f"{stamp(t, ' ')};{s:.4f}".replace(".", ",")),
    "milliseconds since 1970": ("ts,took_ms", lambda n, t, s: f"{1772442000000 + t * 1000:.0f},{s * 1000:.1f}"),
    "microseconds since 1970": ("ts,took_us", lambda n, t, s: f"{1772442000 * 10**6 + t * 1e6:.0f},{s * 1e6:.0f}"),
    "in quotes": ("timestamp,latency_ms", lambda n, t, s: f'"{stamp(t)}Z","{s * 1000:.1f}"'),
}


@pytest.mark.parametrize("form", TABLES)
def test_a_table_is_read_in_each_form(form, tmp_path):
    header, row = TABLES[form]
    rows = (row(number, t, s) for number, (t, s) in enumerate(zip(MOMENTS, TOOK, strict=True)))
    made = draft(tmp_path, "requests.csv", "\n".join([header, *rows]) + "\n")
    assert work_mean(made.scenario) == pytest.approx(TOOK.mean(), rel=0.02)
    rate = float(made.scenario.to_dict()["workloads"]["clients"]["arrivals"]["poisson"].removesuffix("/s"))
    assert rate == pytest.approx(len(MOMENTS) / MOMENTS[-1], rel=0.02) and made.notes == ()


def test_a_status_says_how_many_failed(tmp_path):
    rows = [f"{t:.3f},{500 + n % 2 if n % 20 == 0 else 200}" for n, t in enumerate(MOMENTS)]
    made = draft(tmp_path, "requests.csv", "\n".join(["time,status", *rows]) + "\n")
    assert {"fail": 0.05} in made.scenario.to_dict()["services"]["web"]["handle"]


def test_what_is_left_out_of_a_table_or_taken_for_something_is_told(tmp_path):
    bare = "\n".join(f"{t:.3f},{s:.4f}" for t, s in zip(MOMENTS, TOOK, strict=True)) + "\n"
    assert draft(tmp_path, "bare.csv", bare).notes == (
        "columns of bare.csv have no names, and all but the first are left out: begin with time,took_ms",
    )
    (note,) = draft(tmp_path, "named.csv", "time,took\n" + bare).notes
    assert note == "the column took of named.csv is taken for seconds; a name such as took_ms says the unit"
    words = "time,took_ms\n" + "".join(f"{t:.3f},fast\n" for t in MOMENTS)
    (note,) = draft(tmp_path, "words.csv", words).notes
    assert note == "the column took_ms of words.csv has no times that can be read, so the work is guessed"


def test_days_that_may_be_months_are_refused_with_the_way_to_write_them(tmp_path):
    with pytest.raises(evsim.ScenarioError, match="in a table the time is ISO 8601, such as 2026-03-02T09:00:00"):
        draft(tmp_path, "american.csv", "timestamp,latency_ms\n03/02/2026 09:00:00,5\n03/02/2026 09:00:01,6\n")


GROUPS = """
GROUP     TOPIC          PARTITION  LEADER-EPOCH  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID  HOST       CLIENT-ID
shipping  orders.placed  0          0             15312           15340           28   c-1-b3d2     /10.0.3.1  c-1
shipping  orders.placed  1          -             15290           15290           0    c-2-77a9     /10.0.3.2  c-2
"""
MEMBERS = """
GROUP     CONSUMER-ID  HOST        CLIENT-ID  #PARTITIONS
shipping  c-1-b3d2     /10.0.3.17  c-1        2
"""


def test_groups_are_read_with_the_epochs_of_leaders_and_members_alone_are_refused(tmp_path):
    scenario = draft(tmp_path, "groups.txt", GROUPS).scenario
    assert scenario.services["shipping"].instances == 2
    assert scenario.to_dict()["workloads"] == {
        "orders-placed-lag": {"target": "orders-placed-backlog", "arrivals": {"burst": 28}}
    }
    with pytest.raises(evsim.ScenarioError, match="line 2: has members alone; --describe without --members"):
        draft(tmp_path, "members.txt", MEMBERS)


def test_what_lies_there_stays_where_a_log_says_who_comes(tmp_path):
    """Rows of a log come to a box in front; messages of a backlog are no customers of theirs."""
    (tmp_path / "groups.txt").write_text(GROUPS)
    (tmp_path / "access.log").write_text(log(LOGS["Apache %D"]))
    scenario = evsim.from_file(tmp_path / "groups.txt", tmp_path / "access.log").scenario
    assert scenario.to_dict()["workloads"]["orders-placed-lag"]["arrivals"] == {"burst": 28}


MEASURED = "smartylighting.streetlights.1.0.event.{streetlightId}.lighting.measured"
TURN = "smartylighting.streetlights.1.0.action.{streetlightId}.turn."


def test_long_names_that_begin_alike_stay_apart(tmp_path):
    """The addresses of AsyncAPI's own example, the streetlights."""
    verbs = {MEASURED: "publish", f"{TURN}on": "subscribe", f"{TURN}off": "subscribe", f"{TURN}dim": "subscribe"}
    data = {
        "asyncapi": "2.6.0", "info": {"title": "Streetlights Kafka API", "version": "1.0.0"},
        "servers": {"test": {"url": "test.mykafkacluster.org:8092", "protocol": "kafka-secure"}},
        "channels": {address: {verb: {"message": {"payload": {}}}} for address, verb in verbs.items()},
    }  # fmt: skip
    made = draft(tmp_path, "streetlights.json", json.dumps(data))
    assert len(made.scenario.channels) == 4 and f"receives {MEASURED}" in " ".join(made.yaml.split())
    assert made.scenario.replace({"run.duration": "5s"}).run().audit()


@pytest.mark.parametrize("actions", [("receive", "receive"), ("send", "receive"), ("send", "send"), ("receive",), ()])
def test_each_operation_of_asyncapi_with_a_reply_is_counted_whoever_sends(tmp_path, actions):
    channels = {
        name: {"address": name, "bindings": {"kafka": {"partitions": 1}}} for name in ("orders", "mails", "logs")
    }
    operations = {
        f"{action}-{number}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{list(channels)[number]}"},
            "reply": {},
        }
        for number, action in enumerate(actions)
    }
    operations["last"] = {"action": "receive", "channel": {"$ref": "#/channels/logs"}}
    data = {
        "asyncapi": "3.0.0",
        "info": {"title": "Desk", "version": "1"},
        "channels": channels,
        "operations": operations,
    }
    made = draft(tmp_path, "desk.json", json.dumps(data))
    said = [note for note in made.notes if " a reply, which is left out" in note]
    many = len(actions)
    assert [note.split(" of desk.json")[0] for note in said] == (
        [f"{many} operation{'s' * (many > 1)}"] if many else []
    )
    assert made.scenario.channels["logs"].partitions == 1  # one is as well known as many
    assert made.scenario.origins["channels.logs"].startswith("measured")


def asyncapi(title, operations):
    """The document of a program: (action, channel) of its operations."""
    return json.dumps({
        "asyncapi": "3.0.0", "info": {"title": title, "version": "1"},
        "channels": {name: {"address": name} for _, name in operations},
        "operations": {f"{number}": {"action": action, "channel": {"$ref": f"#/channels/{name}"}}
                       for number, (action, name) in enumerate(operations)},
    })  # fmt: skip


def test_who_sends_to_the_channel_that_it_reads_ends_here(tmp_path):
    made = draft(tmp_path, "desk.json", asyncapi("Desk", [("receive", "jobs"), ("send", "jobs"), ("send", "mails")]))
    published = [step.channel for step in made.scenario.services["desk"].handle if step.kind == "publish"]
    assert published == ["mails"] and any("desk does not send to jobs here" in note for note in made.notes)
    run = made.scenario.run()
    published = [run.channels[each]["published"] for each in (("jobs", "desk"), ("mails", "mails-reader"))]
    assert run.audit() and published == 2 * [run.summary()["requests"]]


def test_of_a_question_and_its_answer_in_two_documents_a_circle_ends_where_it_closes(tmp_path):
    ways = {
        "asks": [("receive", "answers"), ("send", "questions")],
        "knows": [("receive", "questions"), ("send", "answers")],
    }
    for name, operations in ways.items():
        (tmp_path / f"{name}.json").write_text(asyncapi(name, operations), encoding="utf-8")
    made = evsim.from_file(*(tmp_path / f"{name}.json" for name in ways))
    sent = {
        name: [step.channel for step in made.scenario.services[name].handle if step.kind == "publish"] for name in ways
    }
    assert sent == {"asks": ["questions"], "knows": []} and made.scenario.run().audit()


def test_two_programs_of_a_compose_file_that_share_two_queues_end(tmp_path):
    text = """
services:
  rabbit: {image: rabbitmq}
  web: {build: ., depends_on: [rabbit, store], environment: {IN_QUEUE: one, OUT_QUEUE: two}}
  store: {build: ., depends_on: [rabbit], environment: {IN_QUEUE: two, OUT_QUEUE: one}}
"""
    made = draft(tmp_path, "compose.yaml", text)
    assert "store does not send to one, two here" in " ".join(made.yaml.replace("#", "").split())
    assert [step.kind for step in made.scenario.services["web"].handle] == ["work", "call", "effect"]
    assert made.scenario.run().audit()


def test_a_short_name_is_what_it_was_and_a_long_one_keeps_its_ends():
    assert slug("orders.placed") == "orders-placed" and slug("x" * 40) == "x" * 40
    long = slug("shop." + "region." * 10 + "placed")
    assert len(long) == 40 and long.startswith("shop-region") and "placed" in long and slug(long) == long


HOSTS = {
    "queues": [
        {"name": "orders", "vhost": "/", "arguments": {"x-queue-type": "quorum"}},
        {"name": "audit", "vhost": "/", "arguments": {"x-queue-type": "stream"}},
        {"name": "orders", "vhost": "test", "arguments": {}},
        {"name": "dead", "vhost": "test", "arguments": {}},
    ],
    "exchanges": [{"name": "shop", "vhost": "/", "type": "fanout"}, {"name": "shop", "vhost": "test", "type": "topic"}],
    "bindings": [
        {"source": "shop", "vhost": "/", "destination": each, "destination_type": "queue", "routing_key": ""}
        for each in ("orders", "audit")
    ],
    "policies": [
        {"vhost": "test", "name": "all", "pattern": "orders", "apply-to": "all", "priority": 0,
         "definition": {"dead-letter-exchange": "", "dead-letter-routing-key": "dead", "delivery-limit": 3}},
    ],
}  # fmt: skip


def test_virtual_hosts_are_told_apart_and_a_stream_that_an_exchange_feeds_is_a_queue(tmp_path):
    made = draft(tmp_path, "definitions.json", json.dumps(HOSTS))
    channels = made.scenario.to_dict()["channels"]
    assert channels == {
        "orders": {"queue": {"like": "rabbitmq"}},
        "audit": {"queue": {"like": "rabbitmq"}},
        "test-orders": {"queue": {"like": "rabbitmq", "delivery_limit": 3, "dead_letter": "dead"}},
        "dead": {"queue": {"like": "rabbitmq"}},
        "shop": {"exchange": {"type": "fanout", "bindings": ["orders", "audit"]}},
    }
    assert "that of the virtual host test is called test-orders" in made.notes[0]
    assert "1 stream of definitions.json is taken for a queue" in made.notes[1]


COMPOSE = """
services:
  gateway: {image: nginx, ports: [{target: 80, published: "8080"}], depends_on: {orders: {condition: service_healthy}}}
  orders: {build: ./orders}
  mails: {image: shop/mails, environment: {MAIL_QUEUE: mails}, depends_on: [rabbitmq]}
  rabbitmq: {image: "rabbitmq:4-management"}
"""


def test_somebody_comes_to_the_front_of_a_system_that_also_has_a_queue_without_a_publisher(tmp_path):
    workloads = draft(tmp_path, "compose.yaml", COMPOSE).scenario.to_dict()["workloads"]
    assert workloads["clients"] == {"target": "gateway", "arrivals": {"poisson": "10/s"}}


ALONE = """
services:
  web: {build: .}
  rabbit: {image: "rabbitmq:4"}
  bus: {image: "apache/kafka:4.0.0"}
  watch: {image: "prom/prometheus", depends_on: [rabbit]}
"""


def test_a_broker_on_which_no_service_depends_is_named_among_what_is_left_out(tmp_path):
    unused = "left out, no service says by depends_on or by a variable that it uses"
    made = draft(tmp_path, "compose.yaml", ALONE)
    assert f"rabbit, bus of compose.yaml: {unused} them" in made.notes
    only = draft(tmp_path, "compose.yaml", ALONE.replace("web: {build: .}", "web: {build: ., depends_on: [bus]}"))
    assert f"rabbit of compose.yaml: {unused} it" in only.notes
    assert not made.scenario.channels and list(only.scenario.channels) == ["bus-messages"]


SPAN = {"traceId": "1", "spanId": "2", "kind": 2, "startTimeUnixNano": "10", "endTimeUnixNano": "5000010"}
RESOURCE = {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]}
GROUP = [{"resource": RESOURCE, "scopeSpans": [{"spans": [SPAN]}]}]


@pytest.mark.parametrize("around", [{"batches": GROUP}, {"result": {"resourceSpans": GROUP}}], ids=["Tempo", "Jaeger"])
def test_traces_as_tempo_and_the_newest_interface_of_jaeger_give_them(around, tmp_path):
    assert work_mean(draft(tmp_path, "trace.json", json.dumps(around)).scenario) == pytest.approx(0.005)


SERVER, PRODUCER, CONSUMER = 2, 4, 5
DESTINATION = {"key": "messaging.destination.name"}


def traced(*spans):
    """Spans as OTLP JSON: (service, kind, parent, channel) of each, one after the other."""
    return json.dumps({"resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeSpans": [{"spans": [{
                "traceId": "1", "spanId": str(number), "parentSpanId": parent, "kind": kind,
                "startTimeUnixNano": str(number * 10**7), "endTimeUnixNano": str((number + 1) * 10**7),
                "attributes": [DESTINATION | {"value": {"stringValue": channel}}] * bool(channel),
            }]}],
        }
        for number, (service, kind, parent, channel) in enumerate(spans, 1)
    ]})  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "channels"),
    [
        ([("mail", CONSUMER, "", "")], {"messages-for-mail": ["mail"]}),
        ([("web", SERVER, "", ""), ("web", PRODUCER, "1", "")], {"messages-of-web": ["messages-of-web-reader"]}),
        (
            [("web", SERVER, "", ""), ("web", PRODUCER, "1", ""), ("mail", CONSUMER, "2", "")],
            {"messages-of-web": ["mail"]},
        ),
        ([("web", SERVER, "", ""), ("web", PRODUCER, "1", ""), ("mail", CONSUMER, "2", "jobs")], {"jobs": ["mail"]}),
        ([("web", SERVER, "", ""), ("web", PRODUCER, "1", "jobs"), ("mail", CONSUMER, "2", "")], {"jobs": ["mail"]}),
    ],
    ids=["reads alone", "sends alone", "both without a name", "the reader names it", "the sender names it"],
)
def test_messages_of_a_trace_that_names_no_channel_have_one(spans, channels, tmp_path):
    made = draft(tmp_path, "trace.json", traced(*spans))
    readers = {name: [] for name in made.scenario.channels}
    for service, its in made.scenario.services.items():
        for each in its.subscribe:
            readers[each.channel].append(service)
    assert readers == channels
    run = made.scenario.run(seed=1)
    assert run.audit() and all(its["published"] for its in run.channels.values())
    assert any("no channel: it is called after" in note for note in made.notes)
