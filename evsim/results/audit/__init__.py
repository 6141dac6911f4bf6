"""The audit: three independent ways to count a run, which must agree.

Before them come *references*: what one record names is there, and older.

1. *Recount* (leases, effects, admission_check, message_counts, dead_letters, and those of the
   parts): states are worked out again from attempts, effects and messages, and compared with what is stored.
2. *Inventory* (inventory_check): what the records call open must lie somewhere, exactly once: in a store, an inbox or
   under way.
3. *Credits* (credits): every worker and every prefetch credit is at home or held by exactly one open attempt.
"""

from evsim.counting import count
from evsim.registry import modules
from evsim.results.audit import (
    admission_check,
    credits,
    dead_letters,
    effects,
    inventory_check,
    leases,
    message_counts,
    references,
)  # fmt: skip
from evsim.results.audit.books import AuditError, Books

__all__ = ["Audit", "AuditError"]

RECOUNTS = (
    leases, effects, admission_check, message_counts, dead_letters,
    *modules("audit"),
)  # fmt: skip
CHECKS = sum((each.CHECKS for each in (references, *RECOUNTS, inventory_check, credits)), ())


class Audit:
    """The proof that a run's books balance. It is true, and prints what was counted."""

    def __init__(self, run):
        self.run = run
        books = Books(run)
        for check in CHECKS:
            check(books)

    def __bool__(self):
        return True

    def __str__(self):
        run = self.run
        counts = len(run.tables.rows["born"]), len(run.tables.messages["published"]), len(run.tables.effects["row"])
        return f"balanced: {', '.join(map(count, counts, ('attempt', 'message', 'effect')))}"

    __repr__ = __str__
