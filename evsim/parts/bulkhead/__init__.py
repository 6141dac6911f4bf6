"""The bulkhead: one callee that is slow takes no more than its share of a caller's workers."""

SOCKET = "call"
