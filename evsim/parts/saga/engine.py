"""How what was done is undone: an effect is taken back, and a call without an answer leads to the steps that do so."""

from evsim.engine.item_paths import path_of_row

__all__ = ["build", "compensate", "undo"]


def undo(compiler, step, position, then, fail):
    """A function of a row: what its request left as effect of this name until now is undone."""
    kernel, records, env = compiler.kernel, compiler.kernel.records, compiler.env
    undos, effects, code = records.undos, records.effects, kernel.identifiers.effect_number(step.name)
    place, policies, name = compiler.place, compiler.effects, step.name
    item_of, identifiers, sends_items = path_of_row(kernel, place), kernel.identifiers, kernel.graph.sends_items

    def codes(row):
        """The effects of this name that the request, or this item of it, may have: those of its items too."""
        path = kernel.items.path(item_of(row)) if item_of is not None else ()
        return identifiers.effects_below(name, path) or [identifiers.effect_number(name, path)]

    def undone(row):
        for each in codes(row) if sends_items else (code,):
            number = next(undos.new)
            undos.row[number], undos.name[number], undos.time[number] = row, each, env._now
            undos.before[number] = effects.written("row")
        for policy in policies.of(name):
            policy.undone(place, row)
        then(row)

    for handling in compiler.around:
        undone = handling.written(undone)
    for handling in compiler.around:
        undone = handling.writing(undone)
    return undone


def compensate(compiler, instead, position, then, fail):
    """``fail(row, reason)`` after the steps; where one of them fails, with the first reason, and without the rest."""
    why = {}  # row -> why the call failed
    compiler.service.volatile.append(why)

    def over(row):
        if row in why:  # else the handler died meanwhile
            fail(row, why.pop(row))

    def failed(row, reason):
        over(row)

    first = compiler.link(instead.steps, position, over, failed)

    def begin(row, reason):
        why[row] = reason
        first(row)

    return begin


build = {"undo": undo, "compensate": compensate}
