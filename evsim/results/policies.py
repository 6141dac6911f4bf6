"""What the policies of callers write into the incidents, and what is read from there."""

from evsim.results.records import Reason

__all__ = ["NEVER_SENT", "NO_RETRY", "OF_ATTEMPTS"]

NO_RETRY = "no retry: budget spent"
OF_ATTEMPTS = (NO_RETRY,)  # incidents that are about one attempt, the row in their detail
NEVER_SENT = frozenset({Reason.BREAKER, Reason.BULKHEAD})  # refused by the caller itself
