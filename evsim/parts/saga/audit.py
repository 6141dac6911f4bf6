"""Recount of what was undone: by a handler at work, of what there was, not too often and not too seldom."""

import numpy as np

from evsim.results.audit.step_counts import compare_with_steps

__all__ = ["CHECKS"]


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
    made = np.bincount(row[_one_of_each_step(books, undos)], minlength=len(rows["born"]))
    compare_with_steps(books, made, lambda step: step.takes_back, "steps that undo")


def _one_of_each_step(books, undos):
    """Positions of undos, one of each step: where a request has items, a step takes back the effects of all of them."""
    names, first = books.run.tables.effect_names, {}
    found = zip(undos["row"].tolist(), undos["name"].tolist(), strict=True)
    return [
        place for place, (row, code) in enumerate(found) if first.setdefault((row, names[code].written), code) == code
    ]


CHECKS = (undos,)
