"""Ways to break what a guarantee promises."""

from evsim.engine.delivery import Delivery
from evsim.parts.log.engine.commits import EarlyCommitDelivery
from evsim.results.endings import Verdict
from tests.books.breaking import mutant
from tests.parts.log.mutants_of_transactions import ledgers


@mutant("promised at most once, and begun twice", of=ledgers, promise="at_most_once")
def what_was_begun_is_handed_out_again(patch):
    patch.setattr(EarlyCommitDelivery, "has_begun", lambda self, row: False)


@mutant("settled as done and the work was not done", of=ledgers, promise="at_least_once")
def what_was_interrupted_counts_as_done(patch):
    patch.setattr(Delivery, "died", lambda self, row: self._settle(row, Verdict.DONE))
