"""What the exported tables mean and say: (table, row or message, values) of each row.

What is worked out for each customer and delivery (told, completion, state, handlings ...) has its second computation in
tests/figures.
"""

import pandas

from tests.exports.plain import nano

__all__ = ["read_csv", "read_parquet", "tables_mean", "tables_say"]

TIMES = ("born", "ready", "leased", "arrived", "started", "ended", "replied", "settled", "late")
WORDS = (
    "kind", "workload", "request", "source", "service", "operation", "parent", "obligation", "attempt", "worker",
    "outcome", "verdict", "reason", "cohort",
)  # fmt: skip
CLOSED = {"expired": "expired", "dropped": "max length", "dead": "delivery limit"}


def tables_mean(plain):
    for row in plain.rows:
        times = (row.born, row.ready, row.leased, row.inbox, row.started, row.ended, row.replied, row.settled, row.late)
        words = (row.kind, row.request.workload, row.request.number, row.source if row.place >= 0 else "",
                 row.service or "", row.operation or "", row.parent, obligation(row), row.attempt, row.worker,
                 row.outcome, row.verdict, row.reason, counted(plain, row.request))  # fmt: skip
        yield "spans", row.number, tuple(map(nano, times)), tuple(map(str, words))
    for each in plain.requests:
        words = each.workload, each.number, str(each.key), each.outcome, counted(plain, each)
        yield "requests", words, (nano(each.arrived), nano(each.answered))
    for number, effect in enumerate(plain.effects):
        who = (effect.name, effect.row.request.workload, effect.row.request.number, effect.row.service,
               effect.row.number)  # fmt: skip
        yield "effects", number, who, (nano(effect.time), nano(effect.undone))
    for attempts in deliveries(plain):
        yield "ledger", *entry(plain, attempts)
    for number, (time, kind, what, detail) in enumerate(plain.run.records.incidents):
        yield "incidents", number, (kind, str(what), nano(time), nano(detail))


def obligation(row):
    return row.number if row.first < 0 else row.first


def counted(plain, request):
    """Whether the customer comes after the warm-up."""
    return request.arrived >= plain.run.scenario.run_settings.warmup


def deliveries(plain):
    """The attempts at each delivery, with the copies of links among them."""
    found = {}
    for row in plain.rows:
        if row.kind == "delivery":
            found.setdefault(obligation(row), []).append(row)
    return found.values()


def entry(plain, attempts):
    first, last = attempts[0], [row for row in attempts if row.verdict != "copy"][-1]
    message, open_ = plain.messages[first.parent], last.verdict in ("open", "given back", "revoked")
    times = message.published, message.appended, None if open_ else last.settled
    reads = last.service or ""
    why = last.reason
    if is_lost_early(plain, attempts, last):
        log = plain.run.scenario.channels[message.channel].kind == "log"
        why += f" after the early {'commit' if log else 'acknowledgement'}"
    words = (message.channel, reads, message.request.workload, message.request.number, str(message.key),
             message.item, message.partition, message.offset, why, disposition(last, open_), message.origin,
             *death(plain, message))  # fmt: skip
    replay = first.number in plain.run.records.replays
    counts = counted(plain, message.request) and not replay
    return message.number, tuple(map(nano, times)), (*words, replay, counts)


def disposition(last, open_):
    return "held" if open_ else "acked" if last.verdict == "done" else last.verdict


def is_lost_early(plain, attempts, last):
    """Acknowledged, over, and done by no attempt, nor by another handling before."""
    done = any(row.outcome == "ok" for row in attempts)
    return last.verdict == "done" and last.outcome != "open" and last.reason != "late delete" and not done


def death(plain, message):
    """(why the line of messages that leads to this one died last, how often it has); a mere copy has not."""
    if message.origin < 0:
        return "", 0
    before, row = plain.messages[message.origin], plain.rows[message.cause]
    why, count = death(plain, before)
    if plain.run.scenario.channels[before.channel].kind == "exchange" or row.reason == "redriven":
        return why, count
    if row.reason in ("rejected", "taken"):
        return row.reason, count + 1
    return "rejected" if is_given_up(plain, row) else CLOSED[row.verdict], count + 1


def is_given_up(plain, row):
    """Whether its consumer gave up by itself: of a log always, of a queue after its own last attempt."""
    if row.verdict != "dead" or row.place < 0 or row.outcome != "failed":
        return False
    retry = plain.run.tables.places[row.place].step.retry
    log = plain.run.scenario.channels[row.source].kind == "log"
    return log or (retry is not None and row.attempt >= retry.attempts)


COLUMNS = {
    "requests": ("workload", "request", "key", "outcome", "cohort", "arrived", "answered"),
    "spans": (*TIMES, *WORDS),
    "ledger": ("message", "channel", "subscription", "workload", "request", "key", "item", "partition", "offset",
               "published", "appended", "settled", "cause", "disposition", "origin", "death", "deaths", "replay",
               "cohort"),
    "effects": ("time", "effect", "workload", "request", "service", "undone", "span"),
    "incidents": ("time", "kind", "what", "detail"),
}  # fmt: skip
IN_FIGURES = {"requests": {"told", "response", "effects", "completion", "consistency_lag"},
              "ledger": {"state", "attempts", "handlings", "reordered"}}  # fmt: skip


def tables_say(tables):
    assert {name: set(table) for name, table in tables.items()} == {
        name: {*columns} | IN_FIGURES.get(name, set()) for name, columns in COLUMNS.items()
    }, "each column has a second computation"
    for span, each in tables["spans"].to_dict("index").items():
        yield "spans", span, tuple(nano_or_none(each[name]) for name in TIMES), tuple(str(each[name]) for name in WORDS)
    for each in tables["requests"].itertuples():
        words = each.workload, each.request, str(each.key), each.outcome, each.cohort
        yield "requests", words, (nano_or_none(each.arrived), nano_or_none(each.answered))
    for number, each in enumerate(tables["effects"].itertuples()):
        who = each.effect, each.workload, each.request, each.service, each.span
        yield "effects", number, who, (nano_or_none(each.time), nano_or_none(each.undone))
    for each in tables["ledger"].itertuples():
        times = tuple(nano_or_none(time) for time in (each.published, each.appended, each.settled))
        words = (each.channel, each.subscription, each.workload, each.request, str(each.key),
                 str(each.item), each.partition, each.offset, each.cause, each.disposition, each.origin, each.death,
                 each.deaths, each.replay, each.cohort)  # fmt: skip
        yield "ledger", each.message, times, words
    for number, each in enumerate(tables["incidents"].itertuples()):
        yield "incidents", number, (each.kind, str(each.what), nano_or_none(each.time), nano_or_none(each.detail))


def nano_or_none(time):
    return None if pandas.isna(time) else round(float(time) * 1e9)


def read_csv(path):
    found = pandas.read_csv(path, keep_default_na=False, na_values={name: [""] for name in NUMBERS},
                            dtype={"key": str, "item": str})  # fmt: skip
    return found.set_index("span") if path.stem == "spans" else found


def read_parquet(path):
    found = pandas.read_parquet(path)
    return found.set_index("span") if "span" in found and path.stem == "spans" else found


NUMBERS = (*TIMES, "answered", "time", "undone", "published", "appended", "detail")
