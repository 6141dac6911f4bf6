"""What a reader of replies notes of one, and how readers see it."""

__all__ = ["NOBODY_WAITS", "REMARKS", "REPLIED"]

REPLIED, NOBODY_WAITS = "reply", "reply for nobody"
REMARKS = {
    REPLIED: "a reply: who asked goes on",
    NOBODY_WAITS: "a reply for which nobody waits: it is too late, or not the first",
}
