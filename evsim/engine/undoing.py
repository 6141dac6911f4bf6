"""Undoing: an effect of a request is taken back, by whoever compensates for it."""

from bisect import bisect_left

__all__ = ["undoing"]


def undoing(system, place, name):
    """A function of a row: what its request left as effect `name` until now is undone."""
    records, env, policies = system.records, system.env, system.effects
    undos, effects, code = records.undos, records.effects, system.effect_number(name)

    def undo(row):
        number = undos.new()
        undos.row[number], undos.name[number], undos.time[number] = row, code, env._now
        undos.before[number] = bisect_left(effects.row, True, key=lambda made: made < 0)  # the columns grow ahead
        for policy in policies.of(name):
            policy.undone(place, row)

    return undo
