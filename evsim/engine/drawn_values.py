"""Drawn values by request number, made a block at a time: all that were ever made, or the last ones alone."""

from functools import lru_cache

import numpy as np

__all__ = ["BLOCK", "RecentValues", "value_at"]

BLOCK = 1024  # requests in a block
FEWEST, MOST = 1, 16  # blocks that are kept by those who forget


class RecentValues(dict):
    """The values of some blocks. A block that is gone is drawn again if it is asked for: it is the same.

    Few are kept, as little memory is fast memory; more, where blocks are asked for that are gone. A number that is none
    of a request has the value that ``later`` gives; without it, it is an :exc:`IndexError`, as in the array of all.
    """

    __slots__ = ("last", "later", "make", "most", "numbers")

    def __init__(self, make, numbers, later=None):
        super().__init__()
        self.make, self.numbers, self.later, self.most, self.last = make, numbers, later, FEWEST * BLOCK, -1

    def __missing__(self, number):
        if number >= self.numbers:
            if self.later is not None:
                return self.later(number)
            raise IndexError(number)
        block = number // BLOCK
        if block <= self.last:
            self.most = min(2 * self.most, MOST * BLOCK)
        self.last = max(block, self.last)
        if len(self) >= self.most:
            self.clear()
        self.update(zip(_numbers(block), self.make(block).tolist(), strict=False))  # the last one of a file is shorter
        return self[number]


@lru_cache(maxsize=4 * MOST)
def _numbers(block):
    """The numbers of the requests of a block, which are the same for all that is drawn."""
    return tuple(range(block * BLOCK, (block + 1) * BLOCK))


def value_at(values, number, block):
    """The value of a request, drawn if it has not been."""
    if isinstance(values, RecentValues):
        return values[number]
    while len(values) <= number:
        values.frombytes(np.asarray(block(len(values) // BLOCK), dtype=values.typecode).tobytes())
    return values[number]
