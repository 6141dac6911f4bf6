"""Ways to break retries on purpose."""

from evsim.parts.retry.engine import Budget
from tests.books.breaking import mutant

BUDGETED = {"retry": {"attempts": 3, "budget": {"ratio": 0.1, "burst": 1}}}


@mutant("tried again more often than its budget allows", timeout=0.4, **BUDGETED)
def a_budget_is_never_spent(patch):
    patch.setattr(Budget, "withdraw", lambda self, row: True)
