"""The rate limit: a token bucket, and who finds no token in it is refused."""

SOCKET = "service"
