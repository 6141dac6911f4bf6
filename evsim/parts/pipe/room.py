"""Room: what a pipe holds, counted in messages, in bytes, or in bytes page by page.

A room knows ``fits(size)``, ``put(size)`` and ``take(size)``, which takes out the oldest.
"""

from collections import deque
from math import ceil

__all__ = ["Bytes", "Pages", "Places", "room_of"]


def room_of(settings):
    """The empty room of a pipe."""
    if settings.capacity is not None:
        return Places(settings.capacity)
    return Bytes(settings.bytes) if settings.page is None else Pages(settings.bytes, settings.page)


class Places:
    """So many messages."""

    def __init__(self, most):
        self.left = most

    def fits(self, size):
        return self.left > 0

    def put(self, size):
        self.left -= 1

    def take(self, size):
        self.left += 1


class Bytes:
    """So many bytes."""

    def __init__(self, most):
        self.left = most

    def fits(self, size):
        return self.left >= size

    def put(self, size):
        self.left -= size

    def take(self, size):
        self.left += size


class Pages:
    """Slots of one page each, as in the Linux kernel (fs/pipe.c).

    What goes beyond whole pages is put into the rest of the last page if it fits there, and else begins a page of its
    own. A page is free again when all that lies in it has been taken.
    """

    def __init__(self, most, page):
        self.slots, self.page = int(most // page), page
        self.pages = deque()  # bytes that lie in each
        self.rest = 0.0  # of the last page

    def _new_pages(self, size):
        odd = size % self.page
        return size // self.page if self.pages and odd and odd <= self.rest else ceil(size / self.page)

    def fits(self, size):
        return len(self.pages) + self._new_pages(size) <= self.slots

    def put(self, size):
        odd = size % self.page
        if self.pages and odd and odd <= self.rest:
            self.pages[-1] += odd
            self.rest -= odd
            size -= odd
        while size > 0:
            part = min(size, self.page)
            self.pages.append(part)
            self.rest = self.page - part
            size -= part

    def take(self, size):
        while size > 0:
            part = min(size, self.pages[0])
            self.pages[0] -= part
            size -= part
            if not self.pages[0]:
                self.pages.popleft()
