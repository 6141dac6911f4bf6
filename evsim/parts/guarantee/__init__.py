"""Delivery guarantees: what a crash may do to a message, said by name, from at most once to exactly once."""

SOCKET = "subscription"
