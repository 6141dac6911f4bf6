"""What is noted of a message of a batch, and how readers see it."""

__all__ = ["FAILED", "REMARKS", "SKIPPED"]

FAILED = "failed in its batch"
SKIPPED = "skipped in its batch"
REMARKS = {
    FAILED: "fails in its batch",
    SKIPPED: "is left out, as one before it in its group failed",
}
