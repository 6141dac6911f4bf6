"""What the pollers of a function note of a delivery, and how readers see it."""

__all__ = ["REMARKS", "THROTTLED"]

THROTTLED = "throttled at its trigger"
REMARKS = {THROTTLED: "its poller lets go of it"}
