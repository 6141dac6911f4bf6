"""Recount of pipes: none ever holds more than it can, and each is read in the order in which it was written."""

import numpy as np

__all__ = ["CHECKS", "obligations"]

ROUNDING = 1e-9  # bytes: of sums of sizes


def obligations(run, name):
    """Each message is one: there is one reader."""
    return np.ones(len(run.tables.messages["published"]), dtype=int)


def pipes(books):
    rows, messages, scenario = books.rows, books.messages, books.run.scenario.complete
    sizes = np.array([getattr(step, "size", None) or 1.0 for _, step in books.run.tables.routes] or [0.0])
    deliveries = np.flatnonzero(books.kinds == "delivery")
    for code, (name, pipe) in enumerate(scenario.channels.items()):
        if not pipe.breaks:
            continue
        mine = deliveries[messages["channel"][rows["parent"][deliveries]] == code]
        message = rows["parent"][mine]
        entered, left = messages["appended"][message], rows["leased"][mine]
        gone = np.where(np.isnan(left), rows["ended"][mine], left)
        weight = np.ones(len(mine)) if pipe.capacity is not None else sizes[messages["route"][message]]
        most = pipe.bytes if pipe.capacity is None else pipe.capacity
        books.demand(_levels(entered, gone, weight) <= most + ROUNDING, f"{name} held more than it can", mine)
        order = np.argsort(messages["offset"][message])
        taken = left[order][~np.isnan(left[order])]
        read = mine[order][~np.isnan(left[order])]
        books.demand(np.diff(taken) >= 0, f"{name} was read out of order", read[1:])


def _levels(entered, left, weight):
    """How much lies in a pipe just after each message has entered; at one moment those who leave go first."""
    times = np.r_[entered, left]
    changes = np.r_[weight, -weight]
    order = np.lexsort((changes > 0, times))  # one that never leaves comes last: NaN is sorted to the end
    level = np.cumsum(changes[order])
    found = np.empty(len(times))
    found[order] = level
    return found[: len(entered)]


CHECKS = (pipes,)
