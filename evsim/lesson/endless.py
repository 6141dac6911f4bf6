"""A handler in Python that a student wrote, made to end: a loop without an end becomes an answer in words.

What is counted is what Python does and not time, so an answer gets the same grade on a slow machine.
"""

import sys
from functools import wraps

from evsim.engine.environment import SimulationError

__all__ = ["MOST", "ending"]

MOST = 10_000  # operations of Python for one customer: fifty times what a handler needs


class _Endless(BaseException):
    """So much was done; no `except Exception` of a student takes it for one of their own."""


class _Counter:
    """A trace function that counts the operations of a notebook's own code, and of nothing that it imports."""

    def __init__(self, function):
        self.own, self.left, self.before = function.__globals__, MOST, None

    def __call__(self, frame, event, _):
        if frame.f_globals is not self.own:
            return None
        frame.f_trace_opcodes = True  # a loop on one line has no second line
        if event == "opcode":
            self.left -= 1
            if self.left < 0:
                raise _Endless
        return self

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self)

    def __exit__(self, *_):
        sys.settrace(self.before)


def ending(function):
    """The same handler, refused when it has done `MOST` operations for one customer and goes on."""

    @wraps(function)
    def handler(ctx):
        generator, counter = function(ctx), _Counter(function)
        resume, given = generator.__next__, ()
        while True:
            try:
                with counter:
                    step = resume(*given)
            except StopIteration:
                return
            except _Endless:
                raise SimulationError(
                    f"{function.__name__} goes on and on for one customer; is there a loop without an end?"
                ) from None
            resume, given = generator.__next__, ()
            try:
                yield step
            except Exception as error:  # how a call failed
                resume, given = generator.throw, (error,)

    return handler
