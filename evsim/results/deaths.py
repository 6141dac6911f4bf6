"""Deaths: which messages are dead letters, of what, why, and for how many times it is that."""

import numpy as np

from evsim.results.records import Reason, Verdict

__all__ = ["deaths"]

REJECTED = {Reason.REJECTED: "rejected", Reason.TAKEN: "taken"}
WHY = {Verdict.EXPIRED: "expired", Verdict.DROPPED: "max length", Verdict.DEAD: "delivery limit"}


def deaths(run):
    """``(why, count)`` for each message: why its line of messages died last ("" if it never did), and how often it has.

    Reasons are those of RabbitMQ's ``x-death``: rejected, expired, max length, delivery limit; and taken, by a
    unique constraint.
    """
    rows, messages = run.rows, run.message_columns
    why, count = np.full(len(messages["origin"]), "", dtype=object), np.zeros(len(messages["origin"]), dtype=int)
    for message in np.flatnonzero(messages["origin"] >= 0).tolist():  # after what they come from
        origin, row = messages["origin"][message], messages["cause"][message]
        why[message], count[message] = why[origin], count[origin]
        if not run.routed[message] and rows["reason"][row] != Reason.REDRIVEN:
            why[message] = REJECTED.get(rows["reason"][row]) or WHY[rows["verdict"][row]]
            count[message] += 1
    return why, count
