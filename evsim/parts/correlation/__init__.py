"""Correlation: a service asks over a queue or a log, and waits for the reply that another channel brings."""

SOCKET = {"await_reply": "step", "correlate": "step"}
