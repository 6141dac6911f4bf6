"""Ways to break the policies of callers on purpose."""

from evsim.engine import steps, undoing
from evsim.engine.budget import Budget
from evsim.parts.breaker import engine as breaker
from evsim.parts.breaker.engine import Breaker
from evsim.parts.bulkhead import engine as bulkhead
from evsim.parts.bulkhead.engine import Bulkhead
from evsim.parts.hedge.engine import Hedging
from evsim.ticks import ticks
from tests.books.breaking import LATE, Once, instead, mutant

BUDGETED = {"retry": {"attempts": 3, "budget": {"ratio": 0.1, "burst": 1}}}


@mutant("tried again more often than its budget allows", timeout=0.4, **BUDGETED)
def a_budget_is_never_spent(patch):
    patch.setattr(Budget, "withdraw", lambda self, row: True)


SORRY = {"on_error": {"compensate": [{"undo": "row"}]}}


@mutant("without all its steps that undo", worker={"handle": [{"effect": "job"}, {"undo": "job"}]})
def an_undo_is_left_out(patch):
    once = Once()
    instead(patch, "undo", lambda step, then, again: lambda row: then(row) if once(row > LATE) else step(row))


@mutant("took back what came after it", timeout=0.4, **SORRY)
def an_undo_takes_back_what_is_yet_to_come(patch):
    patch.setattr(undoing, "bisect_left", lambda column, *_, **__: len(column))


@mutant("an effect lies outside|a call was made outside|outside the work that undid it", timeout=0.4, **SORRY)
def a_handler_ends_before_its_compensation(patch):
    original = steps.compensation

    def compensation(compiler, inner, position, fail):
        first = original(compiler, inner, position, lambda row, reason: None)

        def change(row, reason):
            fail(row, reason)
            compiler.env.call_in(ticks(0.01), lambda row: first(row, reason), row)

        return change

    patch.setattr(steps, "compensation", compensation)


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
    patch.setattr(breaker.Circuit, "_counted", lambda self, good: self._become(breaker.OPEN))


@mutant("more calls at once than its bulkhead allows", bulkhead=1)
def a_bulkhead_has_a_leak(patch):
    original, once = Bulkhead.enter, Once()

    def enter(self, row, edge):
        if once(row > LATE and self.compartments.of(row).inside):
            edge.send(row)
        else:
            original(self, row, edge)

    patch.setattr(Bulkhead, "enter", enter)


@mutant("open in the records and nowhere to be found", bulkhead={"limit": 1, "queue": 9}, worker={"workers": 1})
def who_waits_at_a_bulkhead_is_forgotten(patch):
    original, once = bulkhead.Compartment._let_in, Once()

    def let_in(self):
        if self.waiting and once(self.waiting[0][0] > LATE):
            self.waiting.popleft()
        original(self)

    patch.setattr(bulkhead.Compartment, "_let_in", let_in)


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
