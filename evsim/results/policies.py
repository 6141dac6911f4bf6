"""What the policies of callers write into the incidents."""

__all__ = ["NO_RETRY", "OF_ATTEMPTS"]

NO_RETRY = "no retry: budget spent"
OF_ATTEMPTS = (NO_RETRY,)  # incidents that are about one attempt, the row in their detail
