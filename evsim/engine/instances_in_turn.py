"""Free workers of several instances that take turns."""

from bisect import bisect, insort
from collections import deque
from itertools import chain, zip_longest

__all__ = ["Turns"]


class Turns:
    """Free workers, as in a deque; but the next one is of the instance that comes after the one that was last.

    ``width``: how many workers an instance has. ``by``: the free ones of each instance, who is free longest first.
    ``there``: the instances that have some, in order. ``last``: the instance that had the last turn.
    """

    def __init__(self, width):
        self.width, self.by, self.there, self.last = width, {}, [], -1

    def append(self, worker):
        self._of(worker).append(worker)

    def extend(self, workers):
        for worker in workers:
            self.append(worker)

    def popleft(self):
        number = self.there[bisect(self.there, self.last) % len(self.there)]
        worker = self.by[number][0]
        self.remove(worker)
        return worker

    def appendleft(self, worker):
        """There was nothing to do for it, and its instance is next again."""
        self._of(worker).appendleft(worker)
        self.last = worker // self.width - 1

    def remove(self, worker):
        """This one begins, whoever was next."""
        number = self.last = worker // self.width
        self.by[number].remove(worker)
        if not self.by[number]:
            self.there.remove(number)

    def clear(self):
        self.by.clear()
        self.there.clear()

    def _of(self, worker):
        """The line of its instance, which has somebody from now on."""
        number = worker // self.width
        line = self.by.setdefault(number, deque())
        if not line:
            insort(self.there, number)
        return line

    def __iter__(self):
        """In the order in which they would be taken."""
        place = bisect(self.there, self.last)
        turns = zip_longest(*(self.by[number] for number in self.there[place:] + self.there[:place]))
        return (worker for worker in chain.from_iterable(turns) if worker is not None)

    def __len__(self):
        return sum(len(self.by[number]) for number in self.there)

    def __bool__(self):
        return bool(self.there)
