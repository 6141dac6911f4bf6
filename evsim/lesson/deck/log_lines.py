"""The log of a run as an operator reads it: what went wrong, counted by the minute; and the story of one customer."""

from collections import Counter, defaultdict

import numpy as np

from evsim.lesson.deck.gauges import MINUTE
from evsim.results.endings import NEVER_SENT, Outcome, Reason, Verdict
from evsim.results.remarks import sentences
from evsim.results.trace import Trace
from evsim.view.words import count

__all__ = ["log_lines", "story"]

NOTED = {
    "expel": "is thrown out of its group", "rebalance": "the group shares out its partitions anew",
    "consumer cut off": "its channel to the broker was closed, as it did not acknowledge in time",
    "message refused": "does not take a message", "redrive": "dead letters are moved back",
}  # fmt: skip
OF_THE_HANDLER, EXCEPTION = ("fail step", "error rate", "poison"), "an exception"  # what a log has of its reasons
MOST_MOMENTS = 16
UNTOLD = ("ready", "offered", "kept", "confirmed")  # moments of a story that say little


def log_lines(watched, card, start, end):
    """(time of day, words) of what was noted between two moments, and of what others did before; in order."""
    noted, about = Counter(), defaultdict(set)
    rows = watched.rows
    places = watched.run.tables.places
    for column, wrong in (("ended", _worked), ("settled", _asked)):
        times = rows[column]
        for row in np.flatnonzero((times >= start) & (times < end)).tolist():
            said = wrong(rows, places, row)
            if said:
                line = _minute(times[row]), *said
                noted[line] += 1
                about[line].add(int(rows["parent"][row]) if watched.deliveries[row] else None)
    for time, kind, what, _ in watched.run.records.incidents:
        words = NOTED.get(kind) or sentences().get(kind)
        if words and start <= time < end:
            noted[_minute(time), str(what), words] += 1
    lines = [(line[0], f"{line[1]}: {line[2]}{_often(many, about[line])}") for line, many in noted.items()]
    lines += [(_minute(time), words) for time, words in card.notes if time < end]
    return [(card.time_of_day(minute), words) for minute, words in sorted(lines)]


def _often(many, messages):
    """How often something was noted, and of how many messages, where it was of fewer."""
    few = f", of {len(messages)} message{'s' * (len(messages) > 1)}" if None not in messages and messages else ""
    return f" ({many:,} times{few})" if many > 1 else ""


def _minute(time):
    return float(time // MINUTE * MINUTE)


def _worked(rows, places, row):
    """What a service says of work that ended badly."""
    outcome = int(rows["outcome"][row])
    if outcome not in (Outcome.FAILED, Outcome.CRASHED, Outcome.REFUSED) or rows["place"][row] < 0:
        return None
    place = places[rows["place"][row]]
    what = "a message" if place.is_delivery else "a request"
    verb = {Outcome.FAILED: f"{what} failed", Outcome.CRASHED: f"lost {what} in a crash",
            Outcome.REFUSED: f"refused {what}"}[outcome]  # fmt: skip
    return place.service, f"{verb}: {_because(rows['reason'][row])}"


def _asked(rows, places, row):
    """What a caller says of a call without an answer, and a channel of a message that it gave up."""
    verdict, place = rows["verdict"][row], places[rows["place"][row]] if rows["place"][row] >= 0 else None
    if verdict == Verdict.TIMEOUT and place is not None and place.is_call:
        return place.source, f"no answer from {place.service} in time"
    if verdict == Verdict.DEAD and place is not None:
        return place.source, f"a message is given up after {count(max(1, int(rows['attempt'][row])), 'attempt')}"
    if verdict in (Verdict.DROPPED, Verdict.EXPIRED):
        return place.source if place else "broker", f"a message is removed: {_because(rows['reason'][row])}"
    if verdict == Verdict.REJECTED and rows["reason"][row] in NEVER_SENT and place is not None:
        return place.source, f"did not ask {place.service}: {_because(rows['reason'][row])}"
    return None


def _because(reason):
    words = Reason.word(reason)
    return EXCEPTION if words in OF_THE_HANDLER else words


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
    told = [each for each in Trace(watched.run, number, workload) if each.time < now and each.what not in UNTOLD]
    lines = [(f"{card.time_of_day(each.time)}:{int(each.time % MINUTE):02}", _moment(each)) for each in told]
    return [("", f"customer {number} of {workload}"), *lines[-MOST_MOMENTS:]]


def _whose(watched, now):
    told, requests = watched.told, watched.requests
    error = np.where(told.error & (told.told_at < now), told.told_at, -np.inf)
    if len(error) and error.max() > -np.inf:
        return int(error.argmax())
    open_ = (requests.arrived < now) & ~(requests.answered < now)
    for waiting in (watched.unfinished(now), open_, told.told_at < now):
        if waiting.any():
            return int(waiting.argmax())
    return None


def _moment(each):
    detail = EXCEPTION if each.detail in OF_THE_HANDLER else each.detail
    return f"{each.what} {each.where}" + (f" ({detail})" if detail else "")
