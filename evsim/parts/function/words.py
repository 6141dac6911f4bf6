"""What a function notes of an attempt, and how readers see it."""

__all__ = ["COLD", "REMARKS"]

COLD = "cold start"
REMARKS = {COLD: "waits for a new environment"}
