"""What a share group notes of a delivery, and how readers see it."""

__all__ = ["LOCK_OVER", "REMARKS"]

LOCK_OVER = "lock over"
REMARKS = {LOCK_OVER: "has lost its lock: others may have the message"}
