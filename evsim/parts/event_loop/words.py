"""What an event loop notes of an attempt, and how readers see it."""

__all__ = ["BLOCKED", "OF_CORES", "OF_POOL", "REMARKS"]

OF_CORES = -1  # the lane of what was noted of shared cores
OF_POOL = 1_000_000  # the lanes of pools are numbered from here, and those of loops from 0
BLOCKED = "blocked thread"
REMARKS = {BLOCKED: "has blocked its thread for too long"}
