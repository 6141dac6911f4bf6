"""For each: steps that are done for each message of a batch, one message after the other."""

SOCKET = "step"
