"""Recount of what executions made: effects, calls and messages lie inside them, not too few and not too many."""

import numpy as np

from evsim.results.audit.step_counts import compare_with_steps

__all__ = ["CHECKS"]


def effects(books):
    """An effect happens inside the execution that makes it, and a successful one makes all of its own."""
    rows, effects = books.rows, books.run.tables.effects
    row, time = effects["row"], effects["time"]
    inside = (time >= rows["started"][row]) & ~(time > rows["ended"][row])
    books.demand(inside, "an effect lies outside the work that made it", row)
    made = np.bincount(row, minlength=len(rows["born"]))
    compare_with_steps(books, made, lambda step: step.effects, "effects")


def children(books):
    """Calls and publishes lie inside the execution that makes them; a successful one makes all of its own."""
    rows, messages = books.rows, books.messages
    count = len(rows["born"])
    calls = np.flatnonzero((books.kinds == "call") & (rows["first"] < 0))
    parent = rows["parent"][calls]
    inside = rows["born"][calls] >= rows["started"][parent]
    inside &= ~(rows["born"][calls] > rows["ended"][parent])
    books.demand(inside, "a call was made outside the work of its caller", calls)
    compare_with_steps(books, np.bincount(parent, minlength=count), lambda step: step.asks, "calls")
    by_hand = messages["origin"] < 0  # by a handler; the others are made by channels
    by_hand[[copy for copy, _ in books.run.records.copies]] = False  # what came again
    by_hand[[pane.message for pane in books.run.records.panes]] = False  # what was gathered from many
    cause, time = messages["cause"][by_hand], messages["published"][by_hand]
    inside = time >= rows["started"][cause]
    books.demand(inside & ~(time > rows["ended"][cause]), "published outside the work", cause)
    made = np.bincount(messages["cause"][by_hand], minlength=count)
    compare_with_steps(books, made, lambda step: step.publishes and not step.gathers, "messages")


CHECKS = (effects, children)
