"""Flapping: a service is down and up again, in turns."""

SOCKET = "fault"
