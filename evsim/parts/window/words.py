"""What a window notes of an attempt, and how readers see it."""

__all__ = ["HELD", "LATE", "NO_CREDIT", "REMARKS"]

LATE, HELD, NO_CREDIT = "too late", "held by a checkpoint", "no credit"
REMARKS = {
    LATE: "comes too late: its windows are closed",
    HELD: "waits until the checkpoint is taken",
    NO_CREDIT: "waits, as the channel of the results is full",
}
