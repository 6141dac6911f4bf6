"""Every entry of every export is a record: what is in the file, where and when, is what the formats mean, and no more.

What an export means by its entries is written here a second time, plainly: in tables of (what, where, times).
"""

import json
from collections import Counter
from datetime import UTC, datetime

import pandas
import pytest
from hypothesis import given, settings

from tests.books.holding import examples
from tests.books.systems import systems
from tests.exports.plain import Plain, nano
from tests.exports.runs import a_run
from tests.player.test_film import NO_SHRINKING

START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 10**9
LABELS = {"request": "request", "call": "call from {}", "delivery": "process {}"}
KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
TABLES = ("requests", "spans", "ledger", "effects", "incidents", "services", "channels")


def differences(found, expected):
    """What is in the file and should not be, and what is not and should be; empty where all is well."""
    found, expected = Counter(found), Counter(expected)
    return {"only in the file": list((found - expected).elements())[:5],
            "only in the records": list((expected - found).elements())[:5]}  # fmt: skip


SAME = {"only in the file": [], "only in the records": []}


# Perfetto.


def perfetto_means(plain):
    """Times are nanoseconds; where: (process, thread), and 0 is the thread of what no worker does."""
    end = nano(plain.end)

    def lasting(process, category, what, begin, until):
        return ("lasts", process, 0, category, what, nano(begin), end if until is None else nano(until))

    for request in plain.requests:
        yield lasting(request.workload, "request", "request", request.arrived, request.answered)
    for row in plain.rows:
        if row.kind == "call" and row.verdict != "copy":
            yield lasting(row.source, "call", f"call {row.service}", row.born, row.settled)
        handed = row.ended if row.leased is None else row.leased
        if row.kind == "delivery" and row.ready != handed:
            yield lasting(row.source, "channel", "waits in the channel", row.ready, handed)
        taken = row.ended if row.started is None else row.started
        if row.inbox is not None and row.inbox != taken:
            yield lasting(row.service, "inbox", "waits in the inbox", row.inbox, taken)
        if row.started is not None:
            name = LABELS[row.kind].format(row.source)
            ended = end if row.ended is None else nano(row.ended)
            yield "works", row.service, row.worker + 1, "work", name, nano(row.started), ended
            for each in row.remarks:
                yield "instant", row.service, row.worker + 1, "remark", each.words, nano(each.time)
            if row.kind != "request":
                yield arrow(plain, row)
    for each in plain.effects:
        yield "instant", each.row.service, each.row.worker + 1, "effect", each.name, nano(each.time)
    for each in plain.undos:
        yield "instant", each.row.service, each.row.worker + 1, "undo", f"undo {each.name}", nano(each.time)
    for message in plain.messages:
        for each in message.sendings:
            if each.arrived == each.arrived:
                yield "instant", message.channel, 0, "message", each.fate, nano(each.arrived)
    for time, kind, target, until in plain.faults():
        process = target.split("/")[0]
        yield lasting(process, "fault", kind, time, until)
        yield "instant", process, 0, "fault", f"{kind} of {target}", nano(time)


def arrow(plain, row):
    """From the work that called or published, when it did, to the work that this caused, when it began."""
    if row.kind == "call":
        begin, cause = row.born, plain.rows[row.parent]
    else:
        message = plain.messages[row.parent]
        while plain.rows[message.cause].started is None:  # a dead letter of what was never worked
            message = plain.messages[message.origin]
        begin, cause = message.published, plain.rows[message.cause]
    category = "call" if row.kind == "call" else "message"
    return ("arrow", cause.service, cause.worker + 1, category, nano(begin), row.service, row.worker + 1,
            nano(row.started))  # fmt: skip


def perfetto_says(path):
    events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    names = {}
    for event in events:
        if event["name"] == "process_name":
            names[event["pid"]] = event["args"]["name"].removeprefix("customers ").removeprefix("channel ")
    begun = {}
    for event in events:
        if event["ph"] == "M":
            continue
        time, where = round(event["ts"] * 1000), (names[event["pid"]], event["tid"])
        key = event["ph"] in "be", event.get("id"), event["cat"], event["name"]
        if event["ph"] == "X":
            yield "works", *where, event["cat"], event["name"], time, time + round(event["dur"] * 1000)
        elif event["ph"] == "i":
            yield "instant", *where, event["cat"], event["name"], time
        elif event["ph"] in "bs":
            assert key not in begun
            begun[key] = where, time
        elif event["ph"] == "e":
            assert begun[key][0] == where
            yield "lasts", *where, event["cat"], event["name"], begun.pop(key)[1], time
        else:
            origin, left = begun.pop(key)
            yield "arrow", *origin, event["cat"], left, *where, time
    assert not begun


# OpenTelemetry. A span has the name of whoever made it, and of its parent's.


def otlp_means(plain):
    """(whose, kind, name, begin, end, open, parent, events); parent: (kind, number of the row or message)."""
    end = nano(plain.end)

    def span(whose, kind, number, name, begin, until, parent, events=()):
        last = end if until is None else nano(until)
        return whose, kind, number, name, nano(begin), last, until is None, parent, tuple(sorted(events))

    faults = list(plain.faults())
    for row in plain.rows:
        if row.kind != "delivery" and row.verdict != "copy":
            parent = ("work", row.parent) if row.kind == "call" else None
            yield span(row.source, "client", row.number, f"call {row.service}", row.born, row.settled, parent)
        if row.started is not None:
            yield span(*worked(plain, row, faults))
        if row.kind == "delivery" and row.started is not None and row.settled is not None:
            heard = row.outcome == "failed" and row.settled > row.ended
            if row.verdict == "done" or heard:
                word = "ack" if row.verdict == "done" else "nack"
                left = row.ended if row.replied is None else row.replied
                parent = "work", row.number
                yield span(row.service, "client", row.number, f"{word} {row.source}", left, row.settled, parent)
    for message in plain.messages:
        yield span(*sent(plain, message))
    for time, kind, target, until in faults:
        yield span(target, "internal", None, kind, time, until, None)


def worked(plain, row, faults):
    events = [(nano(each.time), "effect", each.name) for each in row.effects]
    events += [(nano(each.time), "undo", each.name) for each in row.undos]
    events += [(nano(each.time), "remark", each.words) for each in row.remarks]
    ended = plain.end if row.ended is None else row.ended
    struck = row.service, plain.run.scenario.services[row.service].inside
    for time, kind, target, _ in faults:
        if row.started <= time <= ended and target.split("/")[0] in struck:
            events.append((nano(time), "fault", kind))
    if row.kind == "delivery":
        name, parent = f"process {row.source}", ("send", row.parent)
        return row.service, "consumer", row.number, name, row.started, row.ended, parent, events
    if row.replied is not None:
        events.append((nano(row.replied), "reply", ""))
    asked = row.first if row.verdict == "copy" else row.number  # of what a link made a second one of
    return row.service, "server", row.number, row.service, row.started, row.ended, ("ask", asked), events


def sent(plain, message):
    """From the publish to the confirmation; unconfirmed, to the last that is known of it."""
    events = []
    for number, each in enumerate(message.sendings):
        if number:
            events.append((nano(each.sent), "sent again", ""))
        elif each.sent != message.published:
            events.append((nano(each.sent), "relayed from the outbox", ""))
        if each.arrived == each.arrived:
            events.append((nano(each.arrived), each.fate, ""))
        elif each.fate == "lost":
            events.append((nano(each.sent), "lost", ""))
    for row in message.deliveries:
        if row.started is None and row.ended is not None:
            events.append((nano(row.ended), f"delivery {row.outcome}", row.service or ""))
    last = message.sendings[-1].arrived
    until = message.acknowledged
    if until is None:
        until = last if last == last else message.published
    parent = "send", message.origin
    if plain.rows[message.cause].started is not None:
        parent = "work", message.cause
    name = f"send {message.channel}"
    return message.sender, "producer", message.number, name, message.published, until, parent, events


SAID = ("evsim.effect", "evsim.remark", "evsim.fault", "messaging.consumer.group.name")


def otlp_says(path):
    spans, whose = {}, {}
    for resource in json.loads(path.read_text(encoding="utf-8"))["resourceSpans"]:
        name = attributes(resource["resource"])["service.name"]
        for span in resource["scopeSpans"][0]["spans"]:
            assert span["spanId"] not in spans
            spans[span["spanId"]], whose[span["spanId"]] = span, name
    told = {}
    for id, span in spans.items():
        about, kind = attributes(span), KINDS[span["kind"]]
        if kind == "producer":
            told[id] = "send", int(about["messaging.message.id"])
        elif kind in ("server", "consumer"):
            told[id] = "work", about["evsim.row"]
        elif kind == "client" and "evsim.row" in about:
            told[id] = "ask", about["evsim.row"]
    for id, span in spans.items():
        about, kind = attributes(span), KINDS[span["kind"]]
        parent = told[span["parentSpanId"]] if span["parentSpanId"] else None
        number = told[id][1] if id in told else parent[1] if parent else None
        assert span["name"][:4] != "nack" or parent[0] == "work"
        events = []
        for event in span["events"]:
            said = attributes(event)
            words = next((said[name] for name in SAID if name in said), "")
            events.append((int(event["timeUnixNano"]) - START, event["name"], words))
        begin, end = (int(span[f"{which}TimeUnixNano"]) - START for which in ("start", "end"))
        open_ = about.get("evsim.open", False)
        yield whose[id], kind, number, span["name"], begin, end, open_, parent, tuple(sorted(events))


def otlp_moments_mean(plain):
    """The moments of an attempt that are no end of its span: (row, name, nanoseconds)."""
    for row in plain.rows:
        if row.started is not None:
            moments = {"ready": row.ready, "leased": row.leased, "arrived": row.inbox, "replied": row.replied}
            for name, time in (moments | {"late": row.late}).items():
                if time is not None:
                    yield row.number, name, nano(time)


def otlp_moments_say(path):
    for resource in json.loads(path.read_text(encoding="utf-8"))["resourceSpans"]:
        for span in resource["scopeSpans"][0]["spans"]:
            about = attributes(span)
            for name in ("ready", "leased", "arrived", "replied", "late"):
                if f"evsim.{name}" in about:
                    yield about["evsim.row"], name, nano(about[f"evsim.{name}"])


def attributes(of):
    read = {"intValue": int, "stringValue": str, "doubleValue": float, "boolValue": bool}
    found = {}
    for each in of["attributes"]:
        ((kind, value),) = each["value"].items()
        found[each["key"]] = read[kind](value)
    return found


# CloudEvents.


def cloudevents_mean(plain):
    """(id, source, subject, type, key, place among its source's, microseconds, where it is kept) of each message."""
    scenario, places = f"/{plain.run.scenario.name}/seed-{plain.run.seed}", Counter()
    for message in plain.messages:
        places[message.sender] += 1
        kept = (message.partition, message.offset) if message.appended is not None else None
        yield (message.number, f"{scenario}/{message.sender}", f"{message.request.workload}/{message.request.number}",
               f"evsim.{message.channel}", message.key, places[message.sender], round(nano(message.published) / 1000),
               kept)  # fmt: skip


def cloudevents_say(path):
    for event in json.loads(path.read_text(encoding="utf-8")):
        since = datetime.fromisoformat(event["time"]) - datetime(2025, 1, 1, tzinfo=UTC)
        time = (since.days * 86400 + since.seconds) * 10**6 + since.microseconds
        data = event["data"]
        kept = (data["partition"], data["offset"]) if data["kept"] else None
        yield (int(event["id"]), event["source"], event["subject"], event["type"], event["partitionkey"],
               int(event["sequence"]), time, kept)  # fmt: skip


# Tables.


def tables_mean(plain):
    """(table, row or message, column, time or number) of all columns of times, and of what tells the rows apart."""
    names = ("born", "ready", "leased", "started", "ended", "replied", "settled", "late")
    for row in plain.rows:
        for name, time in [(name, getattr(row, name)) for name in names] + [("arrived", row.inbox)]:
            yield "spans", row.number, name, nano(time)
        words = [row.kind, row.request.workload, row.request.number, row.source if row.place >= 0 else "",
                 row.service or "", row.parent, row.attempt, row.worker, row.outcome, row.verdict,
                 row.reason]  # fmt: skip
        yield "spans", row.number, "who", tuple(map(str, words))
    for request in plain.requests:
        who = request.workload, request.number
        yield "requests", who, "arrived", nano(request.arrived)
        yield "requests", who, "answered", nano(request.answered)
        yield "requests", who, "outcome", request.outcome
    for number, effect in enumerate(plain.effects):
        who = (effect.name, effect.row.request.workload, effect.row.request.number, effect.row.service,
               effect.row.number)  # fmt: skip
        yield "effects", number, who, (nano(effect.time), nano(effect.undone))
    obligations = {}
    for row in plain.rows:
        if row.kind == "delivery" and row.verdict != "copy":
            obligations[row.number if row.first < 0 else row.first] = row
    for row in obligations.values():
        message = plain.messages[row.parent]
        closed = None if row.verdict in ("open", "given back", "revoked") else row.settled
        times = tuple(map(nano, (message.published, message.appended, closed)))
        yield "ledger", message.number, message.channel, (*times, message.partition, message.offset)
    for number, (time, kind, what, _) in enumerate(plain.run.records.incidents):
        yield "incidents", number, (kind, str(what)), nano(time)


def tables_say(tables):
    times = ("born", "ready", "leased", "started", "ended", "replied", "settled", "late", "arrived")
    for span, each in tables["spans"].to_dict("index").items():
        for name in times:
            yield "spans", span, name, nano_or_none(each[name])
        who = ("kind", "workload", "request", "source", "service", "parent", "attempt", "worker", "outcome", "verdict",
               "reason")  # fmt: skip
        yield "spans", span, "who", tuple(str(each[name]) for name in who)
    for each in tables["requests"].itertuples():
        who = each.workload, each.request
        yield "requests", who, "arrived", nano_or_none(each.arrived)
        yield "requests", who, "answered", nano_or_none(each.answered)
        yield "requests", who, "outcome", each.outcome
    for number, each in enumerate(tables["effects"].itertuples()):
        who = each.effect, each.workload, each.request, each.service, each.span
        yield "effects", number, who, (nano_or_none(each.time), nano_or_none(each.undone))
    for each in tables["ledger"].itertuples():
        times = (nano_or_none(time) for time in (each.published, each.appended, each.settled))
        yield "ledger", each.message, each.channel, (*times, each.partition, each.offset)
    for number, each in enumerate(tables["incidents"].itertuples()):
        yield "incidents", number, (each.kind, str(each.what)), nano_or_none(each.time)


def nano_or_none(time):
    return None if pandas.isna(time) else round(float(time) * 1e9)


def read_csv(path):
    found = pandas.read_csv(path, keep_default_na=False, na_values={name: [""] for name in NUMBERS})
    return found.set_index("span") if path.stem == "spans" else found


def read_parquet(path):
    found = pandas.read_parquet(path)
    return found.set_index("span") if "span" in found and path.stem == "spans" else found


NUMBERS = (
    "born", "ready", "leased", "arrived", "started", "ended", "replied", "settled", "late", "answered", "time",
    "undone", "published", "appended", "detail",
)  # fmt: skip


# All of them.


def assert_files_hold_the_records(run, folder):
    plain = Plain(run)
    path = {form: run.export(folder / f"{form}.json", form) for form in ("perfetto", "otlp", "cloudevents")}
    assert differences(perfetto_says(path["perfetto"]), perfetto_means(plain)) == SAME
    assert differences(otlp_says(path["otlp"]), otlp_means(plain)) == SAME
    assert differences(otlp_moments_say(path["otlp"]), otlp_moments_mean(plain)) == SAME
    assert differences(cloudevents_say(path["cloudevents"]), cloudevents_mean(plain)) == SAME
    for form, read in (("csv", read_csv), ("parquet", read_parquet)):
        there = run.export(folder / form, form)
        tables = {name: read(there / f"{name}.{form}") for name in TABLES[:5]}
        assert differences(tables_say(tables), tables_mean(plain)) == SAME


@pytest.mark.parametrize(
    "name", ["doubled", "lossy", "odd names", "crashed events", "letters", "early replies", "troubled"]
)
def test_every_entry_of_an_export_is_a_record(name, tmp_path):
    assert_files_hold_the_records(a_run(name), tmp_path)


@settings(examples(0.06), phases=NO_SHRINKING)
@given(scenario=systems())
def test_every_entry_of_an_export_is_a_record_of_any_system(scenario, tmp_path_factory):
    assert_files_hold_the_records(scenario.run(), tmp_path_factory.mktemp("export"))
