"""How to spoil what a run wrote down: a copy of it in which one thing or another is not what it was.

A spoiling is ``[table, column, number, value]``, or several of them in a list. The table may also be one of the lists
of the records; then the column is a position in its entries. In place of a column: ``lost`` (it is not there) and
``twice``. ``["inventory", key, name, value]`` is what is found at the end, the name None where it is kept by none, and
``["run", name, None, value]`` what the run says of itself.
"""

from copy import copy, deepcopy
from functools import cached_property

__all__ = ["spoilt", "was"]


def spoilt(run, spoiling):
    """A copy of a run with spoilt books."""
    found = _afresh(run)
    found.tables, found.records = _afresh(run.tables), copy(run.records)
    found.tables.records, found.tables.inventory = found.records, copy(run.tables.inventory)
    for change in spoiling if isinstance(spoiling[0], list) else [spoiling]:
        _change(found, *change)
    return found


def was(run, table, column, number):
    """What stands there."""
    if table == "run":
        return getattr(run.tables, column)
    if table == "inventory":
        return _place(run.tables.inventory, column, number)
    its = getattr(run.records, table)
    if column in ("lost", "twice"):
        return None
    return its[number][column] if isinstance(its, list) else getattr(its, column)[number]


def _afresh(thing):
    """A copy that has worked out nothing yet."""
    found = copy(thing)
    for name in [name for name in vars(found) if isinstance(getattr(type(found), name, None), cached_property)]:
        del found.__dict__[name]
    return found


def _change(run, table, column, number, value):
    if table == "run":
        run.tables.__dict__[column] = value
        run.__dict__.update({column: value} if column in run.__dict__ else {})
    elif table == "inventory":
        its = run.tables.inventory
        its[column] = value if number is None else its[column] | {_key(number): value}
    else:
        its = deepcopy(getattr(run.records, table))
        (_change_list if isinstance(its, list) else _change_table)(its, column, number, value)
        setattr(run.records, table, its)


def _key(name):
    return tuple(name) if isinstance(name, list) else name


def _place(inventory, key, name):
    return inventory[key] if name is None else inventory[key][_key(name)]


def _change_list(its, column, number, value):
    if column == "lost":
        del its[number]
    elif column == "twice":
        its.insert(number, its[number])
    else:
        kind, entry = type(its[number]), list(its[number])
        entry[column] = tuple(value) if isinstance(value, list) else value
        its[number] = kind._make(entry) if hasattr(kind, "_make") else kind(entry)


def _change_table(table, column, number, value):
    columns = [getattr(table, name) for name in table.types]
    if column == "lost":
        table.count -= 1
        for each in columns:
            del each[number]
    elif column == "twice":
        table.count += 1
        for each in columns:
            each.insert(number, each[number])
    else:
        getattr(table, column)[number] = value
