"""How what was done is undone: an effect is taken back, and a call without an answer leads to the steps that do so."""

__all__ = ["build", "compensate", "undo"]


def undo(compiler, step, position, then, fail):
    """A function of a row: what its request left as effect of this name until now is undone."""
    kernel, records, env = compiler.kernel, compiler.kernel.records, compiler.env
    undos, effects, code = records.undos, records.effects, kernel.identifiers.effect_number(step.name)
    place, policies, name = compiler.place, compiler.effects, step.name

    def undone(row):
        number = undos.new()
        undos.row[number], undos.name[number], undos.time[number] = row, code, env._now
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
