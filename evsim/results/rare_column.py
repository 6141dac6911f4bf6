"""A column that most rows leave blank: it keeps those alone that were written."""

from array import array
from bisect import bisect_left

import numpy as np

__all__ = ["RareColumn"]


class RareColumn:
    """Read and written by row like an array; it takes memory for what was written, which mostly comes in order."""

    __slots__ = ("blank", "last", "rows", "values")
    __iter__ = None  # it knows no end

    def __init__(self, kind, blank):
        self.blank, self.rows, self.values, self.last = blank, array("i"), array(kind), -1

    def __getitem__(self, row):
        place = bisect_left(self.rows, row)
        return self.values[place] if place < len(self.rows) and self.rows[place] == row else self.blank

    def __setitem__(self, row, value):
        if row > self.last:
            if value != self.blank:
                self.rows.append(row)
                self.values.append(value)
                self.last = row
            return
        place = bisect_left(self.rows, row)
        if place < len(self.rows) and self.rows[place] == row:
            self.values[place] = value
        elif value != self.blank:
            self.rows.insert(place, row)
            self.values.insert(place, value)

    def __delitem__(self, past):
        """Forget the rows of a slice without an end."""
        place = bisect_left(self.rows, past.start)
        del self.rows[place:], self.values[place:]
        self.last = self.rows[-1] if self.rows else -1

    def filled(self, count, dtype):
        """The values of the rows from 0 to before `count`, as a NumPy array."""
        column = np.full(count, self.blank, dtype)
        column[self.rows] = self.values
        return column
