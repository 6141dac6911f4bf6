"""Recount of what executions made: effects, calls and messages lie inside them, not too few and not too many."""

import numpy as np

from evsim.results.audit.step_counts import fewest_and_most
from evsim.results.records import Outcome

__all__ = ["CHECKS"]


def effects(books):
    """An effect happens inside the execution that makes it, and a successful one makes all of its own."""
    rows, effects = books.rows, books.run.tables.effects
    row, time = effects["row"], effects["time"]
    inside = (time >= rows["started"][row]) & ~(time > rows["ended"][row])
    books.demand(inside, "an effect lies outside the work that made it", row)
    made = np.bincount(row, minlength=len(rows["born"]))
    _compare(books, made, ("effect",), "effects")


def undos(books):
    """An undo lies inside the execution that makes it, and reaches back from its moment."""
    rows, undos, effects = books.rows, books.run.records.undos.columns(), books.run.tables.effects
    row, time, before = undos["row"], undos["time"], undos["before"]
    inside = (time >= rows["started"][row]) & ~(time > rows["ended"][row])
    books.demand(inside, "something was undone outside the work that undid it", row)
    earlier = np.searchsorted(effects["time"], time, "left")
    later = np.searchsorted(effects["time"], time, "right")
    then = (before >= earlier) & (before <= later)
    books.demand(then, "an undo took back what came after it, or left out what came before", row)
    _compare(books, np.bincount(row, minlength=len(rows["born"])), ("undo",), "steps that undo")


def children(books):
    """Calls and publishes lie inside the execution that makes them; a successful one makes all of its own."""
    rows, messages = books.rows, books.messages
    count = len(rows["born"])
    calls = np.flatnonzero((books.kinds == "call") & (rows["first"] < 0))
    parent = rows["parent"][calls]
    inside = rows["born"][calls] >= rows["started"][parent]
    inside &= ~(rows["born"][calls] > rows["ended"][parent])
    books.demand(inside, "a call was made outside the work of its caller", calls)
    _compare(books, np.bincount(parent, minlength=count), ("call", "ask"), "calls")
    by_hand = messages["origin"] < 0  # by a handler; the others are made by channels
    by_hand[[copy for copy, _ in books.run.records.copies]] = False  # what came again
    cause, time = messages["cause"][by_hand], messages["published"][by_hand]
    inside = time >= rows["started"][cause]
    books.demand(inside & ~(time > rows["ended"][cause]), "published outside the work", cause)
    _compare(books, np.bincount(messages["cause"][by_hand], minlength=count), ("publish", "send"), "messages")


def _compare(books, made, kinds, name):
    """Executions that ended well made at least what their handler always makes, and at most what it may."""
    counts = [fewest_and_most(books.run.scenario, place, kinds) for place in books.run.tables.places]
    low = np.array([low for low, _ in counts] + [0])
    high = np.array([high for _, high in counts] + [0])
    ok = (books.rows["outcome"] == Outcome.OK) & np.isnan(books.run.tables.skipped)
    place = books.rows["place"]
    books.demand(~ok | (made >= low[place]), f"the work ended well without all its {name}")
    books.demand(made <= high[place], f"the work made more {name} than its steps can")


CHECKS = (effects, undos, children)
