"""Unique constraints: of an effect that is unique there is at most one for each key, as of a row in a table.

The table knows keys and nothing else: a second row is refused also where the same request wrote the first one, in an
attempt before. Only an idempotent service knows its own row again.
"""

from evsim.engine.keys import key_of_row
from evsim.results.records import Reason

__all__ = ["constrained", "freed", "is_new"]


def is_new(system, place, name):
    """A function of a row: whether the effect `name` has no row of its key yet. Then it has one."""
    taken, key_of, owner = system.table(name), key_of_row(system, place), _owner(system, place)

    def is_new(row):
        key = key_of(row)
        if key in taken:
            return False
        taken[key] = owner(row)
        return True

    return is_new


def freed(system, place, name):
    """A function of a row: the row of the table that its request wrote is there no more."""
    taken, key_of, owner = system.table(name), key_of_row(system, place), _owner(system, place)

    def free(row):
        key = key_of(row)
        if taken.get(key) == owner(row):
            del taken[key]

    return free


def _owner(system, place):
    number_of, luck = system.luck.of, system.records.rows.luck
    return lambda row: (place.workload, number_of(luck[row])[0])


def constrained(system, place, name, effect, fail):
    """`effect(row)` where the key is new, else ``fail(row, reason)``."""
    may_write = is_new(system, place, name)

    def effect_if_new(row):
        if may_write(row):
            effect(row)
        else:
            fail(row, Reason.TAKEN)

    return effect_if_new
