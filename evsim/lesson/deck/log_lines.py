"""The log of a run as an operator reads it: what went wrong, counted by the minute; and the story of one customer."""

from collections import Counter

import numpy as np

from evsim.lesson.deck.gauges import MINUTE
from evsim.results.records import NEVER_SENT, Outcome, Reason, Verdict
from evsim.results.remarks import sentences
from evsim.results.trace import Trace
from evsim.scenario.faults import FAULT_KINDS

__all__ = ["log_lines", "story"]

NOTED = {
    "expel": "is thrown out of its group", "rebalance": "the group shares out its partitions anew",
    "consumer cut off": "its channel to the broker was closed, as it did not acknowledge in time",
    "message refused": "does not take a message", "redrive": "dead letters are moved back",
}  # fmt: skip
MOST_MOMENTS = 16
UNTOLD = ("ready", "offered", "kept", "confirmed")  # moments of a story that say little


def log_lines(watched, card, start, end):
    """(time of day, words) of what was noted between two moments, in order."""
    noted = Counter()
    rows = watched.rows
    places = watched.run.tables.places
    for column, wrong in (("ended", _worked), ("settled", _asked)):
        times = rows[column]
        for row in np.flatnonzero((times > start) & (times <= end)).tolist():
            said = wrong(rows, places, row)
            if said:
                noted[(_minute(times[row]), *said)] += 1
    for time, kind, what, _ in watched.run.records.incidents:
        words = NOTED.get(kind) or sentences().get(kind)
        if words and start < time <= end and kind not in FAULT_KINDS:
            noted[_minute(time), str(what), words] += 1
    lines = [(minute, f"{who}: {words}" + (f" ({count:,} times)" if count > 1 else ""))
             for (minute, who, words), count in noted.items()]  # fmt: skip
    lines += [(_minute(time), words) for time, words in card.notes if start < time <= end]
    return [(card.time_of_day(minute), words) for minute, words in sorted(lines)]


def _minute(time):
    return float(time // MINUTE * MINUTE)


def _worked(rows, places, row):
    """What a service says of work that ended badly."""
    outcome, reason = Outcome(rows["outcome"][row]), Reason(rows["reason"][row])
    if outcome not in (Outcome.FAILED, Outcome.CRASHED, Outcome.REFUSED) or rows["place"][row] < 0:
        return None
    place = places[rows["place"][row]]
    what = "a message" if place.is_delivery else "a request"
    verb = {Outcome.FAILED: f"{what} failed", Outcome.CRASHED: f"lost {what} in a crash",
            Outcome.REFUSED: f"refused {what}"}[outcome]  # fmt: skip
    return place.service, f"{verb}: {_because(reason)}"


def _asked(rows, places, row):
    """What a caller says of a call without an answer, and a channel of a message that it gave up."""
    verdict, place = Verdict(rows["verdict"][row]), places[rows["place"][row]] if rows["place"][row] >= 0 else None
    if verdict == Verdict.TIMEOUT and place is not None and place.is_call:
        return place.source, f"no answer from {place.service} in time"
    if verdict == Verdict.DEAD and place is not None:
        return place.source, f"a message is given up after {max(1, int(rows['attempt'][row]))} attempts"
    if verdict in (Verdict.DROPPED, Verdict.EXPIRED):
        return place.source if place else "broker", f"a message is removed: {_because(Reason(rows['reason'][row]))}"
    if verdict == Verdict.REJECTED and Reason(rows["reason"][row]) in NEVER_SENT and place is not None:
        return place.source, f"did not ask {place.service}: {_because(Reason(rows['reason'][row]))}"
    return None


def _because(reason):
    return reason.name.lower().replace("_", " ")


def story(watched, card, now):
    """(time of day, words) of what happened to one customer so far, the last moments of it; the customer first.

    The one who was told an error last; if there is none, the one who waits longest for what was promised, or for an
    answer; else the last who was answered.
    """
    who = _whose(watched, now)
    if who is None:
        return []
    requests = watched.requests
    workload, number = requests.workloads[requests.workload[who]], int(requests.number[who])
    told = [each for each in Trace(watched.run, number, workload) if each.time <= now and each.what not in UNTOLD]
    lines = [(f"{card.time_of_day(each.time)}:{each.time % MINUTE:04.1f}",
              f"{each.what} {each.where}" + (f" ({each.detail})" if each.detail else "")) for each in told]  # fmt: skip
    return [("", f"customer {number} of {workload}"), *lines[-MOST_MOMENTS:]]


def _whose(watched, now):
    told, requests = watched.told, watched.requests
    error = np.where(told.error & (told.told_at <= now), told.told_at, -np.inf)
    if len(error) and error.max() > -np.inf:
        return int(error.argmax())
    open_ = (requests.arrived <= now) & ~(requests.answered <= now)
    for waiting in (watched.unfinished(now), open_, told.told_at <= now):
        if waiting.any():
            return int(waiting.argmax())
    return None
