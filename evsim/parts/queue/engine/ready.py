"""Stores: the ready messages of a queue, and which of them is next.

A store holds rows. ``take()`` gives the next one that may be handed out, ``head()`` the one that expires or is dropped
first (both None if there is none), ``pop_head()`` takes that one out, ``take_out(row)`` any other. What comes back has
its old place.
"""

from bisect import bisect_right
from collections import Counter, deque
from heapq import heappop, heappush

__all__ = ["Groups", "Levels", "FirstCome", "store_of"]


def store_of(queue):
    """The store that the settings of a queue ask for."""
    if queue.settings.fifo_groups:
        return Groups(queue)
    return Levels(queue) if queue.settings.priorities else FirstCome(queue)


class FirstCome:
    """First come, first served."""

    def __init__(self, queue):
        self.rows, self.place_of = deque(), queue.place_of

    def put(self, row):
        self.rows.append(row)

    def put_back(self, row):
        self.rows.insert(bisect_right(self.rows, self.place_of(row), key=self.place_of), row)

    def take(self):
        return self.rows.popleft() if self.rows else None

    pop_head = take

    def take_more(self, rows):
        """The next one for a batch that has some rows already."""
        return self.take()

    def take_out(self, row):
        self.rows.remove(row)

    def head(self):
        return self.rows[0] if self.rows else None

    def free(self, row):
        """The message of a row is settled."""

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)


class Levels:
    """A line for each priority; the highest first."""

    def __init__(self, queue):
        self.queue = queue
        self.lines = [FirstCome(queue) for _ in range(queue.settings.priorities)]

    def _line(self, row):
        return self.lines[min(self.queue.priority_of(row), len(self.lines) - 1)]

    def _first(self):
        return next((line for line in reversed(self.lines) if len(line)), self.lines[0])

    def put(self, row):
        self._line(row).put(row)

    def put_back(self, row):
        self._line(row).put_back(row)

    def take(self):
        return self._first().take()

    pop_head = take

    def take_more(self, rows):
        return self.take()

    def take_out(self, row):
        self._line(row).take_out(row)

    def head(self):
        return self._first().head()

    def free(self, row):
        """The message of a row is settled."""

    def __len__(self):
        return sum(map(len, self.lines))

    def __iter__(self):
        return (row for line in self.lines for row in line)


class Groups:
    """Groups by key: no message of a group is handed out while another one of it is, or has failed and waits."""

    def __init__(self, queue):
        self.place_of, self.group_of = queue.place_of, queue.key_of
        self.waiting = {}  # group -> its ready rows, in order
        self.busy = Counter()  # group -> how many of its messages are out, more than one only in one batch
        self.next = []  # heap of (place, row) of those that are first of a free group; some are outdated
        self.oldest = []  # heap of (place, row) of all; some are gone
        self.there = set()

    def put(self, row):
        group = self.group_of(row)
        self.waiting.setdefault(group, deque()).append(row)
        self._arrived(row)
        self._offer(group)

    def put_back(self, row):
        group = self.group_of(row)
        waiting = self.waiting.setdefault(group, deque())
        waiting.insert(bisect_right(waiting, self.place_of(row), key=self.place_of), row)
        self._arrived(row)
        self.free(row)

    def _arrived(self, row):
        self.there.add(row)
        heappush(self.oldest, (self.place_of(row), row))

    def _offer(self, group):
        if group not in self.busy and self.waiting.get(group):
            row = self.waiting[group][0]
            heappush(self.next, (self.place_of(row), row))

    def take(self):
        while self.next:
            _, row = heappop(self.next)
            group = self.group_of(row)
            if row in self.there and group not in self.busy:
                self._hand_out(row)
                return row
        return None

    def take_more(self, rows):
        """Of a group that the batch has, as long as there is one, as SQS has it; then any."""
        for group in map(self.group_of, rows):
            if group in self.waiting:
                row = self.waiting[group][0]
                self._hand_out(row)
                return row
        return self.take()

    def _hand_out(self, row):
        self.busy[self.group_of(row)] += 1
        self._remove(row)

    def head(self):
        while self.oldest and self.oldest[0][1] not in self.there:
            heappop(self.oldest)
        return self.oldest[0][1] if self.oldest else None

    def pop_head(self):
        row = self.head()
        self.take_out(row)
        return row

    def take_out(self, row):
        self._remove(row)
        self._offer(self.group_of(row))

    def _remove(self, row):
        self.there.discard(row)
        group = self.group_of(row)
        self.waiting[group].remove(row)
        if not self.waiting[group]:
            del self.waiting[group]

    def free(self, row):
        """The message of a row is settled, or back: its group may have the next one."""
        group = self.group_of(row)
        self.busy[group] -= 1
        if self.busy[group] <= 0:
            del self.busy[group]
        self._offer(group)

    def __len__(self):
        return len(self.there)

    def __iter__(self):
        return iter(self.there)
