"""Ways to break hedging on purpose."""

from evsim.parts.hedge.engine import Hedging
from tests.books.breaking import mutant

HEDGE = {"hedge": {"after": 0.3}}


@mutant("hedged too early", **HEDGE)
def a_hedge_comes_too_early(patch):
    original = Hedging.__init__

    def begin(self, edge, settings):
        original(self, edge, settings)
        self.after /= 2

    patch.setattr(Hedging, "__init__", begin)


@mutant("more messages than its steps can|answered twice", **HEDGE)
def both_attempts_are_answered(patch):
    patch.setattr(Hedging, "answered", lambda self, row: None)


@mutant("more than two attempts at once", **HEDGE)
def a_hedge_is_hedged(patch):
    original = Hedging.asking

    def asking(self, ask, edge):
        watched = original(self, ask, edge)
        self._ask = watched
        return watched

    patch.setattr(Hedging, "asking", asking)
