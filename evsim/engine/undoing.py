"""Undoing: an effect of a request is taken back, by whoever compensates for it."""

from bisect import bisect_left

from evsim.engine.unique import freed

__all__ = ["undoing"]


def undoing(system, place, name):
    """A function of a row: what its request left as effect `name` until now is undone, a row of a table too."""
    records, env, free = system.records, system.env, freed(system, place, name)
    undos, effects, code = records.undos, records.effects, system.effect_number(name)

    def undo(row):
        number = undos.new()
        undos.row[number], undos.name[number], undos.time[number] = row, code, env._now
        undos.before[number] = bisect_left(effects.row, True, key=lambda made: made < 0)  # the columns grow ahead
        free(row)

    return undo
