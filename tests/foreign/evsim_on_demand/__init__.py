"""On demand: an instance is called up for who waits, and goes when it has had nothing to do for a while."""

SOCKET = "service"
