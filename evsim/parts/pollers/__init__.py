"""The pollers: they fetch messages of a queue for a function, and grow in number while messages wait."""

SOCKET = "subscription"
