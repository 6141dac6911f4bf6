"""Retries: who has no good answer asks again, some time later, and no more often than a budget allows."""

SOCKET = "call"
