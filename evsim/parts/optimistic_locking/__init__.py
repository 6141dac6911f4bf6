"""Optimistic locking: who writes what another one has changed since it was read has to begin again."""

SOCKET = {"read": "step", "if_unchanged": "effect"}
