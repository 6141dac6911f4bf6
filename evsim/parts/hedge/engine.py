"""Hedging: two attempts at one obligation at once, of which the first good answer counts.

Source: J. Dean, L. A. Barroso, The Tail at Scale (CACM 2013).
"""

from evsim.engine.attempts import obligation
from evsim.engine.environment import TIMEOUT
from evsim.engine.policy import OUTERMOST, Policy
from evsim.results.endings import Verdict
from evsim.ticks import ticks

__all__ = ["Hedging", "build"]


def build(edge, settings):
    """The hedge of this edge."""
    return Hedging(edge, settings)


class Hedging(Policy):
    """What one edge does beside asking. A *round* is an attempt and its hedge: a retry begins another one."""

    position = OUTERMOST

    def __init__(self, edge, settings):
        self.edge, self.kernel, self.after = edge, edge.kernel, ticks(settings.after)
        self.rounds = {}  # first row of the obligation -> Round

    def asking(self, ask, edge):
        """`ask`, for the first attempt of a round; its hedge is asked for later."""
        env, due, self._ask = self.kernel.env, self.due, ask

        def ask_and_watch(row):
            self._round(row).begin(row)
            env.call_in(self.after, due, row, TIMEOUT)
            ask(row)

        return ask_and_watch

    def due(self, row):
        """The time for the hedge of an attempt has come, if nothing has come of it."""
        rows, edge = self.kernel.records.rows, self.edge
        if rows.verdict[row] != Verdict.OPEN or edge.defer_if_paused(self.due, row) or rows.outcome[rows.parent[row]]:
            return
        if edge.may_ask_again(row):
            second = self.kernel.attempts.next(row)
            self._round(row).open.append(second)
            self._round(row).last = second
            self._ask(second)

    def _round(self, row):
        return self.rounds.setdefault(obligation(self.kernel.records.rows, row), Round())

    def answered(self, row):
        """The lease of the other attempt is void."""
        for other in self._round(row).open:
            if other != row:
                self.edge.beaten(other)
        self.ended(row)

    def ended(self, row):
        self.rounds.pop(obligation(self.kernel.records.rows, row), None)

    left = ended

    def goes_on(self, row, final):
        """An attempt has failed: whether another one of its round is still under way. A `final` no is an answer."""
        if final:
            self.answered(row)
            return False
        round = self._round(row)
        round.open = [each for each in round.open if each != row]
        return bool(round.open)

    def latest(self, row):
        round = self._round(row)
        return round.last, round.number


class Round:
    """An attempt and its hedge: which are ``open``, which was made ``last``, and the how many-th round it is."""

    def __init__(self):
        self.open, self.last, self.number = [], -1, 0

    def begin(self, row):
        self.open, self.last, self.number = [row], row, self.number + 1
