"""A cursor: one partition of a log as one group reads it."""

from collections import deque

__all__ = ["Cursor"]


class Cursor:
    """Where a group is in one partition, and who reads it there.

    owner: the member (an instance) that has the partition, or None. holder: the row in process, or None. store: rows
    that are ready, in the order of their offsets. done: rows whose work has ended and whose commit is not sent yet.
    blocked: a failed row waits for its next attempt. skips: its first owner passes over what is
    there. moving: the owner is about to lose the partition.
    last_owner: who had it before it was revoked.
    """

    __slots__ = ("blocked", "done", "holder", "last_owner", "moving", "number", "owner", "skips", "store")

    def __init__(self, number, skips=False):
        self.number, self.skips = number, skips
        self.owner = self.holder = self.last_owner = None
        self.store, self.done = deque(), []
        self.blocked = self.moving = False
