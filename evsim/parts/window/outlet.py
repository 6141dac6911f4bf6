"""The way out of an instance: results leave in order as far as there is credit, and what comes next waits behind them.

So a full queue holds back whoever fills it: the instance takes nothing in while it has a result that cannot leave.
"""

from collections import deque
from math import nan
from typing import Any

from evsim.engine.publishing import Publishing
from evsim.parts.window.words import NO_CREDIT

__all__ = ["CreditedPublishing", "Outlet"]


class CreditedPublishing(Publishing):
    """Messages that are sent on credit. One that comes to nothing takes no place."""

    def __init__(self, kernel, place, step, route, then, fail, asker):
        super().__init__(kernel, place, step, route, then, fail, asker)
        self.credit = self.channel.credit()
        self.way_back = self.credit.way_back(place)
        self.send_at_once, self.send = self.send, self._send

    def _send(self, message):
        self.credit.take(message, self.way_back)
        self.send_at_once(message)

    def _note(self, what, message):
        super()._note(what, message)
        self.credit.left(message)  # refused

    def lost(self, message):
        super().lost(message)
        self.credit.left(message)


class Waiting:
    """Something that an instance does later: ``function(argument)``. row: whose, or None; note: since when it waits."""

    __slots__ = ("argument", "function", "note", "row")

    def __init__(self, function, argument, row=None):
        self.function, self.argument, self.row, self.note = function, argument, row, None


class Outlet:
    """`results` wait for credit (None: there is no limit), and behind them, in `line`, all that the instance does next.

    A row that waits for credit has a note in the records, as its work is done and its worker is held.
    """

    def __init__(self, step, number):
        self.step, self.number = step, number
        self.credit: Any = None
        self.results, self.line, self.asks = deque(), deque(), False

    @property
    def is_away(self):
        """Whether its instance does nothing now, as it has crashed or is paused."""
        instance = self.step.service.instances[self.number]
        return instance.frozen is not None or instance.crashes > 0

    def through(self, function, argument=None):
        """Call a function now, or when all that was shown before has left."""
        self._do(Waiting(function, argument))

    def enter(self, row):
        """A row is taken now, or later."""
        self._do(Waiting(self.step.take, row, row))

    def _do(self, what):
        if self.results or self.line or self.is_away:
            self.line.append(what)
            self._note()
        else:
            what.function(what.argument)

    def leave(self, row, then):
        """A row goes on when what it made be shown has left."""
        if self.results:
            self.line.appendleft(Waiting(then, row, row))
            self._note()
        else:
            then(row)

    def _note(self):
        """Rows in the line wait for credit, from now on if they did not before."""
        for each in self.line if self.results else ():
            if each.row is not None and each.note is None:
                each.note = [self.step.env._now, nan, each.row]
                self.step.kernel.records.pressed.append(each.note)
                self.step.remark(NO_CREDIT, each.row)

    def show(self, shown):
        """A result leaves, now or when there is credit for it."""
        if self.results or not self._may_send:
            self.results.append(shown)
            self._ask()
        else:
            self.step.send(*shown)

    @property
    def _may_send(self):
        return self.credit is None or self.credit.is_there

    def _ask(self):
        if not self.asks:
            self.asks = True
            self.credit.waiting.append(self._answered)

    def _answered(self):
        self.asks = False
        self.go_on()

    def go_on(self):
        """Send and do what has waited, until a result has to wait again."""
        while not self.is_away and (self.results or self.line):
            if not self.results:
                what = self.line.popleft()
                self._over(what)
                what.function(what.argument)
            elif self._may_send:
                self.step.send(*self.results.popleft())
            else:
                self._ask()
                self._note()
                return

    def _over(self, what):
        if what.note is not None:
            what.note[1] = self.step.env._now

    def forget(self, results):
        """Its instance has crashed. results: what it has to send when it is back."""
        for each in self.line:
            self._over(each)
        self.line.clear()
        self.results = deque(results)
