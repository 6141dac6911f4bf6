"""How operations run: the way in says which one is asked for, so its steps are chosen when the handler is built."""

from evsim.engine.refusal import refuse

__all__ = ["build"]


def build(compiler, step, position, then, fail):
    """The steps of the operation that is asked for at this place, and no others."""
    operation = compiler.place.operation
    if operation not in step.operations:  # a handler in Python, which nobody has looked into
        there = ", ".join(step.operations)
        raise refuse(f"services.{compiler.place.service}.handle", "has no such operation", operation, hint=there)
    number = step.operations.index(operation)
    return compiler.link(step.lists[operation], (*position, number), then, fail)
