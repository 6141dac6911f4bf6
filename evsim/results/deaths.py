"""Deaths: which messages are dead letters, of what, why, and for how many times it is that."""

import numpy as np

from evsim.results.endings import FINAL, Outcome, Reason, Verdict

__all__ = ["been_in", "deaths", "is_rejected"]

REJECTED = {Reason.REJECTED: "rejected", Reason.TAKEN: "taken"}
WHY = {Verdict.EXPIRED: "expired", Verdict.DROPPED: "max length", Verdict.DEAD: "delivery limit"}


def is_rejected(place, channels, reason, outcome, attempt):
    """Whether a consumer said of a dead message that it must not come again: at once, or after its own last attempt.

    place: of its last attempt, None if it had none. Where readers give up by themselves there is no other limit.
    """
    if reason in FINAL or place is None or outcome != Outcome.FAILED:
        return reason in FINAL
    retry = place.step.retry
    return channels[place.source].readers_give_up or (retry is not None and attempt >= retry.attempts)


def been_in(run, row, message):
    """Numbers of the channels that a message comes from: its own, in which it died with `row`, and those before.

    Back to where a consumer rejected it or it was moved, for from there on a cycle of dead letters begins anew.
    """
    rows, messages, passed = run.tables.rows, run.tables.messages, set()
    while message >= 0:
        final = rows["verdict"][row] == Verdict.DEAD and (rows["reason"][row] == Reason.REDRIVEN or _rejected(run, row))
        if final:
            break
        passed.add(int(messages["channel"][message]))
        row, message = messages["cause"][message], messages["origin"][message]
    return passed


def _rejected(run, row):
    rows = run.tables.rows
    place = run.tables.places[rows["place"][row]] if rows["place"][row] >= 0 else None
    attempt = max(rows["attempt"][row], 1)
    channels = run.scenario.complete.channels
    return is_rejected(place, channels, rows["reason"][row], rows["outcome"][row], attempt)


def deaths(run):
    """``(why, count)`` for each message: why its line of messages died last ("" if it never did), and how often it has.

    Reasons are those of RabbitMQ's ``x-death``: rejected, expired, max length, delivery limit; and taken, by a
    unique constraint.
    """
    rows, messages = run.tables.rows, run.tables.messages
    why, count = np.full(len(messages["origin"]), "", dtype=object), np.zeros(len(messages["origin"]), dtype=int)
    for message in np.flatnonzero(messages["origin"] >= 0).tolist():  # after what they come from
        origin, row = messages["origin"][message], messages["cause"][message]
        why[message], count[message] = why[origin], count[origin]
        if not run.tables.routed[message] and rows["reason"][row] != Reason.REDRIVEN:
            rejected = rows["verdict"][row] == Verdict.DEAD and _rejected(run, row)
            said = "rejected" if rejected else WHY[rows["verdict"][row]]
            why[message] = REJECTED.get(rows["reason"][row], said)
            count[message] += 1
    return why, count
