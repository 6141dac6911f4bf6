"""What a Perfetto trace means and says: entries as tuples of (what, where, names, times, about whom).

where: (process, thread), and 0 is the thread of what no worker does. Times are nanoseconds.
"""

import json

from tests.exports.plain import nano

__all__ = ["perfetto_means", "perfetto_says"]

LABELS = {"request": "request", "call": "call from {}", "delivery": "process {}"}


def perfetto_means(plain):
    end = nano(plain.end)
    yield from processes(plain)
    yield from threads(plain)

    def lasting(process, category, what, begin, until, about):
        return "lasts", process, 0, category, what, nano(begin), end if until is None else nano(until), about

    for request in plain.requests:
        about = of(request=request.number, key=request.key, outcome=request.outcome)
        yield lasting(request.workload, "request", "request", request.arrived, request.answered, about)
    for row in plain.rows:
        about = of_row(row)
        if row.kind == "call" and row.verdict != "copy":
            yield lasting(row.source, "call", f"call {row.service}", row.born, row.settled, about)
        handed = row.ended if row.leased is None else row.leased
        if row.kind == "delivery" and row.ready != handed:
            yield lasting(row.source, "channel", "waits in the channel", row.ready, handed, about)
        taken = row.ended if row.started is None else row.started
        if row.inbox is not None and row.inbox != taken:
            yield lasting(row.service, "inbox", "waits in the inbox", row.inbox, taken, about)
        if row.started is not None:
            name = LABELS[row.kind].format(row.source)
            ended = end if row.ended is None else nano(row.ended)
            yield "works", row.service, row.worker + 1, "work", name, nano(row.started), ended, about
            for each in row.remarks:
                yield "instant", row.service, row.worker + 1, "remark", each.words, nano(each.time), about
            if row.kind != "request":
                yield arrow(plain, row)
    for name, each in [*(("effect", each) for each in plain.effects), *(("undo", each) for each in plain.undos)]:
        words = each.name if name == "effect" else f"undo {each.name}"
        yield "instant", each.row.service, each.row.worker + 1, name, words, nano(each.time), of_row(each.row)
    for message in plain.messages:
        about = of(message=message.number, request=message.request.number, partition=message.partition,
                   offset=message.offset, **({"item": message.item} if message.item else {}))  # fmt: skip
        for each in message.sendings:
            if each.arrived == each.arrived:
                yield "instant", message.channel, 0, "message", each.fate, nano(each.arrived), about
    for time, kind, target, until in plain.faults():
        process = target.split("/")[0]
        yield lasting(process, "fault", kind, time, until, of(target=target))
        yield "instant", process, 0, "fault", f"{kind} of {target}", nano(time), of(target=target)


def processes(plain):
    """Customers, services, channels and whatever else a fault hits, in this order."""
    scenario = plain.run.scenario
    labels = {name: f"customers {name}" for name in scenario.workloads} | {name: name for name in scenario.services}
    labels |= {name: f"channel {name}" for name in scenario.channels}
    labels |= {name: labels.get(name, name) for name in (target.split("/")[0] for _, _, target, _ in plain.faults())}
    for number, label in enumerate(labels.values(), 1):
        yield "process", number, label
        yield "place", number, 0, number


def threads(plain):
    """The workers of each service, in order, of all instances that there ever were."""
    for name, service in plain.run.scenario.complete.services.items():
        count = 1 + max((life.instance for life in plain.lives[name]), default=-1)
        numbers = [(instance, worker) for instance in range(count) for worker in range(service.most_workers)]
        for thread, (instance, worker) in enumerate(numbers, 1):
            of_instance = f" of instance {instance + 1}" if count > 1 else ""
            yield "thread", name, thread, f"worker {worker + 1}{of_instance}"
            yield "place", name, thread, thread


def of(**about):
    return tuple(sorted(about.items()))


def of_row(row):
    return of(workload=row.request.workload, request=row.request.number, row=row.number, attempt=row.attempt,
              outcome=row.outcome, verdict=row.verdict, reason=row.reason)  # fmt: skip


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


def perfetto_says(plain, path):
    trace = json.loads(path.read_text(encoding="utf-8"))
    about = {"scenario": plain.run.scenario.name, "seed": plain.run.seed, "epoch": "2025-01-01T00:00:00+00:00"}
    assert (trace["displayTimeUnit"], trace["otherData"]) == ("ms", about)
    events, names, whose, begun = trace["traceEvents"], {}, {}, {}
    for event in events:
        if event["name"] == "process_name":
            yield "process", event["pid"], event["args"]["name"]
            names[event["pid"]] = event["args"]["name"].removeprefix("customers ").removeprefix("channel ")
        elif event["ph"] == "M":
            process = event["pid"] if event["name"] == "process_sort_index" else names[event["pid"]]
            kind = "thread" if event["name"] == "thread_name" else "place"
            yield kind, process, event["tid"], *event["args"].values()
    for event in events:
        if event["ph"] == "M":
            continue
        assert event.get("s") == (("t" if event["tid"] else "p") if event["ph"] == "i" else None)
        assert event.get("bp") == ("e" if event["ph"] == "f" else None)  # ends at the slice that begins there
        time, where = round(event["ts"] * 1000), (names[event["pid"]], event["tid"])
        key = event["ph"] in "be", event.get("id"), event["cat"], event["name"]
        about = of(**{name: value for name, value in event.get("args", {}).items() if name not in ("trace", "span")})
        if "request" in event.get("args", {}) and "trace" in event["args"]:
            who = event["args"]["workload"], event["args"]["request"]
            assert whose.setdefault(event["args"]["trace"], who) == who
        if event["ph"] == "X":
            yield "works", *where, event["cat"], event["name"], time, time + round(event["dur"] * 1000), about
        elif event["ph"] == "i":
            yield "instant", *where, event["cat"], event["name"], time, about
        elif event["ph"] in "bs":
            assert key not in begun
            begun[key] = where, time, about
        elif event["ph"] == "e":
            origin, begin, about = begun.pop(key)
            assert origin == where
            yield "lasts", *where, event["cat"], event["name"], begin, time, about
        else:
            assert event["name"] == event["cat"]
            origin, left, _ = begun.pop(key)
            yield "arrow", *origin, event["cat"], left, *where, time
    assert not begun
