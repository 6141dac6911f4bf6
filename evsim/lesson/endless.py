"""A handler in Python that a student wrote, made to end: a loop without an end becomes an answer in words.

What Python does is counted, and no time is taken, so an answer gets the same grade on a slow machine. A process of its
own tries the handler first, because a bare ``except:`` takes any exception for one of its own. A call of something
that is not Python can't be counted: there a clock ends that process.
"""

import faulthandler
import os
import pickle
import subprocess
import sys
from contextlib import redirect_stdout, suppress
from functools import wraps

from evsim.engine.environment import SimulationError

__all__ = ["MOST", "assert_ends", "ending"]

MOST = 10_000  # operations of Python for one customer: fifty times what a handler needs
PATIENCE = 10  # s for one run, which takes a tenth of one
COUNTED = 3  # exit status of a process in which more was done


class _Endless(BaseException):
    """So much was done; no `except Exception` of a student takes it for one of their own."""


def _give_up():
    raise _Endless


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
                _give_up()
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
        given: tuple[Exception, ...] = ()
        resume = generator.__next__
        while True:
            try:
                with counter:
                    step = resume(*given)
            except StopIteration:
                return
            except _Endless:
                raise SimulationError(_goes_on(function)) from None
            resume, given = generator.__next__, ()
            try:
                yield step
            except Exception as error:  # how a call failed
                resume, given = generator.throw, (error,)

    return handler


def assert_ends(designs, seeds):
    """Run designs with handlers that are ``ending`` in a process of its own; an error if one does not end.

    What can't be sent to another process, such as a handler that holds a lock, is only counted.
    """
    every = [handle for design in designs for _, handle in _in_python(design)]
    handlers = [handle.__wrapped__ for handle in every if hasattr(handle, "__wrapped__")]
    if not handlers:
        return  # none, or those of a lesson, which do end
    from joblib.externals.loky.backend.reduction import dumps

    try:
        bare = [_each(design, lambda handle: handle.__wrapped__) for design in designs]
        sent = dumps((bare, tuple(seeds), PATIENCE))
    except Exception:
        return
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-P", __file__], input=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path}, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )  # fmt: skip
    if done.stdout == b"begun":
        said = _goes_on if done.returncode == COUNTED else _takes_too_long
        raise SimulationError(said(handlers[0]))


def _goes_on(handler):
    return f"{handler.__name__} goes on and on for one customer; is there a loop without an end?"


def _takes_too_long(handler):
    return (
        f"{handler.__name__} takes too long; is there a loop without an end, or does it wait for a clock on the wall?"
    )


def _in_python(design):
    return [(name, each.handle) for name, each in design.services.items() if callable(each.handle)]


def _each(design, change):
    """The design with its handlers in Python changed."""
    return design.replace({f"services.{name}.handle": change(handle) for name, handle in _in_python(design)})


def _try():
    """What the other process does: it says that it has begun, runs, and says that it is over."""
    global _give_up

    def _give_up():
        os._exit(COUNTED)

    designs, seeds, patience = pickle.load(sys.stdin.buffer)
    print("begun", end="", flush=True)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        for design in (_each(design, ending) for design in designs):
            for seed in seeds:
                faulthandler.dump_traceback_later(patience, exit=True, file=nowhere)
                with suppress(Exception):  # it is said where the answer is checked
                    design.run(seed=seed)
        faulthandler.cancel_dump_traceback_later()
    print("over", end="", flush=True)


if __name__ == "__main__":
    _try()
