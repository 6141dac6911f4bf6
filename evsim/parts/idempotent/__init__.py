"""The idempotent service: it remembers what it has done, and does nothing twice."""

SOCKET = "service"
