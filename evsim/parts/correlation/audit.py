"""Recount of replies: each ends the wait of the attempt that asked, once, in time; and who waits in vain says so."""

import numpy as np

from evsim.parts.correlation.words import REPLIED
from evsim.results.endings import Outcome, Reason
from evsim.scenario.handlers import all_steps, walk
from evsim.ticks import elapsed

__all__ = ["CHECKS"]


def replies(books):
    """A reply that counts follows from an attempt of the service that asked, which was at work, and had no other."""
    run, rows = books.run, books.rows
    steps = [_awaited(run, place) for place in run.tables.places]
    if not any(steps):
        return
    served = np.zeros(len(rows["born"]), dtype=int)
    for time, kind, _, row in run.records.incidents:
        if kind == REPLIED:
            asker = _asker(run, row, steps)
            books.demand([asker is not None], "a reply counts that is to nobody's question", [row])
            at_work = rows["started"][asker] <= time and not time > rows["ended"][asker]
            books.demand([at_work], "a reply counts though who asked was not at work", [asker])
            served[asker] += 1
    books.demand(served <= 1, "two replies to one question count")
    needed = [any(not unsure and step.on_error == "fail" for step, unsure in found) for found in steps]
    ended = np.array([*needed, False])[rows["place"]] & (rows["outcome"] == Outcome.OK)
    ended &= np.isnan(run.tables.skipped)
    books.demand(~ended | (served == 1), "the work ended well without the reply that it awaits")
    _timeouts(books, served)


def _timeouts(books, served):
    """Who fails for want of a reply has had none, and has waited as long as it says."""
    run, rows = books.run, books.rows
    limit = np.array([*(_limit(run, place) for place in run.tables.places), np.nan])[rows["place"]]
    failed = (rows["outcome"] == Outcome.FAILED) & (rows["reason"] == Reason.TIMEOUT) & ~np.isnan(limit)
    early = elapsed(rows["ended"], rows["started"]) < limit
    books.demand(~(failed & early), "it gave up on a reply before its time")
    books.demand(~(failed & (served > 0)), "it gave up on a reply that had come")


def _awaited(run, place):
    """(step, whether chance decides that it is reached) of each reply that a place awaits."""
    handle = run.scenario.services[place.service].handle
    return [(step, unsure) for _, step, unsure in walk(handle, operation=place.operation) if step.awaits]


def _limit(run, place):
    """The timeout of the reply that a place awaits; NaN where it awaits none, or something else may be too late."""
    handle = run.scenario.services[place.service].handle
    others = [step for step in all_steps(handle, place.operation) if not step.awaits]
    if any(step.asks or getattr(step, "timeout", None) for step in others):
        return np.nan
    return next((step.timeout for step, _ in _awaited(run, place)), np.nan)


def _asker(run, row, steps):
    """The attempt from which `row` follows, at a place that awaits a reply."""
    rows, messages, places = run.tables.rows, run.tables.messages, run.tables.places
    while not steps[rows["place"][row]]:
        place = places[rows["place"][row]]
        if place.is_request:
            return None
        row = messages["cause"][rows["parent"][row]] if place.is_delivery else rows["parent"][row]
    return row


CHECKS = (replies,)
