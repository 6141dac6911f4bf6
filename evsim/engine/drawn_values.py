"""Drawn values by request number, made a block at a time: all that were ever made, or the last ones alone."""

import numpy as np

__all__ = ["BLOCK", "RecentValues", "value_at"]

BLOCK = 1024  # requests in a block
BLOCKS = 16  # that are kept by those who forget


class RecentValues(dict):
    """The values of some blocks. A block that is gone is drawn again if it is asked for: it is the same.

    A number that is none of a request is an :exc:`IndexError`, as it is in the array of all values.
    """

    __slots__ = ("make", "numbers")

    def __init__(self, make, numbers):
        super().__init__()
        self.make, self.numbers = make, numbers

    def __missing__(self, number):
        if number >= self.numbers:
            raise IndexError(number)
        block = number // BLOCK
        first = block * BLOCK
        if len(self) >= BLOCKS * BLOCK:
            self.clear()
        values = self.make(block).tolist()
        self.update(zip(range(first, first + BLOCK), values, strict=False))  # the last block of a file is shorter
        return values[number - first]


def value_at(values, number, block):
    """The value of a request, drawn if it has not been."""
    if isinstance(values, RecentValues):
        return values[number]
    while len(values) <= number:
        values.frombytes(np.asarray(block(len(values) // BLOCK), dtype=values.typecode).tobytes())
    return values[number]
