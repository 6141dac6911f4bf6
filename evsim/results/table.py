"""A table of records: columns of numbers that grow together while a run lasts."""

from array import array
from bisect import bisect_left
from itertools import chain
from typing import Any

import numpy as np

from evsim.results.rare_column import RareColumn
from evsim.ticks import SECOND

__all__ = ["BLANK", "DTYPE", "NUMBERS", "Table", "TooManyRows", "column_of"]

GROWTH = 4096  # rows added at a time
BLANK = {"d": float("nan"), "i": -1, "q": -1, "h": -1, "b": 0}
NUMBERS = np.int32  # of rows, as those of the columns that name one: what follows from them is no wider
DTYPE = {"d": np.float64, "i": np.int32, "q": np.int64, "h": np.int16, "b": np.int8}


def column_of(kind, values=()):
    """A column of some values. Codes are bytes: a bytearray takes one in half of the time that an array needs."""
    return bytearray(values) if kind == "b" else array(kind, values)


_BLANKS = {kind: column_of(kind, [blank]) * GROWTH for kind, blank in BLANK.items()}  # what all columns grow by


class TooManyRows(RuntimeError):
    """The run wrote more rows than it may keep."""


class Table:
    """Columns that grow together. ``next(table.new)`` is the number of a new row; the columns are public attributes.

    rare: the names of the columns that most rows leave blank.
    age: by what rows are sorted to have the oldest one first; here their numbers do it.
    """

    age: Any = None

    def __init__(self, columns, limit=None, rare=frozenset()):
        self.types, self.rare = dict(columns), rare
        for name, kind in columns.items():
            setattr(self, name, RareColumn(kind, BLANK[kind]) if name in rare else column_of(kind))
        self.new: Any = chain.from_iterable(self._numbers(limit))
        self.count = None  # known after the run

    def _numbers(self, limit):
        """Row numbers, a range at a time, for which there is room by then."""
        blanks = [(getattr(self, name), _BLANKS[kind]) for name, kind in self.types.items() if name not in self.rare]
        made = 0
        while True:
            if limit is not None and made >= limit:
                raise TooManyRows(made)
            for column, more in blanks:
                column.extend(more)
            end = made + GROWTH if limit is None else min(made + GROWTH, limit)
            yield range(made, end)
            made = end

    def close(self):
        """Fix the number of rows, cut the columns to it, and turn times into seconds."""
        if self.count is None:
            self.count = self._handed_out()
            for name, kind in self.types.items():
                column = getattr(self, name)
                del column[self.count :]
                if kind == "d":  # a time
                    times = np.frombuffer(column.values if name in self.rare else column)
                    np.divide(times, SECOND, out=times)
            self.new = None
        return self

    def _handed_out(self):
        """How many rows were handed out: the number of the next one."""
        try:
            return next(self.new)
        except TooManyRows as full:
            return full.args[0]

    def written(self, name):
        """How many rows there are, where this column is written for each of them, and never negative."""
        return bisect_left(getattr(self, name), True, key=lambda value: value < 0)  # the columns grow ahead

    def chosen(self, which):
        """The numbers of the rows for which the array `which` is true, in order."""
        return np.flatnonzero(which)

    def column(self, name):
        """One column as a NumPy array: a view that does not copy, but of a rare column."""
        column, dtype = getattr(self, name), DTYPE[self.types[name]]
        if name in self.rare:
            return column.filled(len(getattr(self, next(iter(self.types)))), dtype)
        return np.frombuffer(column, dtype=dtype)

    def columns(self):
        """All columns as a dict of NumPy arrays."""
        return {name: self.column(name) for name in self.types}

    def __getstate__(self):
        columns = {name: getattr(self, name) for name in self.types}
        return {"types": self.types, "rare": self.rare, "count": self.count, **columns}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.new = None
