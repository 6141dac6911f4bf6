"""The unique constraint: of an effect there is one for each key at most, as of a row in a table."""

SOCKET = "effect"
