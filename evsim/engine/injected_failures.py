"""What strikes a handler: an error rate, and poison. Both do after its first work, or at its start if it has none."""

from evsim.engine.weak_points import has_fault
from evsim.results.endings import Reason
from evsim.scenario.handlers import in_turn, positions

__all__ = ["after_work", "at_start"]


def at_start(compiler, then, fail):
    """`then`, unless something strikes, at the start of a handler that has no work."""
    if _first_work(compiler) is not None:
        return then
    return _unless_error(compiler, _unless_poison(compiler, then, fail), fail)


def after_work(compiler, position, then, fail):
    """`then`, unless something strikes, after the work at a position, if that is the first."""
    if position == _first_work_of_message(compiler):
        then = _unless_poison(compiler, then, fail)
    return _unless_error(compiler, then, fail) if position == _first_work(compiler) else then


def _unless_poison(compiler, then, fail):
    """`then`, unless a message is poison."""
    poisons = has_fault(compiler.kernel.scenario, compiler.service.name, "poisons")
    return _poison(compiler, then, fail) if poisons else then


def _unless_error(compiler, then, fail):
    """`then`, unless an error rate strikes."""
    fails = has_fault(compiler.kernel.scenario, compiler.service.name, "fails")
    return _error_rate(compiler, then, fail) if fails else then


def _error_rate(compiler, then, fail):
    place, luck = compiler.place, compiler.rows.luck
    chances = compiler.kernel.streams.uniforms("error rate", place.workload, place.service, place.ordinal)
    error_probability = compiler.service.error_probability

    def strike(row):
        if chances.of(luck[row]) < error_probability(row):
            fail(row, Reason.ERROR_RATE)
        else:
            then(row)

    return strike


def _poison(compiler, then, fail):
    rows, messages, identifiers = compiler.rows, compiler.kernel.records.messages, compiler.kernel.identifiers
    key_of, is_poison = identifiers.keys[compiler.place.workload].of, compiler.service.is_poison
    luck, parent, delivered = rows.luck, rows.parent, compiler.place.is_delivery
    batches = {} if compiler.alone else compiler.edge.batches

    def poisoned(row):
        key = messages.key[parent[row]] if delivered else key_of(luck[row])
        return is_poison(row, identifiers.key_text(key))

    def unless_poisoned(row):
        if any(map(poisoned, (row, *batches.get(row, ())))):
            fail(row, Reason.POISON)
        else:
            then(row)

    return unless_poisoned


def _first_work(compiler):
    steps = compiler.service.settings.handle
    if callable(steps):
        return None
    return next((here for here, step in in_turn(steps, compiler.place.operation) if step.lasts), None)


def _first_work_of_message(compiler):
    """As :func:`_first_work`, of one message: in a batch, in its turn."""
    steps = compiler.service.settings.handle
    if callable(steps) or compiler.edge.batches is None:
        return _first_work(compiler)
    loops = [here for here, step in positions(steps, operation=compiler.place.operation) if step.by_message]
    works = (here for here, step in in_turn(steps, compiler.place.operation) if step.lasts)
    return next((here for here in works if any(here[: len(each)] == each for each in loops)), _first_work(compiler))
