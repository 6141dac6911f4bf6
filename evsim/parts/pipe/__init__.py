"""The pipe: a bounded buffer between two programs on one machine, as Unix has them."""

SOCKET = "channel"
