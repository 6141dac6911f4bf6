"""Hedging: who waits long for an answer asks a second time, and takes the first one that comes."""

SOCKET = "call"
