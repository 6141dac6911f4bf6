"""Contention: work takes longer the more of it an instance does at once."""

SOCKET = "service"
