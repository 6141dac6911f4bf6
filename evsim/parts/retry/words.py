"""What whoever asks notes of a call that it does not try again."""

__all__ = ["BY_CALLERS", "NO_RETRY", "REMARKS"]

NO_RETRY = "no retry: budget spent"
REMARKS = {NO_RETRY: "no other attempt: the retry budget is spent"}
BY_CALLERS = frozenset(REMARKS)
