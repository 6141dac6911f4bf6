"""The figures of each service."""

from evsim.results.endings import Outcome
from tests.figures.averages import NONE, highest, mean, overlap, percentiles, share, spread, union, worker_time
from tests.figures.freedom import free_spans, idle_while_waiting, seconds_within, waits
from tests.figures.parts_of_services import of_parts
from tests.figures.work import amplifications

__all__ = ["services", "waits_for_the_channel"]


def services(plain):
    """service -> its figures."""
    amplified = amplifications(plain)
    return {name: {"retry_amplification": amplified[name], **_figures(plain, name)} for name in plain.scenario.services}


def _figures(plain, name):
    rows, window = plain.rows_at(name), (plain.left, plain.right)
    mine = [row for row in rows if row.counted]
    ended = [row.outcome for row in mine]
    began = [row for row in mine if row.started is not None]
    there = [row for row in rows if row.ready is not None]
    queued = [(row.ready, row.ended if row.started is None else row.started) for row in there]
    present = [(row.ready, row.ended) for row in there]
    existing = worker_time(plain, name)
    works = [row for row in rows if row.started is not None and row.leads == row.number]
    return {
        "arrivals": sum(row.ready is not None and (row.is_attempt or row.copy) for row in mine),
        "completed": ended.count(Outcome.OK),
        "skipped": sum(row.skipped for row in mine),
        "failed": ended.count(Outcome.FAILED) + ended.count(Outcome.CRASHED),
        "rejected": ended.count(Outcome.REFUSED),
        "attempts_mean": share(sum(row.is_attempt for row in mine), sum(row.first < 0 for row in mine)),
        "utilisation": _of(sum(overlap(row.started, row.ended, *window) for row in works), existing),
        **percentiles("wait", [row.started - row.ready for row in began]),
        **percentiles("sojourn", [row.ended - row.ready for row in mine if row.outcome == Outcome.OK]),
        "queue_mean": sum(overlap(*span, *window) for span in queued) / plain.window,
        "in_system_mean": sum(overlap(*span, *window) for span in present) / plain.window,
        "in_system_max": highest(present, *window),
        "blocked": _of(_blocked(plain, name), existing),
        **_standing(plain, name, rows, began, works),
        **of_parts(plain, name),
    }


def _of(some, existing):
    return some / existing if existing > 0 else NONE


def _blocked(plain, name):
    """Worker seconds of the window spent waiting until channels had a message; one worker waits once at a time."""
    waits = {}
    for message in plain.messages:
        row = plain.rows[message.cause]
        if row.service == name and waits_for_the_channel(plain, message):
            ends = [time for time in (message.acknowledged, row.ended) if time is not None]
            waits.setdefault(row.number, []).append((message.published, min(ends, default=None)))
    return sum(union(spans, plain.left, plain.right) for spans in waits.values())


def waits_for_the_channel(plain, message):
    """Whether its publisher is held until the channel has the message."""
    step, kind = message.step, plain.scenario.channels[message.channel].kind
    published = message.origin < 0 and step.kind == "publish"
    return published and step.acks != 0 and step.outbox is None and kind != "bus"


def _standing(plain, name, rows, began, works):
    free = free_spans(plain, name)
    behind = [sum(seconds_within(free, *span) for span in waits(plain, row)) for row in began]
    worked = [0.0] * plain.instances(name)
    for row in works:
        worked[plain.instance_of(row)] += overlap(row.started, row.ended, plain.left, plain.right)
    return {
        "wait_behind_mean": mean(behind),
        "idle_while_waiting": idle_while_waiting(plain, free, rows),
        **spread(worked),
    }
