"""A future as its difference to the base, small enough to keep many of them in a page; ``js/differences.js`` undoes it.

Most of what happens in a branch happens in its run too, only some rows are other or later. So a table is written as
where its entries come from, and where they differ.

A *future* is as in a film, but that ``lanes`` has, for each lane of the base, ``{}`` if it is the same, or what is
other of it: any setting as a whole, and of a table ``{count, runs, columns}``. ``runs`` is a list of numbers ``first,
length, first, length ...``: entries of the base that follow each other here, and -1 for as many new ones. ``columns``
has, for a column that does not follow from that, ``{count, at, value}``: the places (each as the distance from the one
before) and what stands there, both as columns of a film; ``"=other"`` where both are those of another column, one that
stands before it; or the column as a whole, if it is a list. Columns that refer to entries of another table
(:data:`REFERENCES`) follow these to their new places.
"""

from collections import Counter

import numpy as np

from evsim.view.player.columns import decoded, encoded

__all__ = ["difference"]

TABLES = ("attempts", "messages", "requests", "history", "sendings", "effects", "remarks")
LISTS = ("key", "outcomes", "due", "fates", "words")  # columns that are no numbers
NEVER = -1
# table -> column -> the table it refers to; an attempt's parent is a message where it is a delivery.
REFERENCES = {
    "attempts": {"first": "attempts", "parent": "attempts"},
    "messages": {"cause": "attempts"},
    "requests": {"row": "attempts"},
    "sendings": {"message": "messages"},
    "effects": {"row": "attempts"},
    "history": {},
    "remarks": {"row": "attempts"},
}
# What tells an entry of a table: the same in both lanes, whatever its number. Attempts come first: others refer to
# them.
NAMES = {
    "attempts": ("place", "request", "attempt"),
    "messages": ("channel", "request"),
    "requests": ("workload", "number"),
    "sendings": ("message", "fate"),
    "effects": ("row", "name"),
    "history": ("request",),
    "remarks": ("row",),
}


def difference(future, base):
    """A future of a film as its difference to the base: both are lanes of the same designs."""
    lanes = [_lane(there, here) for there, here in zip(future["lanes"], base["lanes"], strict=True)]
    return {**future, "lanes": lanes}


def _lane(lane, base):
    tables = {name: (decoded(lane[name]), decoded(base[name])) for name in TABLES}
    origin = {}
    for name in TABLES:
        origin[name] = _origins(name, *tables[name], origin)
    found = {name: value for name, value in lane.items() if name not in TABLES and value != base[name]}
    deliveries = _deliveries(lane, tables["attempts"][0]["place"])
    for name in TABLES:
        table = _table(name, *tables[name], lane[name], base[name], origin, deliveries)
        if table:
            found[name] = table
    return found


def _deliveries(lane, place):
    """For each attempt: whether it delivers a message."""
    return np.array([each["kind"] == "delivery" for each in lane["places"]] + [True])[place]


def _origins(name, table, base, origins):
    """For each entry: its number in the base, or -1 if it is new; `origins` of the tables it refers to."""
    references = {column: origins[target][table[column]] for column, target in REFERENCES[name].items()
                  if column in NAMES[name]}  # fmt: skip
    table = table | references
    known = {key: number for number, key in enumerate(_keys(name, base))}
    return np.array([known.get(key, NEVER) for key in _keys(name, table)], dtype=int)


def _keys(name, table):
    """What tells each entry, with a number for those that are alike."""
    seen = Counter()
    for key in zip(*(table[column].tolist() for column in NAMES[name]), strict=True):
        yield (*key, seen[key])
        seen[key] += 1


def _table(name, table, base, written, base_written, origins, deliveries):
    origin = origins[name]
    count = written["count"]
    same = count == base_written["count"] and (origin == np.arange(count)).all()
    columns = {}
    for column in sorted(table, key=lambda column: column in REFERENCES[name]):  # as js/differences.js goes
        values = table[column]
        other = values != _followed(name, column, base[column], origins, deliveries)
        if other.any():
            at = np.flatnonzero(other)
            changes = {"count": len(at), "at": encoded(np.diff(at, prepend=0)), "value": encoded(values[at])}
            twin = next((each for each in columns if columns[each] == changes), None)
            columns[column] = f"={twin}" if twin else changes
    lists = [column for column in LISTS if column in written]
    columns |= {column: written[column] for column in lists if written[column] != base_written[column]}
    if same and not columns:
        return None
    return {"count": count, "runs": None if same else _runs(origin), "columns": columns}


def _followed(name, column, base, origins, deliveries):
    """What a column would be if entries only moved; new entries have -1."""
    origin = origins[name]
    values = np.append(base, NEVER)[origin]
    target = REFERENCES[name].get(column)
    if target is None:
        return values
    moved = _moved(values, origins[target])
    if column == "parent":
        moved = np.where(deliveries, _moved(values, origins["messages"]), moved)
    return moved


def _moved(values, origin):
    """Where the entries that `values` refer to are now; -1 if they are gone."""
    place = np.full(max(values.max(initial=0), origin.max(initial=0)) + 2, NEVER)
    known = origin >= 0
    place[origin[known]] = np.flatnonzero(known)
    return place[values]  # -1 reads the last, which is -1


def _runs(origin):
    """The numbers of entries as runs of those that follow each other."""
    found, begin = [], 0
    for end in range(1, len(origin) + 1):
        first, new = origin[begin], origin[begin] < 0
        if end < len(origin) and origin[end] == (NEVER if new else first + end - begin):
            continue
        found += [int(first), end - begin]
        begin = end
    return found
