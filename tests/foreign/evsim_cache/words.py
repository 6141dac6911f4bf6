"""What the cache notes of an attempt, and how readers see it."""

__all__ = ["HIT", "LOADED", "MISS", "REMARKS"]

HIT, MISS, LOADED = "cache hit", "cache miss", "cache loaded"
REMARKS = {HIT: "finds it in the cache", MISS: "does not find it in the cache", LOADED: "puts it into the cache"}
