"""What happened in a run that a figure may count wrongly."""

from evsim.parts.event_loop.words import BLOCKED
from evsim.parts.function.words import COLD
from evsim.parts.pollers.words import THROTTLED
from evsim.parts.retry.words import NO_RETRY
from evsim.results.endings import Outcome, Reason, Verdict

__all__ = ["THINGS", "happened"]

THINGS = set()  # names of all that may happen


def happened(plain, customers, entries):
    """Names of what happened; with a warm-up: among customers who are counted, or who are not."""
    scenario, rows = plain.scenario, plain.rows
    kinds = {kind for _, kind, _, _ in plain.incidents}
    counted = [row for row in rows if row.counted]
    warm = any(not each.counted for each in customers) and bool(counted)
    found = {
        "warm-up": warm,
        "wait in the warm-up": warm and any(row.started is not None and row.started > row.ready
                                            for row in rows if not row.counted and row.ready is not None),
        "crash": "crash" in kinds,
        "died at work": any(row.outcome == Outcome.CRASHED for row in counted),
        "outage": "outage" in kinds,
        "pause": "pause" in kinds,
        "other workers from a moment on": "change" in kinds,
        "more pollers": len({number for *_, number in plain.run.records.pollers}) > 1,
        "throttled at a trigger": THROTTLED in kinds,
        "copy of a link": any(row.copy for row in counted),
        "worked copy": any(row.copy and row.ended is not None and row.started is not None for row in counted),
        "repeated effect": any(each.counted and each.repeated for each in customers),
        "repeated and ok": any(each.counted and each.repeated and each.ending == "ok" for each in customers),
        "deleted late": any(row.reason == Reason.LATE_DELETE for row in counted),
        "declined": any(each.counted and each.ending == "declined" for each in customers),
        "pending": any(each.counted and each.ending == "pending" for each in customers),
        "undone": any(each.row.counted and each.undone is not None for each in plain.effects),
        "retry of a call": any(row.attempt > 1 and row.kind == "call" for row in counted),
        "call of a retry": any(row.attempt <= 1 and row.kind == "call" and rows[row.parent].attempt > 1
                               for row in counted),
        "redelivery": any(row.attempt > 1 and row.kind == "delivery" for row in counted),
        "no retry": NO_RETRY in kinds,
        "beaten by a hedge": any(row.verdict == Verdict.BEATEN for row in counted),
        "given up and worked": any(row.verdict == Verdict.TIMEOUT and row.started is not None for row in counted),
        "batch": any(row.leads != row.number for row in counted),
        "batch led by one who counts, with one of the warm-up": any(not row.counted and rows[row.leads].counted
                                                                    for row in rows),
        "failed with its batch": any(row.reason == Reason.BATCH for row in counted),
        "left out of its batch": any(row.reason == Reason.GROUP for row in counted),
        "batch at a price": any(row.leads != row.number and scenario.services[row.service].price is not None
                                for row in counted),
        "replay": any(row.replay for row in counted),
        "replay in the warm-up": any(row.replay for row in rows if not row.counted),
        "dead letter": any(each.origin >= 0 and each.counted for each in plain.messages),
        "redriven": any(each.moved_back for each in entries),
        "skipped": any(row.skipped for row in counted),
        "overtaken": any(each.reordered and each.counted for each in entries),
        "overtaken in the warm-up": any(each.reordered and not each.counted for each in entries),
        "never started": any(row.started is None and row.ready is not None for row in rows if row.service),
        "never handed out": any(row.service is None for row in counted),
        "duplicate": any(each.counted and each.state == "duplicate" for each in entries),
        "second record": bool(plain.run.records.copies),
        "lost after an early acknowledgement": any(each.state == "lost" and each.last.verdict == Verdict.DONE
                                                   for each in entries),
        "ended program": "ended" in kinds,
        "program inside another": any(each.inside for each in scenario.services.values()),
        "several partitions": any(each.message.partition > 0 for each in entries),
        "cold start": COLD in kinds,
        "throttled": any(row.reason == Reason.THROTTLED for row in counted),
        "blocked thread": BLOCKED in kinds,
        "piece that waited for its loop or for the pool": any(each[0] > each[2] for each in plain.run.records.pieces),
        "instance that came while it ran": any(life.ready for lives in plain.lives.values() for life in lives),
        "price": any(each.price is not None for each in scenario.services.values()),
        "effect that is due to nobody": any(each.counted and each.others for each in customers),
    }  # fmt: skip
    THINGS.update(found)
    return {name for name, there in found.items() if there}
