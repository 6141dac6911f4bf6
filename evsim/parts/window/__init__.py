"""The window: messages are gathered by the time at which they happened, and one message says what came of them."""

SOCKET = "step"
