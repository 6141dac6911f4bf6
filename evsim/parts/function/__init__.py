"""The function: an environment starts for who finds none free, stays warm for a while, and is used again."""

SOCKET = "service"
