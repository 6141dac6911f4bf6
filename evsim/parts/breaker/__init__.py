"""The circuit breaker: who has seen a callee fail asks it no more for a while."""

SOCKET = "call"
