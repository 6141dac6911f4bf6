"""A loop whose time is given: it passes when all wait, and a microsecond whenever somebody looks at the clock."""

import asyncio
from contextvars import ContextVar

__all__ = ["PROGRAM", "GivenTime"]

BEGINS, LOOK_TAKES = 5_000_000_000, 1_000  # nanoseconds
PROGRAM = ContextVar("PROGRAM", default=None)  # whose step it is that is taken


class _NothingComes:
    """The place of a selector: nothing comes from outside, so that time passes at once."""

    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        assert timeout is not None, "nothing would ever happen"
        self.loop.now += round(timeout * 1e9)
        return []


class GivenTime(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now, self._selector = BEGINS, _NothingComes(self)
        self.broken = []
        self.set_exception_handler(lambda loop, context: self.broken.append(context))

    def time(self):
        return self.now / 1e9

    def look(self):
        """What the clock says, in nanoseconds."""
        self.now += LOOK_TAKES
        return self.now

    def call_soon(self, callback, *args, context=None):
        return super().call_soon(self._if_it_runs, callback, args, context=context)

    def _if_it_runs(self, callback, args):
        """Take a step of a program, or keep it until the program runs again."""
        program = PROGRAM.get()
        if program is None or program.runs:
            callback(*args)
        else:
            program.held.append((callback, args))

    def let_pass(self, until):
        """Let things happen until a time, or until somebody stops it."""
        end = self.call_at(until / 1e9, self.stop)
        self.run_forever()
        end.cancel()

    def end(self):
        """Nobody takes any step any more."""
        tasks = asyncio.all_tasks(self)
        for task in tasks:
            task.cancel()
        if tasks:
            self.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.close()

    def _process_events(self, events):
        """Nothing comes from outside."""

    def _write_to_self(self):
        """Nobody is to be woken."""
