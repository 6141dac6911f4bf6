"""Compensation: what was done is undone when a later call has no answer, and then the handler fails."""

__all__ = ["compensation"]


def compensation(compiler, steps, position, fail):
    """``fail(row, reason)`` after the `steps`; where one of them fails, with the first reason, and without the rest."""
    why = {}  # row -> why the call failed
    compiler.service.parallel.append(why)

    def over(row):
        if row in why:  # else the handler died meanwhile
            fail(row, why.pop(row))

    def failed(row, reason):
        over(row)

    first = compiler.link(steps, position, over, failed)

    def compensate(row, reason):
        why[row] = reason
        first(row)

    return compensate
