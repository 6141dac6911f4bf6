"""Ways to break circuit breakers on purpose."""

from evsim.parts.breaker import engine
from evsim.parts.breaker.engine import Breaker
from tests.books.breaking import LATE, Once, mutant

BREAKER = {"timeout": 0.2, "breaker": {"failures": 2, "open_for": 1}}


@mutant("passed an open breaker", **BREAKER)
def an_open_breaker_lets_everybody_pass(patch):
    patch.setattr(Breaker, "admits", lambda self, row: self.circuits.of(row).admits(row) or True)


@mutant("a closed breaker of front refused a call", breaker={"failures": 5, "open_for": 1})
def a_closed_breaker_refuses(patch):
    original, once = Breaker.admits, Once()
    patch.setattr(Breaker, "admits", lambda self, row: not once(row > LATE) and original(self, row))


@mutant("opened without reason", timeout=5, breaker={"failures": 3, "open_for": 1})
def a_breaker_opens_without_a_failure(patch):
    patch.setattr(engine.Circuit, "_counted", lambda self, good: self._become(engine.OPEN))
