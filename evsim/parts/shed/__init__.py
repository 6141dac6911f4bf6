"""Shedding: calls are refused that would wait too long, or have waited too long to be of use."""

SOCKET = "service"
