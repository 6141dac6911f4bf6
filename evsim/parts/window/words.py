"""What a window notes of an attempt, and how readers see it."""

__all__ = ["HELD", "LATE", "REMARKS"]

LATE, HELD = "too late", "held by a checkpoint"
REMARKS = {
    LATE: "comes too late: its windows are closed",
    HELD: "waits until the checkpoint is taken",
}
